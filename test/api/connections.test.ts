import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Sandbox, type SandboxSite, startSandbox } from '../../src/index.ts'

let sandbox: Sandbox
let site: SandboxSite
beforeAll(async () => {
  sandbox = await startSandbox({ logLevel: 'silent' })
  site = sandbox.sites()[0] as SandboxSite
})
afterAll(() => sandbox.close())

const BASE = '/api/3.0'

const get = (path: string, ...headers: string[]) =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: localhost',
    ...Object.entries(site.headersFor()).map(([name, value]) => `${name}: ${value}`),
    ...headers,
    '',
    '',
  ].join('\r\n')

function open(): Socket & { received: string } {
  const socket = connect({ port: Number(new URL(sandbox.origin).port), host: '127.0.0.1' })
  return Object.assign(
    socket.setEncoding('latin1').on('error', () => {}),
    { received: '' },
  )
}

/** Everything that comes back to these bytes until the server closes the connection. */
async function send(bytes: string): Promise<string> {
  const socket = open()
  socket.on('data', text => {
    socket.received += text
  })
  socket.write(bytes, 'latin1')
  await once(socket, 'close')
  return socket.received
}

const statusesIn = (text: string) =>
  [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status))

describe('Pipelined requests', () => {
  test('are answered in their order', async () => {
    const slow = get(`${BASE}/journeys`, 'X-Sandbox-Fault: delay=50')
    const answer = await send(slow + get(`${BASE}/nothing`) + get(`${BASE}/journeys`, 'Connection: close'))
    expect(statusesIn(answer)).toEqual([200, 404, 200])
  })

  test('are answered before the bytes behind them that are no request', async () => {
    const slow = get(`${BASE}/journeys`, 'X-Sandbox-Fault: drip=100/1')
    const answer = await send(`${slow}${get(`${BASE}/journeys`)}nonsense\r\n\r\n`)
    expect(statusesIn(answer)).toEqual([200, 200, 400])
    const [, first = ''] = answer.split('\r\n\r\n')
    expect(JSON.parse(first.slice(0, first.lastIndexOf('}') + 1))).toHaveProperty('journeys')
  })

  test('are all answered before these bytes, also those whose path cannot be read', async () => {
    const slow = get(`${BASE}/journeys`, 'X-Sandbox-Fault: delay=50')
    const answer = await send(`${slow}${get('/%')}${get(`${BASE}/%ff`)}${get('/_sandbox/%')}nonsense\r\n\r\n`)
    expect(statusesIn(answer)).toEqual([200, 400, 400, 400, 400])
  })

  test('are answered before a CONNECT is refused', async () => {
    const slow = get(`${BASE}/journeys`, 'X-Sandbox-Fault: delay=50')
    const answer = await send(`${slow}CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n`)
    expect(statusesIn(answer)).toEqual([200, 400])
  })

  test('and a CONNECT do no harm when the client leaves before the answers', async () => {
    for (const wait of [0, 20]) {
      const socket = open()
      const slow = get(`${BASE}/journeys`, 'X-Sandbox-Fault: delay=50')
      socket.write(`${slow}CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n`)
      await once(socket, 'connect')
      await sleep(wait)
      socket.resetAndDestroy()
    }
    await sleep(100)
    expect(statusesIn(await send(get('/_sandbox/health', 'Connection: close')))).toEqual([200])
  })

  test('are all answered, however many there are', async () => {
    const slow = get(`${BASE}/journeys`, 'X-Sandbox-Fault: delay=200')
    const health = get('/_sandbox/health')
    const answer = await send(`${slow}${health.repeat(3000)}${get('/_sandbox/health', 'Connection: close')}`)
    expect(statusesIn(answer)).toEqual(Array(3002).fill(200))
  })

  test('wait until the client has taken the answer before', async () => {
    const socket = open()
    socket.pause()
    socket.write(get('/_sandbox/openapi.json').repeat(200))
    await expect.poll(() => socket.bytesWritten).toBeGreaterThan(0)
    await sleep(200)
    const { heapUsed, external, arrayBuffers } = process.memoryUsage()
    expect(heapUsed + external + arrayBuffers).toBeLessThan(1024 ** 3)
    let answers = 0
    socket.on('data', (text: string) => {
      answers += statusesIn(text).length
    })
    socket.resume()
    await expect.poll(() => answers).toBe(200)
    socket.destroy()
  })
})

describe('A request whose body is no HTTP has one answer', () => {
  const head = (method: string, path: string) =>
    `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`
  const slow = () => get(`${BASE}/journeys`, 'X-Sandbox-Fault: delay=50')
  const brokenChunk = 'x\r\n\r\n'

  test('after which the connection ends, when it was answered without its body', async () => {
    expect(statusesIn(await send(`${head('POST', `${BASE}/journeys`)}${brokenChunk}`))).toEqual([405])
    expect(statusesIn(await send(`${head('POST', `${BASE}/journeys`)}5\r\nabcdefg\r\n`))).toEqual([405])
  })

  test('which says so, when its body is needed', async () => {
    const put = head('PUT', `/_sandbox/sites/${site.site_id}/data`)
    expect(statusesIn(await send(`${put}${brokenChunk}`))).toEqual([400])
    expect(statusesIn(await send(`${put}2\r\n{}\r\n${brokenChunk}`))).toEqual([400])
    expect(statusesIn(await send(`${put}2;${'x'.repeat(20_000)}\r\n{}\r\n`))).toEqual([400])
    const form = head('POST', '/sign-in').replace('application/json', 'application/x-www-form-urlencoded')
    expect(statusesIn(await send(`${form}${brokenChunk}`))).toEqual([400])
  })

  test('which comes in its turn', async () => {
    const post = head('POST', `${BASE}/journeys`)
    expect(statusesIn(await send(`${slow()}${post}${brokenChunk}`))).toEqual([200, 400])
    const put = head('PUT', `/_sandbox/sites/${site.site_id}/data`)
    expect(statusesIn(await send(`${slow()}${slow()}${put}${brokenChunk}`))).toEqual([200, 200, 400])
  })
})

describe('A call without a body', () => {
  test.each([
    ['DELETE', 'faults', 204],
    ['POST', 'reset', 200],
  ])('may name a content type: %s %s', async (method, path, status) => {
    const url = `${sandbox.origin}/_sandbox/sites/${site.site_id}/${path}`
    const types = ['application/json', 'application/x-www-form-urlencoded', 'text/plain']
    for (const type of types) {
      const response = await fetch(url, { method, headers: { 'content-type': type } })
      expect(response.status).toBe(status)
    }
    const raw = await send(
      `${method} /_sandbox/sites/${site.site_id}/${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    )
    expect(statusesIn(raw)).toEqual([status])
  })
})

describe('Under fake timers', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('a request is answered', async () => {
    vi.useFakeTimers()
    // A client that keeps its connections, such as fetch, has timers of its own, which fake timers stop.
    const call = () => send(get(`${BASE}/journeys`, 'Connection: close'))
    const answers = await Promise.all(Array.from({ length: 5 }, call))
    expect(answers.map(statusesIn)).toEqual([[200], [200], [200], [200], [200]])
  })
})
