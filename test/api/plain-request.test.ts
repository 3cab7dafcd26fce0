import { createServer, type IncomingMessage, type Server } from 'node:http'
import { duplexPair } from 'node:stream'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plainRequest } from '../../src/api/plain-request.ts'

const read = (text: string) => plainRequest(Buffer.from(text, 'latin1'))
const get = (...headers: string[]) => ['GET /journeys HTTP/1.1', ...headers, '', ''].join('\r\n')

describe('A plain request', () => {
  it('is one as clients send it', () => {
    expect(read(get('Host: localhost', 'Accept: */*', 'Connection: keep-alive'))).toEqual({
      method: 'GET',
      url: '/journeys',
      headers: { host: 'localhost', accept: '*/*', connection: 'keep-alive' },
      rawHeaders: ['Host', 'localhost', 'Accept', '*/*', 'Connection', 'keep-alive'],
    })
  })

  it.each([
    ['nothing', ''],
    ['a part of one', get('Host: localhost').slice(0, -1)],
    ['more than one', get('Host: localhost').repeat(2)],
    ['one with something behind it', `${get('Host: localhost')}\r\n`],
    ['one with another method', get('Host: localhost').replace('GET', 'HEAD')],
    ['one of another version', get('Host: localhost').replace('1.1', '1.0')],
    ['one without a host', get('Accept: */*')],
    ['one with two hosts', get('Host: localhost', 'host: localhost')],
    ['one that ends the connection', get('Host: localhost', 'Connection: close')],
    ['one with a body', get('Host: localhost', 'Content-Length: 5')],
    ['one with an empty header', get('Host: localhost', 'Accept: ')],
    ['one with space around a value', get('Host:  localhost ')],
    ['one beyond ASCII', get('Host: localhost', 'X-Name: \xe4')],
    ['one with a header named like what objects have', get('Host: localhost', 'constructor: a')],
    ['a very long one', get('Host: localhost', `X-Long: ${'a'.repeat(9000)}`)],
  ])('is not %s', (_what, text) => {
    expect(read(text)).toBeUndefined()
  })
})

describe('What is read as a plain request', () => {
  let server: Server
  beforeAll(() => {
    server = createServer({ keepAliveTimeout: 0, connectionsCheckingInterval: 1000 })
    for (const event of ['checkContinue', 'checkExpectation', 'upgrade', 'connect'])
      server.on(event, () => seen.push(event))
    server.on('clientError', (_error, socket) => {
      seen.push('clientError')
      socket.destroy()
    })
    server.on('request', (request: IncomingMessage, response) => {
      const { method, url, headers, rawHeaders } = request
      request.on('data', () => seen.push('a body')).on('end', () => seen.push('the end'))
      seen.push({ method, url, headers, rawHeaders }, response.shouldKeepAlive)
      response.end()
    })
  })
  afterAll(() => server.close())
  let seen: unknown[] = []

  /** What Node's HTTP server makes of a connection that begins with these bytes, followed by a request for `/next`. */
  async function parsed(bytes: Buffer): Promise<unknown[]> {
    seen = []
    const [ours, theirs] = duplexPair()
    server.emit('connection', theirs)
    ours.on('error', () => {}).resume()
    ours.write(bytes)
    await new Promise(setImmediate)
    ours.write('GET /next HTTP/1.1\r\nHost: next\r\n\r\n')
    await new Promise(setImmediate)
    theirs.destroy()
    return seen
  }

  const token = fc.stringMatching(/^[\w!#$%&'*+.^`|~-]{1,12}$/)
  const name = fc.oneof(
    fc.constantFrom('Host', 'host', 'Accept', 'AUTHORIZATION', 'X-AnnexCloud-Site', '__proto__', 'Cookie'),
    fc.constantFrom('Connection', 'Keep-Alive', 'Proxy-Connection', 'Upgrade', 'Expect', 'TE', 'Trailer'),
    fc.constantFrom('Content-Length', 'Transfer-Encoding', 'HTTP2-Settings', 'Set-Cookie', 'Age'),
    token,
  )
  const value = fc.oneof(
    { arbitrary: fc.stringMatching(/^[!-~]{1,12}$/), weight: 3 },
    fc.constantFrom(
      'keep-alive',
      'close',
      'upgrade',
      'keep-alive, close',
      'chunked',
      '0',
      '5',
      '100-continue',
    ),
    fc.stringMatching(/^[ -~\t]{0,12}$/),
    fc.string({ unit: 'binary', maxLength: 3 }),
  )
  const usually = <T>(most: T, ...rest: T[]) =>
    fc.oneof({ arbitrary: fc.constant(most), weight: 12 }, fc.constantFrom(...rest))
  const header = fc
    .tuple(
      name,
      usually(': ', ':', ' : ', ':\t', ''),
      value,
      usually('\r\n', '\n', '\r', '\r\n ', '\r\n\r\n'),
    )
    .map(parts => parts.join(''))
  const host = usually('Host: localhost\r\n', '', 'Host: a\r\nHost: b\r\n', 'Host:a\r\n')
  const request = fc
    .tuple(
      usually('GET ', 'get ', 'GET  ', 'HEAD ', 'POST ', '\r\nGET ', 'PRI '),
      usually('/a', '*', '/a b', '/\xe4', '/a?b#c', 'http://a/b', '/"<>\\^`{|}', ''),
      usually(' HTTP/1.1\r\n', ' HTTP/1.0\r\n', ' HTTP/2.0\r\n', '\r\n', ' HTTP/1.1\n', ' HTTP/1.1 \r\n'),
      host,
      fc.array(header, { maxLength: 4 }).map(headers => headers.join('')),
      usually('\r\n', '', '\n', '\r\n\r\n', '\r\nhello', '\r\nGET / HTTP/1.1\r\n\r\n'),
    )
    .map(parts => Buffer.from(parts.join(''), 'latin1'))

  it('is read as Node reads it, with nothing left over', async () => {
    let plain = 0
    await fc.assert(
      fc.asyncProperty(request, async bytes => {
        const head = plainRequest(bytes)
        if (!head) return
        plain++
        expect(await parsed(bytes)).toEqual([
          ...[head, true, 'the end'],
          ...[expect.objectContaining({ url: '/next' }), true, 'the end'],
        ])
      }),
      { numRuns: 5000 },
    )
    expect(plain).toBeGreaterThan(200)
  })
})
