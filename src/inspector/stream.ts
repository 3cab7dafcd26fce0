import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Journal } from '../sites/journal.ts'
import { type EventStream, openEventStream } from './event-stream.ts'
import { callRow } from './journal-table.ts'
import { filterOf, PAGE_SIZE } from './requests.ts'
import { PAGE, type PageOptions, type Query, siteOf } from './view.ts'

/** So long are changes gathered: a call that is answered at once is told of once, with all that is known of it by then. */
const GATHERED_MS = 100

// A stream without its body would have no end.
const STREAM = { ...PAGE, exposeHeadRoute: false }

/** Calls as they happen, as server-sent events whose data is a row of the journal's table. */
export async function streamRoutes(scope: FastifyInstance, { options }: PageOptions): Promise<void> {
  // The ids of requests start anew with the process, so an event's id says of which one it is.
  const run = randomUUID()
  const open = new Set<EventStream>()
  scope.addHook('preClose', done => {
    for (const stream of open) stream.end()
    done()
  })

  scope.get('/requests/stream', STREAM, (request, reply) => follow(request, reply, options.sites.unmatched))
  scope.get('/sites/:site_id/requests/stream', STREAM, (request, reply) => {
    const site = siteOf(options, request)
    return follow(request, reply, site.requests, site.site_id)
  })

  function follow(
    { query, headers }: FastifyRequest,
    reply: FastifyReply,
    journal: Journal,
    siteId?: string,
  ): FastifyReply {
    const recent = () => journal.list({ ...filterOf(query as Query), limit: PAGE_SIZE })
    const changed = new Set<string>()
    let gathering: NodeJS.Timeout | undefined

    const unwatch = journal.watch(id => {
      changed.add(id)
      gathering ??= setTimeout(sendChanged, GATHERED_MS)
    })
    const stream = openEventStream(() => {
      unwatch()
      clearTimeout(gathering)
      open.delete(stream)
    })
    open.add(stream)

    function sendChanged(): void {
      gathering = undefined
      for (const record of recent().reverse()) {
        if (!changed.has(record.id)) continue
        const data = String(callRow(record, siteId)).replace(/[\r\n]+/g, ' ')
        stream.send({ event: 'call', id: `${run} ${record.id}`, data })
      }
      changed.clear()
    }

    /** Tells a browser that was away what it has missed, or to load the page anew where that cannot be known. */
    function resume(lastRun: string | undefined, lastId: string | undefined): void {
      const records = recent()
      const known = lastRun === run ? records.findIndex(({ id }) => id === lastId) : -1
      if (known < 0) stream.send({ event: 'stale', data: '' })
      for (const { id } of records.slice(0, known + 1)) changed.add(id)
      sendChanged()
    }

    const last = headers['last-event-id']?.toString()
    if (last !== undefined) resume(...(last.split(' ') as [string, string?]))
    return stream.answer(reply)
  }
}
