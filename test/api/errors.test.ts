import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { errorCatalogue } from '../../src/contract/errors.ts'
import { type Sandbox, startSandbox } from '../../src/index.ts'
import { testApp } from '../support/app.ts'
import { goodClaims, headersOf, jwt } from '../support/token.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ logLevel: 'silent', auth: 'off' })
})
afterAll(() => sandbox.close())

/** Sends bytes as they are and reads to the end of the connection. */
async function send(bytes: string | Buffer): Promise<{ status: number; head: string; body: string }> {
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

const get = (target: string, ...headers: string[]) =>
  send(
    Buffer.from(
      [`GET ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', ''].join('\r\n'),
    ),
  )

function expectVendorError(
  answer: { status: number; head: string; body: string },
  code: keyof typeof errorCatalogue,
) {
  const { status, errorCode, errorMessage } = errorCatalogue[code]
  expect({ status: answer.status, body: JSON.parse(answer.body) }).toEqual({
    status,
    body: { errorCode, errorMessage },
  })
  expect(answer.head.toLowerCase()).toContain('content-type: application/json; charset=utf-8')
}

const BASE = '/api/3.0'

test.each([
  ['an unknown route', `${BASE}/nothing`, 'NOT_FOUND'],
  ['an address below a known one', `${BASE}/journeys/a/b`, 'NOT_FOUND'],
  ['an address outside of the base path', '/journeys', 'NOT_FOUND'],
  ['an address that cannot be decoded', `${BASE}/user/%zz/journeys`, 'INVALID_REQUEST'],
  ['an address that is not UTF-8', `${BASE}/user/zo%EB@example.com/journeys`, 'INVALID_REQUEST'],
  ['an address that is too long', `${BASE}/user/${'a'.repeat(9000)}/journeys`, 'URI_TOO_LONG'],
  ['an address too long for the parser', `${BASE}/user/${'a'.repeat(40_000)}/journeys`, 'URI_TOO_LONG'],
] as const)('%s is answered in the form of the vendor', async (_name, target, code) => {
  expectVendorError(await get(target), code)
})

test('headers that are too large are answered in the form of the vendor', async () => {
  expectVendorError(await get(`${BASE}/journeys`, `X-Large: ${'a'.repeat(40_000)}`), 'HEADERS_TOO_LARGE')
})

test.each([
  ['no HTTP at all', 'hello\r\n\r\n'],
  ['a method that does not exist', `FETCH ${BASE}/journeys HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  [
    'an email beyond ASCII that is not percent-encoded',
    `GET ${BASE}/user/zoë@exämple.com/journeys HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  ],
  ['a header without a colon', `GET ${BASE}/journeys HTTP/1.1\r\nHost: localhost\r\nnonsense\r\n\r\n`],
])('%s is answered in the form of the vendor', async (_name, bytes) => {
  expectVendorError(await send(bytes), 'INVALID_REQUEST')
})

test('what the parser refuses is explained too', async () => {
  const { head } = await get(`${BASE}/user/zoë@exämple.com/journeys`)
  expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
  expect(head).toContain('X-Sandbox-Explain: path: percent-encode')
})

test('a client that is refused may send the next request on the same connection', async () => {
  const twice = `GET ${BASE}/nothing HTTP/1.1\r\nHost: localhost\r\n\r\nGET ${BASE}/journeys HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`
  const socket = await send(twice)
  expect(socket.head).toContain('404')
})

const methods = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND', 'PURGE', 'LOCK']
const paths = ['/journeys', '/journeys/x', '/user_journeys/ann@example.com', '/user/ann@example.com/journeys']

test.each(methods.flatMap(method => paths.map(path => [method, path] as const)))(
  '%s %s is not allowed, and what is allowed is said',
  async (method, path) => {
    const answer = await send(
      `${method} ${BASE}${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{broken`,
    )
    expectVendorError(answer, 'METHOD_NOT_ALLOWED')
    expect(answer.head.toLowerCase()).toContain('allow: get, head')
  },
)

test('a bug is a 500 that tells nothing but under what name it was logged', async () => {
  await using own = await testApp()
  const log = vi.spyOn(own.app.log, 'error')
  own.store.close()
  const headers = headersOf(jwt(goodClaims('')))
  const response = await own.app.inject({ url: `${BASE}/journeys`, headers })
  expect(response.statusCode).toBe(500)
  const { status: _status, ...body } = errorCatalogue.INTERNAL_ERROR
  expect(response.json()).toEqual(body)
  expect(log.mock.calls).toEqual([
    [{ reqId: response.headers['x-sandbox-request-id'], err: expect.any(Error) }],
  ])
})
