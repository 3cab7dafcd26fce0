import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerPlainConnections } from '../../src/api/plain-connections.ts'
import { sign } from '../../src/auth/sign.ts'
import type { Entrance } from '../../src/entrance.ts'
import { NOW_SECONDS, testApp, withoutShortcuts } from '../support/app.ts'
import { id, SITE } from '../support/seeds.ts'

const JOURNEY = `/api/3.0/journeys/${id(1)}`
const headers = Object.entries(
  sign({ ...SITE, identifier: id(1), exp: NOW_SECONDS + 60, sub: 'a client' }).headers,
).map(([name, value]) => `${name}: ${value}`)
const get = (address: string, more: string[] = [], version = '1.1') =>
  [`GET ${address} HTTP/${version}`, 'Host: localhost', ...headers, ...more, '', ''].join('\r\n')
const CLOSE = ['Connection: close']
const LAST = get('/api/3.0/journeys', CLOSE)

const listen = async (server: FastifyInstance | Entrance) =>
  Number(new URL(await server.listen({ port: 0, host: '127.0.0.1' })).port)

/** A connection, what has come back on it, and its end. */
function connection(port: number) {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1').setNoDelay(true)
  const client = { socket, received: '', closed: new Promise(resolve => socket.once('close', resolve)) }
  // The server may close it while there is still something to send.
  socket.on('error', () => {})
  socket.on('data', data => {
    client.received += data
  })
  return client
}

/**
 * All that comes back to these chunks until the server ends the connection, but for what differs from request to request.
 * Each is sent once there is an answer to the one before, or at once.
 */
async function send(port: number, chunks: string[], atOnce = false): Promise<string> {
  const client = connection(port)
  for (const chunk of chunks) {
    const answer = new Promise(resolve => client.socket.once('data', resolve))
    client.socket.write(chunk, 'latin1')
    await (atOnce ? pause(1) : Promise.race([answer, client.closed]))
  }
  await client.closed
  return client.received.replace(/^(x-sandbox-request-id|Date): .*$/gm, '$1')
}

/** Requests after which a connection stays open, by what they bring. */
const KEEPING: Record<string, string> = {
  'nothing else': get(JOURNEY),
  'a query': get(`${JOURNEY}?a=b`),
  'a wish to keep the connection': get(JOURNEY, ['Connection: Keep-Alive']),
  'a body': `${get(JOURNEY, ['Content-Length: 5'])}hello`,
  'a body in chunks': `${get(JOURNEY, ['Transfer-Encoding: chunked'])}2\r\nhi\r\n0\r\n\r\n`,
  'an expectation': get(JOURNEY, ['Expect: 100-continue']),
  'a second token': get(JOURNEY, ['Authorization: Bearer x']),
  'a second site': get(JOURNEY, ['X-AnnexCloud-Site: 2']),
  'a second host': get(JOURNEY, ['Host: localhost']),
  'other letters and no space': get(JOURNEY).replace(/x-annexcloud-site: /i, 'X-ANNEXCLOUD-SITE:'),
  'no token': get(JOURNEY).replace(/Authorization: .*\r\n/i, ''),
  'an entity tag': get(JOURNEY, ['If-None-Match: *']),
  'a fault that it asks for': get(JOURNEY, ['X-Sandbox-Fault: status=503']),
  'a header of a kilobyte': get(JOURNEY, [`X-Long: ${'a'.repeat(1000)}`]),
  'headers of 10 kB': get(JOURNEY, [`X-Long: ${'a'.repeat(10_000)}`]),
  'a header beyond ASCII': get(JOURNEY, ['X-Name: \xe4']),
  'its own host in the address': get(`http://localhost${JOURNEY}`),
  'another request behind it': get(JOURNEY) + get(JOURNEY),
  'an unknown address behind it': get(JOURNEY) + get('/api/3.0/nowhere'),
  'another method': get(JOURNEY).replace('GET', 'POST'),
  'its headers alone': get(JOURNEY).replace('GET', 'HEAD'),
  'an unknown address': get('/api/3.0/nowhere'),
  'an empty line before it': `\r\n${get(JOURNEY)}`,
}

