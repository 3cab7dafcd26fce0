import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Journal } from '../sites/journal.ts'
import { callRow } from './journal-table.ts'
import { filterOf, PAGE_SIZE } from './requests.ts'
import { PAGE, type PageOptions, type Query, siteOf } from './view.ts'

/** So long are changes gathered: a call that is answered at once is told of once, with all that is known of it by then. */
const GATHERED_MS = 100
/** Something is sent at least this often, so that neither side takes a quiet connection for a dead one. */
const HEARTBEAT_MS = 15_000
/** How soon a browser comes back when the connection is lost. */
const RETRY_MS = 1_000

/** Calls as they happen, as server-sent events whose data is a row of the journal's table. */
export async function streamRoutes(scope: FastifyInstance, { options }: PageOptions): Promise<void> {
  // The ids of requests start anew with the process, so an event's id says of which one it is.
  const run = randomUUID()
  const open = new Set<Readable>()
  scope.addHook('preClose', done => {
    for (const stream of open) stream.push(null)
    done()
  })

  scope.get('/requests/stream', PAGE, (request, reply) => follow(request, reply, options.sites.strangers))
  scope.get('/sites/:site_id/requests/stream', PAGE, (request, reply) => {
    const site = siteOf(options, request)
    return follow(request, reply, site.requests, site.site_id)
  })

  function follow(
    request: FastifyRequest,
    reply: FastifyReply,
    journal: Journal,
    siteId?: string,
  ): FastifyReply {
    const filter = filterOf(request.query as Query)
    const recent = () => journal.list({ ...filter, limit: PAGE_SIZE })
    const changed = new Set<string>()
    let gathering: NodeJS.Timeout | undefined

    const send = (text: string) => stream.push(`${text}\n\n`)
    const sendChanged = () => {
      gathering = undefined
      for (const record of recent().reverse()) {
        if (!changed.has(record.id)) continue
        const row = String(callRow(record, siteId)).replaceAll('\n', '')
        send(`event: call\nid: ${run} ${record.id}\ndata: ${row}`)
      }
      changed.clear()
    }
    const unwatch = journal.watch(id => {
      changed.add(id)
      gathering ??= setTimeout(sendChanged, GATHERED_MS)
    })
    const heartbeat = setInterval(send, HEARTBEAT_MS, ':')

    const stream = new Readable({
      read: () => undefined,
      destroy(error, done) {
        unwatch()
        clearInterval(heartbeat)
        clearTimeout(gathering)
        open.delete(stream)
        done(error)
      },
    })
    open.add(stream)
    send(`retry: ${RETRY_MS}`)
    resume(request.headers['last-event-id']?.toString())

    /** Sends what a browser has missed that was away, or tells it to load the page anew when that cannot be known. */
    function resume(last: string | undefined): void {
      if (last === undefined) return
      const [itsRun, id] = last.split(' ')
      const missed = recent()
      const known = missed.findIndex(record => record.id === id)
      if (itsRun !== run || known < 0) return void send('event: stale\ndata: ')
      for (const record of missed.slice(0, known + 1)) changed.add(record.id)
      sendChanged()
    }

    // The connection ends with the stream, so that a server that stops need not wait for it.
    return reply
      .type('text/event-stream')
      .headers({ connection: 'close', 'x-accel-buffering': 'no' })
      .send(stream)
  }
}
