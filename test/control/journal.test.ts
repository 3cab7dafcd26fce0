import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { NOW, testApp } from '../support/app.ts'
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

test('records a request, its answer and the finding of the authentication', async () => {
  const response = await ask(`/user/${ANN}/journeys?x=1`, ANN)
  const [recorded] = await list()
  expect(recorded).toMatchObject({
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
  expect(recorded.duration_ms).toBeGreaterThan(0)
  expect(await control.expect(200, 'GET', `${REQUESTS}/${recorded.id}`)).toEqual(recorded)
})

test('never shows the signature of a usual token', async () => {
  const token = jwt(goodClaims(ANN))
  await ask(`/user/${ANN}/journeys`, ANN, headersOf(token))
  const signature = token.split('.')[2] as string
  expect(JSON.stringify(await list())).not.toContain(signature)
})

test('says of a refused request which check failed', async () => {
  await ask(`/user/${ANN}/journeys`, 'bob@example.com')
  const [recorded] = await list()
  expect(recorded.status).toBe(401)
  expect(recorded.authentication).toMatchObject({ ok: false, check: 'hmac' })
  expect(recorded.authentication.expected).toContain(ANN)
})

test('records unknown paths and other methods too', async () => {
  const headers = { 'x-annexcloud-site': SITE.site_id }
  await sandbox.app.inject({ url: '/api/3.0/nothing', headers })
  await sandbox.app.inject({ method: 'POST', url: '/api/3.0/journeys', headers })
  expect((await list()).map((recorded: { status: number }) => recorded.status)).toEqual([405, 404])
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
    expect((await list()).map((recorded: { operation: string }) => recorded.operation).slice(3)).toEqual([
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
  expect(requests.map((recorded: { path: string }) => recorded.path.at(-1))).toEqual(['7', '6', '5'])
})

test('keeps a request whole, however long, and what comes after it', async () => {
  await using small = await testApp({ config: { journal: 2, auth: 'off' } })
  const requests = controlOf(small.app)
  const long = { 'x-long': 'y'.repeat(3000), 'x-strange': 'é: \t, "ÿ"', 'x-empty': '' }
  for (const [i, length] of [1000, 0, 1500, 0].entries()) {
    const path = `/api/3.0/journeys?${i}=${'x'.repeat(length)}`
    const headers = { 'x-annexcloud-site': SITE.site_id, ...(length > 0 && long) }
    await small.app.inject({ url: path, headers })
    const [recorded] = (await requests.expect(200, 'GET', REQUESTS)).requests
    expect(recorded).toMatchObject({ path, headers })
    expect('x-long' in recorded.headers).toBe(length > 0)
    expect(await requests.expect(200, 'GET', `${REQUESTS}/${recorded.id}`)).toEqual(recorded)
  }
})

test('is off when it keeps none', async () => {
  await using off = await testApp({ config: { journal: 0 } })
  await off.app.inject({ url: '/api/3.0/journeys', headers: headersOf(jwt(goodClaims(''))) })
  const control = controlOf(off.app)
  expect(await control.expect(200, 'GET', REQUESTS)).toEqual({ requests: [], dropped: 1 })
  const { detail } = await control.expect(409, 'GET', `${REQUESTS}/count`)
  expect(detail).toContain('--journal')
})

test('of what named no known site is kept apart', async () => {
  await sandbox.app.inject('/api/3.0/journeys')
  await sandbox.app.inject({ url: '/api/3.0/journeys', headers: { 'x-annexcloud-site': 'unknown' } })
  expect(await list()).toEqual([])
  expect((await control.expect(200, 'GET', '/requests')).requests).toHaveLength(2)
  await control.expect(204, 'DELETE', '/requests')
  expect((await control.expect(200, 'GET', '/requests')).requests).toEqual([])
})

test('does not record calls to the control API', async () => {
  await control.expect(200, 'GET', `/sites/${SITE.site_id}`)
  expect(await list()).toEqual([])
})

describe('that has dropped requests', () => {
  test('says how many, and counts only what it can know of', async () => {
    let now = NOW
    await using small = await testApp({ clock: { now: () => now }, config: { journal: 3, auth: 'off' } })
    const { requests } = small.sites.get(SITE.site_id)
    const control = controlOf(small.app)
    const send = async (times: number) => {
      for (let n = 0; n < times; n++) {
        now += 1000
        await small.app.inject({ url: '/api/3.0/journeys', headers: { 'x-annexcloud-site': SITE.site_id } })
      }
    }
    await send(3)
    expect(await control.expect(200, 'GET', `${REQUESTS}/count`)).toEqual({ count: 3 })
    await send(2)
    expect((await control.expect(200, 'GET', REQUESTS)).dropped).toBe(2)
    expect(requests.dropped).toBe(2)
    const { detail } = await control.expect(409, 'GET', `${REQUESTS}/count`)
    expect(() => requests.count({ status: 200 })).toThrow(detail)
    const [, since] = /since (\S+Z)/.exec(detail) as RegExpExecArray
    expect(await control.expect(200, 'GET', `${REQUESTS}/count?since=${since}`)).toEqual({ count: 3 })
    expect(requests.countKept()).toBe(3)
    await control.expect(204, 'DELETE', REQUESTS)
    await send(1)
    expect(await control.expect(200, 'GET', `${REQUESTS}/count`)).toEqual({ count: 1 })
  })
})

describe('shows no secret', () => {
  const [header, claims, signature] = jwt(goodClaims(ANN)).split('.') as [string, string, string]
  const token = `${header}.${claims}.${signature}`

  test.each([
    [`Bearer ${token}`, `Bearer ${header}.${claims}.…`],
    [`bearer  ${token}`, `Bearer ${header}.${claims}.…`],
    [`Bearer ${token}.`, 'Bearer …'],
    [`Bearer .${token}`, 'Bearer …'],
    [`Bearer ${token}, Bearer ${token}`, 'Bearer …'],
    [`Bearer ${token} ${token}`, 'Bearer …'],
    [`Bearer ${signature}.${header}.${claims}`, 'Bearer …'],
    [`Bearer ${signature}`, 'Bearer …'],
    [token, '…'],
    ['Basic YW5uOnNlY3JldA==', 'Basic …'],
    ['Secret123', '…'],
    ['Secret123 x', '…'],
  ])('in Authorization: %s', async (authorization, shown) => {
    await ask(`/user/${ANN}/journeys`, ANN, { 'x-annexcloud-site': SITE.site_id, authorization })
    const [recorded] = await list()
    expect(recorded.headers.authorization).toBe(shown)
    const { authentication, ...rest } = recorded
    expect(JSON.stringify(rest)).not.toContain(signature)
    expect(JSON.stringify(recorded)).not.toContain('Secret123')
    expect(JSON.stringify(recorded)).not.toContain('YW5uOnNlY3JldA')
    expect(JSON.stringify(authentication)).not.toContain(signature)
  })

  test('in other headers, or in the query', async () => {
    const headers = {
      'x-annexcloud-site': SITE.site_id,
      ...{ cookie: 'session=TOP', 'x-api-key': 'TOP', 'proxy-authorization': 'Basic TOP', 'x-colour': 'red' },
    }
    await sandbox.app.inject({ url: '/api/3.0/journeys?access_token=TOP&page=2&Secret=TOP', headers })
    const [recorded] = await list()
    expect(recorded.path).toBe('/api/3.0/journeys?access_token=…&page=2&Secret=…')
    expect(recorded.headers['x-colour']).toBe('red')
    expect(JSON.stringify(recorded)).not.toContain('TOP')
  })
})
