import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { CALM } from './requests.ts'
import { Server } from './server.ts'
import { amount, report } from './settings.ts'

const SECONDS = amount(20, 6)
const HERE = `/_sandbox/sites/${CALM.site_id}`

/** What fifty connections may take at most, on top of what the process takes by itself. */
const MOST_MB = 600

const get = (path: string, ...headers: string[]): string =>
  [`GET ${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n')

/** Connections on which the same bytes are sent, and nothing is read. */
async function openMany(port: number, count: number, bytes: string): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () => connect({ port, host: '127.0.0.1' }))
  await Promise.all(
    sockets.map(async socket => {
      socket.on('error', () => undefined).pause()
      await once(socket, 'connect')
      socket.write(bytes)
    }),
  )
  return sockets
}

/** The memory in MB, read once a second. */
async function watch(server: Server, seconds: number): Promise<number[]> {
  const readings: number[] = []
  for (let second = 0; second < seconds; second++) {
    await sleep(1000)
    readings.push(Math.round(server.memory()))
  }
  return readings
}

async function expectAnswer(server: Server): Promise<void> {
  await server.expect('GET', '/health')
  expect(server.program.stderr).toBe('')
}

describe.concurrent('Fifty connections on which nobody reads', () => {
  const hanging = get('/api/3.0/journeys', `X-AnnexCloud-Site: ${CALM.site_id}`, 'X-Sandbox-Fault: hang')
  test.for([
    ['GET /openapi.json', '', get('/openapi.json')],
    ['GET …/data', '', get(`${HERE}/data`)],
    ['GET /docs/', '', get('/docs/')],
    ['requests behind one that is never answered', hanging, get('/api/3.0/journeys')],
  ] as const)('take little memory: %s', async ([what, first, request]) => {
    await using server = await Server.start()
    const before = server.memory()
    const sockets = await openMany(server.port, 50, first + request.repeat(3_000_000 / request.length))
    const readings = await watch(server, SECONDS)
    await expectAnswer(server)
    for (const socket of sockets) socket.destroy()
    report(`${what}: ${Math.round(before)} MB before, then ${readings.join(' ')}`)
    expect(Math.max(...readings) - before).toBeLessThan(MOST_MB)
    await expectAnswer(server)
  })
})

test.concurrent('Five hundred requests that never arrive whole are closed by the server', async () => {
  const whole = get('/api/3.0/journeys')
  const head = (method: string, path: string, ...headers: string[]) =>
    get(path, 'Content-Type: application/json', ...headers).replace('GET', method)
  const starts = {
    'no byte': '',
    'a part of a head': whole.slice(0, 30),
    'a head without its end': whole.slice(0, -2),
    'a part of a body': `${head('PUT', `${HERE}/data`, 'Content-Length: 9')}{`,
    'a part of a chunk': `${head('PUT', `${HERE}/data`, 'Transfer-Encoding: chunked')}9\r\n{`,
    'a part of a body that nobody needs': `${head('POST', '/api/3.0/journeys', 'Content-Length: 9')}{`,
    'a part of a second request': `${whole}${whole.slice(0, 30)}`,
  }
  await using server = await Server.start()
  const before = server.memory()
  await Promise.all(
    Object.values(starts).map(async bytes => {
      const sockets = await openMany(server.port, 72, bytes)
      await Promise.all(sockets.map(socket => socket.closed || once(socket.resume(), 'close')))
    }),
  )
  expect(server.memory() - before).toBeLessThan(MOST_MB)
  await expectAnswer(server)
})

test.concurrent('Event streams that nobody reads take little memory', async () => {
  await using server = await Server.start()
  const stream = get(`/sites/${CALM.site_id}/requests/stream`, 'Accept: text/event-stream')
  const sockets = await openMany(server.port, 20, stream)
  const call = async () => {
    const headers = { 'x-annexcloud-site': CALM.site_id, 'x-long': 'x'.repeat(8000) }
    await (await fetch(`${server.origin}/api/3.0/journeys/${'y'.repeat(2000)}`, { headers })).text()
  }
  const readings: number[] = []
  for (let second = 0; second < SECONDS; second++) {
    const end = performance.now() + 1000
    while (performance.now() < end) await Promise.all(Array.from({ length: 10 }, call))
    readings.push(Math.round(server.memory()))
  }
  for (const socket of sockets) socket.destroy()
  report(`20 unread event streams: ${readings.join(' ')}`)
  const half = readings[SECONDS >> 1] as number
  expect(readings.at(-1)).toBeLessThan(half * 1.2)
  await expectAnswer(server)
})
