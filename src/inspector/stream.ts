import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Site } from '../sites/site.ts'
import { PAGE_SIZE } from './elements.ts'
import { withPrefix } from './page.ts'
import { journalOf, matcherOf, NOTHING, requestFilterOf, requestRow } from './requests.ts'
import { type Context, queryOf } from './view.ts'

/** How long changes are collected, so that a request that is answered at once is sent once. */
const COLLECT_MS = 100

/** Requests as they happen, as server-sent events whose data is a row of the list. */
export async function streamRoutes(scope: FastifyInstance, { options, run }: Context): Promise<void> {
  const open = new Set<EventStream>()
  scope.addHook('preClose', done => {
    for (const stream of open) stream.end()
    done()
  })

  // The response to HEAD would have no end.
  const route = { schema: { hide: true }, exposeHeadRoute: false }
  scope.get('/requests/stream', route, (request, reply) => follow(request, reply))
  scope.get<{ Params: { site_id: string } }>('/sites/:site_id/requests/stream', route, (request, reply) =>
    follow(request, reply, options.sites.get(request.params.site_id)),
  )

  function follow(request: FastifyRequest, reply: FastifyReply, site?: Site): FastifyReply {
    const query = queryOf(request)
    const matches = matcherOf(requestFilterOf(query))
    const journal = journalOf({ site, options })
    const changed = new Set<string>()
    let timer: NodeJS.Timeout | undefined

    const unwatch = journal.watch(id => {
      changed.add(id)
      timer ??= setTimeout(sendChanged, COLLECT_MS)
    })
    const stream = openEventStream(() => {
      unwatch()
      clearTimeout(timer)
      open.delete(stream)
    })
    open.add(stream)

    function sendChanged(): void {
      timer = undefined
      // More than the page shows would only be removed again.
      const ids = [...changed].slice(-PAGE_SIZE)
      changed.clear()
      for (const id of ids) {
        const record = journal.get(id)
        if (!record || !matches(record)) continue
        const row = String(requestRow(record, { site, query })).replace(/[\r\n]+/g, ' ')
        stream.send({ event: 'call', id: `${run} ${id}`, data: withPrefix(row, request.pathPrefix) })
      }
    }

    /** Sends a browser that was away what it has missed, or tells it to reload where that cannot be known. */
    function resume(lastRun: string | undefined, lastId: string | undefined): void {
      const records = journal.list({ limit: PAGE_SIZE })
      const index = lastId === NOTHING ? records.length : records.findIndex(({ id }) => id === lastId)
      const missed = lastRun === run ? index : -1
      if (missed < 0) stream.send({ event: 'stale', data: '' })
      for (const { id } of records.slice(0, missed + 1).reverse()) changed.add(id)
      sendChanged()
    }

    // A page that was just loaded names the newest request that it has, so that none is lost in between.
    const last = request.headers['last-event-id']?.toString() ?? query.after
    if (last !== undefined) resume(...(last.split(' ') as [string, string?]))
    return stream.answer(reply)
  }
}

/** How often a comment is sent, so that neither side closes an idle connection. */
const HEARTBEAT_MS = 15_000
/** How soon a browser reconnects. */
const RETRY_MS = 1_000
/** Bytes that wait for a browser that does not read; beyond them it is told to reload instead. */
const MOST_UNREAD = 64 * 1024

type EventStream = ReturnType<typeof openEventStream>

/**
 * A response of server-sent events, which goes on until either side ends it. `onEnd` is called when the browser has left
 * and when the stream is ended; both may happen.
 */
export function openEventStream(onEnd: () => void) {
  let full = false
  let missed = false
  const finish = () => {
    clearInterval(heartbeat)
    onEnd()
  }
  const stream = new Readable({
    highWaterMark: MOST_UNREAD,
    read() {
      full = false
      if (!missed) return
      missed = false
      push('event: stale\ndata: ')
    },
    destroy(error, done) {
      finish()
      done(error)
    },
  })
  function push(text: string): void {
    if (full) missed = true
    else full = !stream.push(`${text}\n\n`)
  }
  const heartbeat = setInterval(() => full || push(':'), HEARTBEAT_MS)
  push(`retry: ${RETRY_MS}`)

  return {
    /** `data` is on one line. An event for which there is no room is dropped, and `stale` is sent once there is room again. */
    send({ event, id, data }: { event: string; id?: string; data: string }): void {
      push([`event: ${event}`, ...(id === undefined ? [] : [`id: ${id}`]), `data: ${data}`].join('\n'))
    },
    end(): void {
      finish()
      stream.push(null)
    },
    // The connection ends with the stream, so that a server that stops need not wait for it.
    answer: (reply: FastifyReply): FastifyReply =>
      reply
        .type('text/event-stream')
        .headers({ connection: 'close', 'x-accel-buffering': 'no' })
        .send(stream),
  }
}