/** And those that end it. */
const ENDING: Record<string, string> = {
  'a wish to close the connection': get(JOURNEY, CLOSE),
  'a request behind that wish': get(JOURNEY, CLOSE) + LAST,
  'a line of HTTP/1.0': get(JOURNEY, [], '1.0'),
  'another protocol': get(JOURNEY, ['Connection: upgrade, close', 'Upgrade: websocket']),
  'a body that it does not announce': `${get(JOURNEY)}{"a": 1}\r\n`,
  'no host': get(JOURNEY).replace('Host: localhost\r\n', ''),
  'headers of 20 kB': get(JOURNEY, [`X-Long: ${'a'.repeat(20_000)}`]),
  'a header that is continued': get(JOURNEY, ['X-Long: a', ' b']),
  'a bare line feed': get(JOURNEY).replaceAll('\r\n', '\n'),
  nonsense: 'nonsense\r\n\r\n',
}

describe('Over a socket, every answer is that of a server without shortcuts', () => {
  let sandbox: Awaited<ReturnType<typeof testApp>>
  let plain: FastifyInstance
  let ports: [number, number]
  beforeAll(async () => {
    sandbox = await testApp()
    plain = withoutShortcuts({ sites: sandbox.sites, auth: 'strict', faultHeader: true })
    ports = [await listen(sandbox.entrance), await listen(plain)]
    // What is loaded when it is first asked for takes a while then.
    await send(ports[0], [get('/api/3.0/nowhere', CLOSE)])
  })
  afterAll(async () => {
    await plain.close()
    await sandbox.close()
  })

  async function compare(chunks: string[], atOnce = false): Promise<void> {
    const [ours, theirs] = await Promise.all(ports.map(port => send(port, chunks, atOnce)))
    expect(ours).toBe(theirs)
    expect(ours).toMatch(/^HTTP\/1\.1 [1-5]\d\d /)
  }

  test.each(Object.entries(KEEPING))('with %s', async (_what, request) => {
    await compare([request, LAST])
    await compare([get(JOURNEY), request, get(JOURNEY), LAST])
  })

  test.each(Object.entries(ENDING))('with %s', async (_what, request) => {
    await compare([request])
    await compare([get(JOURNEY), request])
  })

  test('whatever comes in whatever order, and however it is cut', async () => {
    const request = fc.constantFrom(...Object.values(KEEPING), ...Array<string>(12).fill(get(JOURNEY)))
    const piece = fc.tuple(request, fc.array(fc.nat(), { maxLength: 3 })).map(([text, cuts]) => {
      const at = [0, ...cuts.map(cut => cut % text.length).sort((a, b) => a - b), text.length]
      return at.slice(1).map((end, i) => text.slice(at[i], end))
    })
    await fc.assert(
      // Not what ends a connection at once: it would race with the answers to what came before.
      fc.asyncProperty(fc.array(piece, { maxLength: 5 }), async pieces => {
        await compare([...pieces.flat().filter(chunk => chunk !== ''), LAST], true)
      }),
      { numRuns: 60 },
    )
  })
})

