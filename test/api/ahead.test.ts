import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { addressReader } from '../../src/api/addresses.ts'
import { answerAhead, respond } from '../../src/api/ahead.ts'
import { ATTEMPTS } from '../../src/auth/attempts.ts'
import { sign } from '../../src/auth/sign.ts'
import { addressOf, OPERATION_IDS, type OperationId, operations } from '../../src/contract/operations.ts'
import type { Site } from '../../src/sites/site.ts'
import { NOW_SECONDS, testApp, withoutShortcuts } from '../support/app.ts'
import { id, SITE } from '../support/seeds.ts'
import { serverOf } from '../support/server.ts'

const IDENTIFIERS = { journey_id: id(1), email_id: 'ann@example.com' }

type Headers = Record<string, string>

const identifierOf = (operation: OperationId): string | undefined => {
  const { identifier } = operations[operation]
  return identifier ? IDENTIFIERS[identifier] : undefined
}
const rightFor = (operation: OperationId) => ({
  ...SITE,
  identifier: identifierOf(operation),
  exp: NOW_SECONDS + 60,
  sub: 'a client',
})
const headersFor = (operation: OperationId): Headers => sign(rightFor(operation)).headers
const pathOf = (operation: OperationId): string => `/api/3.0${addressOf(operation, identifierOf(operation))}`

/** A sandbox that is asked over sockets, and says of each request whether it was answered ahead of the router. */
async function watched() {
  const sandbox = await testApp()
  const { sites } = sandbox
  const options = { sites, auth: 'strict', faultHeader: true } as const
  const app = withoutShortcuts(options)
  await app.ready()
  const ahead = answerAhead({
    ...options,
    readAddress: addressReader('/api/3.0'),
    nameRequest: () => 'ahead',
  })
  let wasAhead = false
  const server = await serverOf((request, response) => {
    wasAhead = ahead.answer(request, request.socket, (id, answer) => respond(response, id, answer))
    if (!wasAhead) app.routing(request, response)
  })

  async function ask(operation: OperationId, headers: Headers = headersFor(operation), method = 'GET') {
    const response = await fetch(`${server.url}${pathOf(operation)}`, { method, headers })
    return { ...toAnswer(response.status, response.headers, await response.text()), wasAhead }
  }
  async function inject(operation: OperationId, headers: Headers) {
    const response = await app.inject({ url: pathOf(operation), headers })
    return toAnswer(
      response.statusCode,
      Object.entries(response.headers) as [string, string][],
      response.body,
    )
  }
  return {
    sandbox,
    site: sites.get(SITE.site_id),
    ask,
    inject,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await app.close()
      await sandbox.close()
    },
  }
}

/** An answer but for what differs from request to request, and from socket to none. */
function toAnswer(status: number, headers: Iterable<[string, string]>, body: string) {
  const passing = ['x-sandbox-request-id', 'date', 'connection', 'keep-alive']
  return { status, headers: [...headers].filter(([name]) => !passing.includes(name)).sort(), body }
}

describe('A request for an operation', () => {
  let watch: Awaited<ReturnType<typeof watched>>
  beforeAll(async () => {
    watch = await watched()
  })
  afterAll(() => watch[Symbol.asyncDispose]())

  test.each(
    OPERATION_IDS.flatMap(operation =>
      Object.entries(ATTEMPTS).map(([rule, attempt]) => ({ operation, rule, attempt })),
    ),
  )('is answered as by the router: $operation, $rule', async ({ operation, rule, attempt }) => {
    const headers = attempt(rightFor(operation))
    if (!headers) return expect(rule).toMatch(/^hmac-/)
    const { wasAhead, ...answer } = await watch.ask(operation, headers)
    expect(answer).toEqual(await watch.inject(operation, headers))
    // What is refused or warned of is explained, and that is the router's.
    const isPlain = answer.status === 200 && answer.headers.every(([name]) => name !== 'x-sandbox-explain')
    expect(wasAhead).toBe(isPlain)
  })

  test('is noted as by the router', async () => {
    const headers = headersFor('getJourney')
    await watch.inject('getJourney', headers)
    await watch.ask('getJourney', headers)
    const [ahead, routed] = watch.site.requests.list({ limit: 2 })
    const passing = { id: '', duration_ms: 0, headers: {} }
    expect({ ...ahead, ...passing }).toEqual({ ...routed, ...passing })
    expect(ahead).toMatchObject({ id: 'ahead', status: 200, duration_ms: expect.any(Number) })
  })

  test.each<[string, Headers, number]>([
    ['that knows the answer already', { 'if-none-match': '*' }, 304],
    ['that asks for a fault', { 'x-sandbox-fault': 'status=503' }, 503],
  ])('is left to the router for a client %s', async (_what, more, status) => {
    const answer = await watch.ask('getJourney', { ...headersFor('getJourney'), ...more })
    expect(answer).toMatchObject({ status, wasAhead: false })
  })

  test('is left to the router for its headers alone', async () => {
    const { body } = await watch.ask('getJourney')
    const answer = await watch.ask('getJourney', headersFor('getJourney'), 'HEAD')
    expect(answer).toMatchObject({ status: 200, body: '', wasAhead: false })
    expect(Object.fromEntries(answer.headers)['content-length']).toBe(String(Buffer.byteLength(body)))
  })
})

test.each<[string, (site: Site) => unknown, number]>([
  ['its journey is gone', site => site.content.removeJourney(id(1)), 404],
  ['the site has another secret', site => site.store.rename({ name: SITE.name, secret: 'another' }), 401],
  ['a fault waits for it', site => site.faults.add({ fault: { kind: 'status', status: 500 } }), 500],
  ['its token has expired', site => site.clock.set({ now: '2025-06-01T12:01:00Z', tokens: true }), 401],
  ['something breaks', site => vi.spyOn(site.answers, 'get').mockThrow(new Error('broken')), 500],
])('It is the router that answers once %s', async (_what, change, status) => {
  await using watch = await watched()
  expect(await watch.ask('getJourney')).toMatchObject({ status: 200, wasAhead: true })
  change(watch.site)
  expect(await watch.ask('getJourney')).toMatchObject({ status, wasAhead: false })
})

test('Many at once each get their own answer', async () => {
  await using sandbox = await testApp({ config: { auth: 'off' } })
  const origin = await sandbox.entrance.listen({ port: 0, host: '127.0.0.1' })
  const headers = { 'x-annexcloud-site': SITE.site_id }
  const addresses = OPERATION_IDS.flatMap(operation => Array<string>(8).fill(`${origin}${pathOf(operation)}`))
  const ask = async (address: string) => (await fetch(address, { headers })).text()
  const one = []
  for (const address of addresses) one.push(await ask(address))
  expect(await Promise.all(addresses.map(ask))).toEqual(one)
  const noted = sandbox.sites.get(SITE.site_id).requests.list({ limit: addresses.length })
  expect(noted.every(({ status, duration_ms }) => status === 200 && (duration_ms ?? 0) > 0)).toBe(true)
})

test('With authentication off, it needs no token', async () => {
  await using sandbox = await testApp({ config: { auth: 'off' } })
  const origin = await sandbox.entrance.listen({ port: 0, host: '127.0.0.1' })
  const headers = { 'x-annexcloud-site': SITE.site_id }
  const ask = async () => (await fetch(`${origin}/api/3.0/journeys`, { headers })).json()
  expect(await ask()).toEqual(await ask())
})
