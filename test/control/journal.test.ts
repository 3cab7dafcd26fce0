import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { testApp } from '../support/app.ts'
import { controlOf } from '../support/control.ts'
import { id, SITE } from '../support/seeds.ts'
import { goodClaims, headersOf, jwt } from '../support/token.ts'

let sandbox: Awaited<ReturnType<typeof testApp>>
let control: ReturnType<typeof controlOf>
beforeEach(async () => {
  sandbox = await testApp()
  control = controlOf(sandbox.app)
})
afterEach(() => sandbox.close())

const REQUESTS = `/sites/${SITE.site_id}/requests`
const ANN = 'ann@example.com'

const ask = (
  path: string,
  identifier: string,
  headers: Record<string, string> = headersOf(jwt(goodClaims(identifier))),
) => sandbox.app.inject({ url: `/api/3.0${path}`, headers })
const list = async (query = '') => (await control.expect(200, 'GET', `${REQUESTS}${query}`)).requests

test('notes what was asked, what became of it, and what the authentication found', async () => {
  const response = await ask(`/user/${ANN}/journeys?x=1`, ANN)
  const [noted] = await list()
  expect(noted).toMatchObject({
    id: response.headers['x-sandbox-request-id'],
    time: '2025-06-01T12:00:00.000Z',
    method: 'GET',
    path: `/api/3.0/user/${ANN}/journeys?x=1`,
    operation: 'getMemberJourneys',
    email: ANN,
    journey_id: null,
    status: 200,
    fault: null,
    authentication: { ok: true, site: SITE.site_id, warnings: [] },
    token: { header: { alg: 'HS256', typ: 'JWT' }, claims: goodClaims(ANN) },
  })
  expect(noted.duration_ms).toBeGreaterThan(0)
  expect(await control.expect(200, 'GET', `${REQUESTS}/${noted.id}`)).toEqual(noted)
})

test('never shows the signature of a token', async () => {
  const token = jwt(goodClaims(ANN))
  await ask(`/user/${ANN}/journeys`, ANN, headersOf(token))
  const signature = token.split('.')[2] as string
  expect(JSON.stringify(await list())).not.toContain(signature)
})

test('says of a refused request which check failed', async () => {
  await ask(`/user/${ANN}/journeys`, 'bob@example.com')
  const [noted] = await list()
  expect(noted.status).toBe(401)
  expect(noted.authentication).toMatchObject({ ok: false, check: 'hmac' })
  expect(noted.authentication.expected).toContain(ANN)
})

test('notes unknown addresses and other methods too', async () => {
  const headers = { 'x-annexcloud-site': SITE.site_id }
  await sandbox.app.inject({ url: '/api/3.0/nothing', headers })
  await sandbox.app.inject({ method: 'POST', url: '/api/3.0/journeys', headers })
  expect((await list()).map((noted: { status: number }) => noted.status)).toEqual([405, 404])
})

describe('is filtered', () => {
  beforeEach(async () => {
    await ask('/journeys', '')
    await ask(`/journeys/${id(1)}`, id(1))
    await ask(`/user/${ANN}/journeys`, ANN)
    await ask(`/user_journeys/${ANN}`, ANN)
    await ask('/user/nobody@example.com/journeys', 'nobody@example.com')
  })

  test.each([
    ['', 5],
    ['?operation=getMemberJourneys', 2],
    ['?email=ANN@example.com', 2],
    ['?status=404', 1],
    ['?operation=getMemberJourneys&status=200', 1],
    ['?since=2025-06-01T12:00:00Z', 5],
    ['?since=2025-06-01T12:00:00.001Z', 0],
    ['?limit=2', 2],
  ])('by %s', async (query, count) => {
    expect(await list(query)).toHaveLength(count)
    expect(await control.expect(200, 'GET', `${REQUESTS}/count${query}`)).toEqual({ count })
  })

  test.each(['?operation=getEverything', '?status=ok', '?since=now', '?limit=0', '?mail=x'])(
    'but not by %s',
    async query => {
      await control.expect(400, 'GET', `${REQUESTS}${query}`)
    },
  )

  test('newest first', async () => {
    expect((await list()).map((noted: { operation: string }) => noted.operation).slice(3)).toEqual([
      'getJourney',
      'getJourneys',
    ])
  })
})

test('can be emptied', async () => {
  await ask('/journeys', '')
  await control.expect(204, 'DELETE', REQUESTS)
  expect(await list()).toEqual([])
  await control.expect(404, 'GET', `${REQUESTS}/req-1`)
})

test('keeps the last so many', async () => {
  await using small = await testApp({ config: { journal: 3, auth: 'off' } })
  for (let n = 0; n < 8; n++) await small.app.inject(`/api/3.0/journeys?n=${n}`)
  const { requests } = await controlOf(small.app).expect(200, 'GET', REQUESTS)
  expect(requests.map((noted: { path: string }) => noted.path.at(-1))).toEqual(['7', '6', '5'])
})

test('keeps a request whole, however long, and what comes after it', async () => {
  await using small = await testApp({ config: { journal: 2, auth: 'off' } })
  const requests = controlOf(small.app)
  const long = { 'x-long': 'y'.repeat(3000), 'x-strange': 'é: \t, "ÿ"', 'x-empty': '' }
  for (const [i, length] of [1000, 0, 1500, 0].entries()) {
    const path = `/api/3.0/journeys?${i}=${'x'.repeat(length)}`
    const headers = { 'x-annexcloud-site': SITE.site_id, ...(length > 0 && long) }
    await small.app.inject({ url: path, headers })
    const [noted] = (await requests.expect(200, 'GET', REQUESTS)).requests
    expect(noted).toMatchObject({ path, headers })
    expect('x-long' in noted.headers).toBe(length > 0)
    expect(await requests.expect(200, 'GET', `${REQUESTS}/${noted.id}`)).toEqual(noted)
  }
})

test('is off when it keeps none', async () => {
  await using off = await testApp({ config: { journal: 0 } })
  await off.app.inject({ url: '/api/3.0/journeys', headers: headersOf(jwt(goodClaims(''))) })
  expect((await controlOf(off.app).expect(200, 'GET', REQUESTS)).requests).toEqual([])
})

test('of what named no known site is kept apart', async () => {
  await sandbox.app.inject('/api/3.0/journeys')
  await sandbox.app.inject({ url: '/api/3.0/journeys', headers: { 'x-annexcloud-site': 'unknown' } })
  expect(await list()).toEqual([])
  expect((await control.expect(200, 'GET', '/requests')).requests).toHaveLength(2)
  await control.expect(204, 'DELETE', '/requests')
  expect((await control.expect(200, 'GET', '/requests')).requests).toEqual([])
})

test('does not note calls to the control plane', async () => {
  await control.expect(200, 'GET', `/sites/${SITE.site_id}`)
  expect(await list()).toEqual([])
})
