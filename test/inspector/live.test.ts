import type { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { describe, expect, it } from 'vitest'
import { type Sandbox, type SandboxSite, startSandbox } from '../../src/index.ts'
import { openEventStream } from '../../src/inspector/stream.ts'

const STREAM = '/sites/9991331/requests/stream'

/** A stream of events as a browser has it, read as far as it has come. */
async function listen(sandbox: Sandbox, path = STREAM, headers: Record<string, string> = {}) {
  const leave = new AbortController()
  const response = await fetch(`${sandbox.origin}${path}`, { headers, signal: leave.signal })
  let text = ''
  const ended = (async () => {
    try {
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString()
    } catch {
      // The test has left, or the server was stopped.
    }
  })()
  return {
    response,
    ended,
    leave: () => leave.abort(),
    events: () =>
      text
        .split('\n\n')
        .filter(part => part.startsWith('event: '))
        .map(part => ({
          event: /^event: (.*)$/m.exec(part)?.[1],
          id: /^id: (.*)$/m.exec(part)?.[1],
          row: (/^data: (.*)$/m.exec(part)?.[1] ?? '')
            .replace(/<[^>]+>/g, ' ')
            .replace(/\s+/g, ' ')
            .trim(),
        })),
    /** Waits until there are so many events. */
    async come(count: number) {
      await expect.poll(() => this.events().length).toBeGreaterThanOrEqual(count)
      return this.events()
    },
  }
}

const demoOf = (sandbox: Sandbox) => sandbox.sites()[0] as SandboxSite
const ask = (sandbox: Sandbox, email: string, headers: Record<string, string> = {}) =>
  fetch(`${sandbox.url}/user/${email}/journeys`, {
    headers: { ...demoOf(sandbox).headersFor(email), ...headers },
  })

describe('The stream of requests', () => {
  it('sends each request once, also one that is never answered', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    const stream = await listen(sandbox)
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream')
    await ask(sandbox, 'ann@example.com')
    await ask(sandbox, 'ann@example.com', { Authorization: 'Bearer x' })
    await ask(sandbox, 'ann@example.com', { 'X-Sandbox-Fault': 'reset' }).catch(() => undefined)
    const given = new AbortController()
    const hanging = fetch(`${sandbox.url}/journeys`, {
      headers: { ...demoOf(sandbox).headersFor(), 'X-Sandbox-Fault': 'hang' },
      signal: given.signal,
    }).catch(() => undefined)
    const events = await stream.come(4)
    expect(events.map(({ row }) => /^(\d{3}|–) GET \S+/.exec(row)?.[0])).toEqual([
      '200 GET /user/ann@example.com/journeys',
      '401 GET /user/ann@example.com/journeys',
      '– GET /user/ann@example.com/journeys',
      '– GET /journeys',
    ])
    expect(events[2]?.row).toMatch(/reset$/)
    expect(events[3]?.row).toMatch(/hang$/)
    given.abort()
    await hanging
    stream.leave()
  })

  it('sends a request again when it is answered late, and only requests that pass the filter', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    const [all, some, unmatched] = await Promise.all([
      listen(sandbox),
      listen(sandbox, `${STREAM}?status=2xx&q=ann@example.com`),
      listen(sandbox, '/requests/stream'),
    ])
    await ask(sandbox, 'bob@example.com')
    await ask(sandbox, 'ann@example.com', { 'X-Sandbox-Fault': 'delay=300' })
    await fetch(`${sandbox.url}/journeys`)
    const rows = (await all.come(3)).map(({ row }) => row)
    expect(rows[1]).toMatch(/^– GET \/user\/ann@example.com\/journeys .*delay$/)
    expect(rows[2]).toMatch(/^200 GET \/user\/ann@example.com\/journeys .*delay$/)
    expect(await some.come(1)).toMatchObject([
      { row: expect.stringContaining('200 GET /user/ann@example.com/journeys') },
    ])
    expect(await unmatched.come(1)).toMatchObject([{ row: expect.stringContaining('401 GET /journeys') }])
    for (const stream of [all, some, unmatched]) stream.leave()
  })

  it('sends a browser that reconnects what it has missed, or tells it to reload', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    const first = await listen(sandbox)
    await ask(sandbox, 'ann@example.com')
    const [{ id = '' } = {}] = await first.come(1)
    first.leave()
    await ask(sandbox, 'bob@example.com')
    const back = await listen(sandbox, STREAM, { 'last-event-id': id })
    expect((await back.come(2)).map(({ row }) => /\S+@\S+/.exec(row)?.[0])).toEqual([
      '/user/ann@example.com/journeys',
      '/user/bob@example.com/journeys',
    ])
    back.leave()

    const ofAnotherRun = id.replace(/^\S+/, '00000000-0000-4000-8000-000000000000')
    for (const last of [ofAnotherRun, id.replace(/\S+$/, 'req-zzz'), 'nonsense']) {
      const stale = await listen(sandbox, STREAM, { 'last-event-id': last })
      expect(await stale.come(1), last).toMatchObject([{ event: 'stale' }])
      stale.leave()
    }
  })

  it('stops watching the journal when the browser leaves', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    const watched: number[] = []
    const { requests } = demoOf(sandbox)
    const { watch } = requests
    let watching = 0
    requests.watch = listener => {
      const unwatch = watch(listener)
      watched.push(++watching)
      return () => {
        watching--
        unwatch()
      }
    }
    const streams = await Promise.all([listen(sandbox), listen(sandbox)])
    expect(watched).toEqual([1, 2])
    for (const stream of streams) stream.leave()
    await expect.poll(() => watching).toBe(0)
  })

  // Tried again, because a machine that is busy with other things may need longer than promised.
  it('ends when the server stops, which does not wait for it', { retry: 2 }, async () => {
    const sandbox = await startSandbox({ logLevel: 'silent' })
    const streams = await Promise.all([listen(sandbox), listen(sandbox, '/requests/stream')])
    const start = performance.now()
    await sandbox.close()
    expect(performance.now() - start).toBeLessThan(450)
    await Promise.all(streams.map(({ ended }) => ended))
  })

  it('tells a browser that does not read to reload, instead of sending everything later', async () => {
    let sent: Readable | undefined
    const reply = {
      type: () => reply,
      headers: () => reply,
      send: (stream: Readable) => {
        sent = stream
        return reply
      },
    }
    const stream = openEventStream(() => undefined)
    stream.answer(reply as unknown as FastifyReply)
    for (let i = 0; i < 10_000; i++) stream.send({ event: 'call', id: `${i}`, data: 'x'.repeat(100) })
    expect(sent?.readableLength).toBeLessThan(100_000)

    let text = ''
    sent?.on('data', chunk => {
      text += chunk
    })
    await expect.poll(() => text).toMatch(/event: stale\ndata: \n\n$/)
    stream.send({ event: 'call', id: 'after', data: 'y' })
    await expect.poll(() => text).toMatch(/stale\ndata: \n\nevent: call\nid: after\ndata: y\n\n$/)
    stream.end()
  })

  it('answers 404 for a site that does not exist', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    expect((await fetch(`${sandbox.origin}/sites/1/requests/stream`)).status).toBe(404)
  })
})
