import { describe, expect, test } from 'vitest'
import { testApp } from '../support/app.ts'
import { controlOf } from '../support/control.ts'
import { usedBytes } from '../support/memory.ts'
import { id, journeyOf, SITE, seedOf } from '../support/seeds.ts'

const PATH = `/api/3.0/journeys/${id(1)}`
const REQUESTS = `/sites/${SITE.site_id}/requests`

async function sandbox(config = {}) {
  const own = await testApp({ config })
  const site = own.sites.get(SITE.site_id)
  const call = (headers = {}) =>
    own.app.inject({ url: PATH, headers: { ...site.headersFor(id(1)), ...headers } })
  return { ...own, site, call, control: controlOf(own.app) }
}

describe('The journal has the answer to a request', () => {
  test('with its headers and its body, over HTTP and in process', async () => {
    await using own = await sandbox()
    const answer = await own.call()
    const { requests } = await own.control.expect(200, 'GET', REQUESTS)
    expect(requests[0].response).toEqual({
      headers: expect.objectContaining({
        'content-type': 'application/json; charset=utf-8',
        'x-sandbox-request-id': requests[0].id,
      }),
      body: answer.body,
      truncated: false,
    })
    expect(own.site.requests.list()[0]?.response?.body).toBe(answer.body)
  })

  test('also to one that is refused, or answered by a fault', async () => {
    await using own = await sandbox()
    const answers = [
      await own.call({ authorization: '' }),
      await own.call({ 'x-sandbox-fault': 'status=503' }),
    ]
    const bodies = own.site.requests.list().map(({ response }) => response?.body)
    expect(bodies).toEqual(answers.map(({ body }) => body).reverse())
  })

  test('of which it keeps the newest within --journal-bytes', async () => {
    await using own = await sandbox({ journalBytes: 10_000 })
    const [{ body }] = [await own.call()]
    const fitting = Math.floor(10_000 / (2 * body.length))
    for (let n = 0; n < fitting + 3; n++) await own.call()
    const kept = own.site.requests.list().map(({ response }) => response?.body !== null)
    expect(kept).toEqual([...Array(fitting).fill(true), ...Array(4).fill(false)])
  })

  test('and cuts a very long one', async () => {
    const journeys = [journeyOf(1, { description: 'é'.repeat(100_000) })]
    await using own = await testApp({ seeds: [seedOf({ journeys, members: [] })] })
    const site = own.sites.get(SITE.site_id)
    await own.app.inject({ url: PATH, headers: site.headersFor(id(1)) })
    expect(site.requests.list()[0]?.response).toMatchObject({
      body: expect.stringMatching(/^.{65536}$/),
      truncated: true,
    })
  })

  test('takes no more memory than --journal-bytes allows', async () => {
    const journeys = [journeyOf(1, { description: 'x'.repeat(60_000) })]
    await using own = await testApp({
      seeds: [seedOf({ journeys, members: [] })],
      config: { journalBytes: 4_000_000 },
    })
    const site = own.sites.get(SITE.site_id)
    const headers = site.headersFor(id(1))
    const call = () => own.app.inject({ url: PATH, headers })
    for (let n = 0; n < 100; n++) await call()
    const before = await usedBytes()
    for (let n = 0; n < 300; n++) await call()
    // 300 more bodies would be some 18 MB.
    await expect.poll(async () => (await usedBytes()) - before).toBeLessThan(5_000_000)
  })
})

test('The journal can be exported as an HTTP Archive, without signatures', async () => {
  await using own = await sandbox()
  const [good, refused] = [await own.call(), await own.call({ authorization: '' })]
  const har = await own.control.expect(200, 'GET', `${REQUESTS}.har`)
  expect(har.log).toMatchObject({ version: '1.2', creator: { name: 'journeys-sandbox' } })
  const [first, second] = har.log.entries
  expect(first).toMatchObject({
    startedDateTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    request: { method: 'GET', url: `http://localhost:80${PATH}`.replace(':80', '') },
    response: { status: 200, content: { mimeType: 'application/json; charset=utf-8', text: good.body } },
  })
  expect(second).toMatchObject({ response: { status: 401, content: { text: refused.body } } })
  expect(second.comment).toMatch(/^format: /)
  const [, , signature] = own.site.sign(id(1)).token.split('.')
  expect(JSON.stringify(har)).not.toContain(signature)
})

test('A request can be sent again, with a fresh token', async () => {
  await using own = await sandbox()
  await own.call({ authorization: 'Bearer expired', 'x-custom': 'kept' })
  const [{ id: first }] = (await own.control.expect(200, 'GET', REQUESTS)).requests
  const again = await own.control.expect(200, 'POST', `${REQUESTS}/${first}/resend`)
  expect(again).toMatchObject({ path: PATH, status: 200, headers: { 'x-custom': 'kept' } })
  expect(again.id).not.toBe(first)
  expect(own.site.requests.list()).toHaveLength(2)
  await own.control.expect(404, 'POST', `${REQUESTS}/nothing/resend`)
})

test('All sites can be reset at once', async () => {
  await using own = await sandbox()
  const other = own.sites.create({ seed: 'empty' })
  other.content.putMember('a@example.com', {})
  own.site.content.putMember('a@example.com', {})
  await own.app.inject('/api/3.0/journeys')
  const { sites } = await own.control.expect(200, 'POST', '/reset')
  expect(sites.map(({ site_id }: { site_id: string }) => site_id)).toEqual([SITE.site_id, other.site_id])
  expect([own.site, other].map(site => site.store.member('a@example.com'))).toEqual([undefined, undefined])
  expect(own.sites.unmatched.list()).toEqual([])
})
