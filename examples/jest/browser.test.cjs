/** @jest-environment jsdom */
// Code of a browser in jsdom: it is on another origin than the API, so the sandbox is started with `cors`.
const { startSandbox } = require('journeys-sandbox')

let sandbox
let site

beforeAll(async () => {
  sandbox = await startSandbox({ cors: true })
})
afterAll(() => sandbox.close())
beforeEach(() => {
  site = sandbox.createSite({ seed: 'demo' })
})
afterEach(() => sandbox.removeSite(site.site_id))

/** Stands for the HTTP client of a web application, such as axios. */
function get(url, headers) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('GET', url)
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.onload = () => resolve({ status: request.status, body: JSON.parse(request.responseText) })
    request.onerror = () => reject(new Error('the request failed'))
    request.send()
  })
}

test('a page reads the journeys of a member', async () => {
  const email = 'started@example.com'
  const { status, body } = await get(`${sandbox.url}/user/${email}/journeys`, site.headersFor(email))

  expect(status).toBe(200)
  expect(body.journeys).toMatchObject([{ status: 'InProgress' }])
})

test('a page can be tried with an answer that nobody expects', async () => {
  const email = 'started@example.com'
  const patch = [{ op: 'replace', path: '/journeys/0/status', value: 'Paused' }]
  site.faults.add({ times: 1, fault: { kind: 'patch', patch } })

  const { body } = await get(`${sandbox.url}/user/${email}/journeys`, site.headersFor(email))
  expect(body.journeys).toMatchObject([{ status: 'Paused' }])
})