describe('A connection with nothing but plain requests', () => {
  /** A sandbox, and how often its HTTP server has heard of a request. */
  async function listening() {
    const sandbox = await testApp()
    const port = await listen(sandbox.entrance)
    const http = { heard: 0 }
    sandbox.entrance.server.prependListener('request', () => http.heard++)
    return { ...sandbox, port, http, site: sandbox.sites.get(SITE.site_id) }
  }
  const answered = (client: ReturnType<typeof connection>, count: number) =>
    expect.poll(() => client.received.split('HTTP/1.1 ').length - 1).toBe(count)

  test('is answered without the HTTP server, until it brings something else', async () => {
    await using sandbox = await listening()
    const client = connection(sandbox.port)
    const heard: number[] = []
    for (const request of [get(JOURNEY), get(JOURNEY), get(JOURNEY, ['If-None-Match: *']), get(JOURNEY)]) {
      client.socket.write(request)
      await answered(client, heard.length + 1)
      heard.push(sandbox.http.heard)
    }
    expect(heard).toEqual([0, 0, 1, 2])
    expect(client.received.match(/(?<=HTTP\/1\.1 )\d+/g)).toEqual(['200', '200', '304', '200'])
    client.socket.destroy()
  })

  test('is noted in the journal like any other', async () => {
    await using sandbox = await listening()
    const client = connection(sandbox.port)
    client.socket.write(get(JOURNEY))
    await answered(client, 1)
    client.socket.write(get(JOURNEY, ['X-Sandbox-Fault: delay=1']))
    await answered(client, 2)
    client.socket.destroy()
    await expect.poll(() => sandbox.site.requests.list()[0]?.status).toBe(200)
    const [routed, plain] = sandbox.site.requests.list()
    expect(sandbox.http.heard).toBe(1)
    const passing = { id: '', duration_ms: 0, fault: undefined, headers: {} }
    expect({ ...plain, ...passing }).toEqual({ ...routed, ...passing })
    expect(plain).toMatchObject({
      status: 200,
      duration_ms: expect.any(Number),
      headers: { host: 'localhost' },
    })
  })

  test('whose client has nothing more to say is answered, and ended', async () => {
    await using sandbox = await listening()
    const client = connection(sandbox.port)
    client.socket.end(get(JOURNEY))
    await client.closed
    expect(client.received).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\}$/)
    expect(sandbox.http.heard).toBe(0)
  })

  test('whose client does not read gets every answer once it does', async () => {
    await using sandbox = await listening()
    const client = connection(sandbox.port)
    client.socket.pause()
    const COUNT = 3000
    for (let i = 0; i < COUNT; i++) client.socket.write(get(JOURNEY))
    await expect.poll(() => sandbox.http.heard).toBeGreaterThan(0)
    client.socket.resume()
    await answered(client, COUNT)
    const names = client.received.match(/(?<=^x-sandbox-request-id: req-).*$/gm) ?? []
    expect(names.map(name => Number.parseInt(name, 36))).toEqual(names.map((_, i) => i + 1))
    client.socket.destroy()
  })

  test('may be cut at any moment', async () => {
    await using sandbox = await listening()
    for (let i = 0; i < 20; i++) {
      const client = connection(sandbox.port)
      client.socket.write(get(JOURNEY))
      if (i % 2) await pause(1)
      client.socket.resetAndDestroy()
    }
    expect(await send(sandbox.port, [LAST])).toMatch(/^HTTP\/1\.1 200 /)
  })

  test('ends when the server is closed, which does not wait for it', async () => {
    const sandbox = await listening()
    const [used, unused] = [connection(sandbox.port), connection(sandbox.port)]
    used.socket.write(get(JOURNEY))
    await answered(used, 1)
    await sandbox.close()
    await Promise.all([used.closed, unused.closed])
    expect(sandbox.http.heard).toBe(0)
  })

  /** An HTTP server before which every plain request is answered with this body. */
  async function answering(body: string | Buffer, keepAliveTimeout: number) {
    const server = createHttpServer({ keepAliveTimeout })
    const connections = answerPlainConnections(server, {
      answer(_request, _socket, send) {
        send('req-1', { body, etag: '"a"' })
        return true
      },
      flush() {},
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const client = connection((server.address() as AddressInfo).port)
    client.socket.write(get(JOURNEY))
    return { server, connections, client }
  }

  test('ends when it is idle for a second longer than the client was told', async () => {
    const { server, client } = await answering('{}', 1000)
    await answered(client, 1)
    expect(client.received).toContain('Keep-Alive: timeout=1\r\n')
    const start = performance.now()
    await client.closed
    expect(performance.now() - start).toBeGreaterThan(1500)
    server.close()
  })

  test('whose client is slow may take its answer while the server is being closed, or be cut off', async () => {
    const body = Buffer.alloc(50_000_000, 'a')
    for (const patient of [true, false]) {
      const { server, connections, client } = await answering(body, 600_000)
      await answered(client, 1)
      client.socket.pause()
      connections.close()
      const closed = new Promise(resolve => server.close(resolve))
      if (patient) {
        client.socket.resume()
        await expect.poll(() => client.received.length).toBeGreaterThan(body.length)
        client.socket.destroy()
      } else server.closeAllConnections()
      await closed
    }
  })
})
