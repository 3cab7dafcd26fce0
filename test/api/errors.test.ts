import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { ERROR_CASES, type ErrorName, errorBody } from '../../src/contract/errors.ts'
import { type Sandbox, type SandboxSite, startSandbox } from '../../src/index.ts'
import { testApp } from '../support/app.ts'
import { controlOf } from '../support/control.ts'
import { id, seedOf } from '../support/seeds.ts'
import { goodClaims, headersOf, jwt } from '../support/token.ts'

const BASE = '/api/3.0'

let sandbox: Sandbox
let site: SandboxSite
beforeAll(async () => {
  sandbox = await startSandbox({ logLevel: 'silent' })
  site = sandbox.sites()[0] as SandboxSite
})
afterAll(() => sandbox.close())

interface Answer {
  status: number
  head: string
  body: string
}

/** Sends bytes as they are and reads to the end of the connection. */
async function send(bytes: string | Buffer): Promise<Answer> {
  const socket = connect({ port: Number(new URL(sandbox.origin).port), host: '127.0.0.1' })
  let answer = ''
  socket.setEncoding('utf8').on('data', text => {
    answer += text
  })
  socket.write(bytes)
  await once(socket, 'close')
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2)
  return { status: Number(head.split(' ')[1]), head, body }
}

const request = (
  target: string,
  { identifier = 'ann@example.com', method = 'GET', headers = [] as string[] } = {},
) =>
  [
    `${method} ${target} HTTP/1.1`,
    'Host: localhost',
    'Connection: close',
    ...Object.entries(site.headersFor(identifier)).map(([name, value]) => `${name}: ${value}`),
    ...headers,
    '',
    '',
  ].join('\r\n')

function expectError(answer: Answer, name: ErrorName, explanation: RegExp): void {
  const { status, errorCode } = ERROR_CASES[name]
  expect({ status: answer.status, body: answer.body && JSON.parse(answer.body) }).toEqual({
    status,
    body: errorBody(errorCode),
  })
  expect(answer.head).toMatch(/^content-type: application\/json; charset=utf-8\r?$/im)
  expect(/^x-sandbox-explain: (.*)\r?$/im.exec(answer.head)?.[1]).toMatch(explanation)
}

const UNKNOWN_JOURNEY = '00000000-0000-4000-8000-000000000000'

describe('An error has the code of the vendor, and an explanation that begins with a stable word', () => {
  const calls: [what: string, name: ErrorName, explanation: RegExp, bytes: () => string | Buffer][] = [
    [
      'an unknown member',
      'memberNotFound',
      /^member: /,
      () => request(`${BASE}/user/nobody@example.com/journeys`, { identifier: 'nobody@example.com' }),
    ],
    [
      'an unknown journey',
      'journeyNotFound',
      /^journey: /,
      () => request(`${BASE}/journeys/${UNKNOWN_JOURNEY}`, { identifier: UNKNOWN_JOURNEY }),
    ],
    [
      'a malformed email',
      'invalidIdentifier',
      /^member: .*email address/,
      () => request(`${BASE}/user/ann/journeys`, { identifier: 'ann' }),
    ],
    [
      'a malformed journey id',
      'invalidIdentifier',
      /^journey: .*UUID/,
      () => request(`${BASE}/journeys/1`, { identifier: '1' }),
    ],
    ['an unknown path', 'pathNotFound', /^path: no operation/, () => request(`${BASE}/nothing`)],
    ['a path below a known one', 'pathNotFound', /^path: /, () => request(`${BASE}/journeys/a/b`)],
    [
      'a path without the base path',
      'pathNotFound',
      /^path: it lacks the base path; call \/api\/3\.0\/journeys$/,
      () => request('/journeys'),
    ],
    ['a path outside of the base path', 'pathNotFound', /^path: .*below \/api\/3\.0$/, () => request('/x')],
    ['no path', 'pathNotFound', /^path: .*below \/api\/3\.0$/, () => request('*', { method: 'OPTIONS' })],
    [
      'another method',
      'methodNotAllowed',
      /^method: /,
      () => request(`${BASE}/journeys`, { method: 'QUERY' }),
    ],
    [
      'another method with a body of no type',
      'methodNotAllowed',
      /^method: /,
      () =>
        `${request(`${BASE}/journeys`, { method: 'POST', headers: ['Content-Type: ;', 'Content-Length: 2'] })}{}`,
    ],
    [
      'an unknown path with a body of no type',
      'pathNotFound',
      /^path: /,
      () => `${request('/x', { method: 'POST', headers: ['Content-Type: ;', 'Content-Length: 2'] })}{}`,
    ],
    ['the base URL', 'pathNotFound', /^path: .*\/_sandbox\/health/, () => request(BASE)],
    [
      'a slash at the end',
      'pathNotFound',
      /^path: it ends with a slash; call \/api\/3\.0\/journeys$/,
      () => request(`${BASE}/journeys/`),
    ],
    [
      'a double slash',
      'pathNotFound',
      /^path: it has a double slash; call \/api\/3\.0\/journeys$/,
      () => request(`${BASE}//journeys`),
    ],
    [
      'a wrong case',
      'pathNotFound',
      /^path: paths are case-sensitive; call \/api\/3\.0\/journeys$/,
      () => request(`${BASE}/Journeys`),
    ],
    [
      'a path that is not UTF-8',
      'invalidIdentifier',
      /^path: .*percent-decoded/,
      () => request(`${BASE}/user/zo%EB@example.com/journeys`),
    ],
    [
      'a path that is too long',
      'pathTooLong',
      /^path: .*8192/,
      () => request(`${BASE}/user/${'a'.repeat(9000)}/journeys`),
    ],
    [
      'a path too long for the parser',
      'pathTooLong',
      /^path: .*8192/,
      () => request(`${BASE}/user/${'a'.repeat(40_000)}/journeys`),
    ],
    [
      'headers that are too large',
      'headersTooLarge',
      /^request: /,
      () => request(`${BASE}/journeys`, { headers: [`X-Large: ${'a'.repeat(40_000)}`] }),
    ],
    [
      'no Host header',
      'badRequest',
      /^request: .*Host/,
      () => request(`${BASE}/journeys`).replace('Host: localhost\r\n', ''),
    ],
    [
      'two Host headers',
      'badRequest',
      /^request: .*Host/,
      () => request(`${BASE}/journeys`, { headers: ['Host: elsewhere'] }),
    ],
    ['CONNECT', 'badRequest', /^method: .*proxy/, () => request('example.com:443', { method: 'CONNECT' })],
    [
      'an expectation',
      'expectationFailed',
      /^request: .*100-continue/,
      () => request(`${BASE}/journeys`, { headers: ['Expect: a miracle'] }),
    ],
    ['no HTTP at all', 'badRequest', /^request: /, () => 'hello\r\n\r\n'],
    ['an unknown method', 'badRequest', /^request: /, () => request(`${BASE}/journeys`, { method: 'FETCH' })],
    [
      'a path with raw UTF-8',
      'badRequest',
      /^path: percent-encode/,
      () => Buffer.from(request(`${BASE}/user/zoë@exämple.com/journeys`)),
    ],
    [
      'a header without a colon',
      'badRequest',
      /^request: /,
      () => request(`${BASE}/journeys`, { headers: ['nonsense'] }),
    ],
    [
      'no token',
      'unauthorized',
      /^format: /,
      () => request(`${BASE}/journeys`).replace(/Authorization: .*\r\n/, ''),
    ],
    [
      'no site',
      'unauthorized',
      /^site: /,
      () => request(`${BASE}/journeys`).replace(/X-AnnexCloud-Site: .*\r\n/, ''),
    ],
    [
      'an unknown site',
      'unauthorized',
      /^(site|site_id): /,
      () => request(`${BASE}/journeys`).replace(/(X-AnnexCloud-Site: ).*\r\n/, '$1nowhere\r\n'),
    ],
    [
      'an injected 503',
      'unavailable',
      /^$|^fault: /,
      () => request(`${BASE}/journeys`, { headers: ['X-Sandbox-Fault: status=503'] }),
    ],
    [
      'an injected 429',
      'rateLimited',
      /^$|^fault: /,
      () => request(`${BASE}/journeys`, { headers: ['X-Sandbox-Fault: status=429'] }),
    ],
    [
      'an unknown fault',
      'badRequest',
      /^fault: /,
      () => request(`${BASE}/journeys`, { headers: ['X-Sandbox-Fault: nonsense'] }),
    ],
  ]

  test.each(calls)('%s: %s', async (_what, name, explanation, bytes) => {
    expectError(await send(bytes()), name, explanation)
  })

  test('which the journal has too', async () => {
    const path = `${BASE}/user/nobody@example.com/journeys`
    await send(request(path, { identifier: 'nobody@example.com' }))
    await expect
      .poll(() => site.requests.list()[0])
      .toMatchObject({
        path,
        status: 404,
        explanation: expect.stringMatching(/^member: /),
      })
    await send(request(`${BASE}/user/%zz/journeys`))
    expect(site.requests.list()[0]).toMatchObject({
      status: 400,
      explanation: expect.stringMatching(/^path: /),
    })
  })
})

test.each([
  [400, 'AC1007'],
  [401, 'AC1002'],
  [403, 'AC1001'],
  [404, 'AC1005'],
  [405, 'AC1003'],
  [409, 'AC1006'],
  [418, 'AC1001'],
  [500, 'AC1001'],
] as const)('an injected %i has the code %s', async (status, errorCode) => {
  const headers = { 'x-sandbox-fault': `status=${status}`, ...site.headersFor() }
  const response = await fetch(`${sandbox.url}/journeys`, { headers })
  expect(response.status).toBe(status)
  expect(await response.json()).toEqual(errorBody(errorCode))
})

const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND', 'PURGE', 'LOCK']
const PATHS = ['/journeys', '/journeys/x', '/user_journeys/ann@example.com', '/user/ann@example.com/journeys']

test.each(METHODS.flatMap(method => PATHS.map(path => [method, path] as const)))(
  '%s %s is not allowed, whatever its body, and the answer says what is',
  async (method, path) => {
    const answer = await send(
      `${method} ${BASE}${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{broken`,
    )
    expectError(answer, 'methodNotAllowed', /^method: /)
    expect(answer.head).toMatch(/^allow: GET, HEAD\r?$/im)
  },
)

test('a bug is a 500 that does not describe it, and is logged under the id of the request', async () => {
  await using own = await testApp()
  const logged: unknown[] = []
  vi.spyOn(own.app.log, 'child').mockReturnValue({
    ...own.app.log,
    error: (...line: unknown[]) => logged.push(line),
  } as never)
  vi.spyOn(own.sites, 'get').mockImplementation(() => {
    throw new TypeError('a bug')
  })
  const response = await own.app.inject({ url: `${BASE}/journeys`, headers: headersOf(jwt(goodClaims(''))) })
  expect(response.statusCode).toBe(500)
  expect(response.json()).toEqual(errorBody('AC1001'))
  expect(response.headers['x-sandbox-explain']).toMatch(/^server: /)
  expect(logged).toEqual([[{ err: expect.any(Error) }, 'request failed']])
})

describe('Without authentication', () => {
  test('a request that names no site belongs to the first, with its faults and its journal', async () => {
    await using own = await testApp({ seeds: [seedOf()], config: { auth: 'off' } })
    const [first] = own.sites.list()
    const call = () => own.app.inject({ url: `${BASE}/journeys/${id(1)}` })
    expect((await call()).statusCode).toBe(200)
    await controlOf(own.app).expect(201, 'POST', `/sites/${first?.site_id}/faults`, {
      fault: { kind: 'status', status: 503 },
    })
    expect((await call()).statusCode).toBe(503)
    expect(first?.requests.list().map(({ status }) => status)).toEqual([503, 200])
    expect(own.sites.unmatched.list()).toEqual([])
  })
})
