import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Journal } from '../sites/journal.ts'
import { type EventStream, openEventStream } from './event-stream.ts'
import { withPrefix } from './page.ts'
import { isWanted, NOTHING, requestQueryOf, requestRow } from './request-list.ts'
import { PAGE_SIZE } from './requests.ts'
import { PAGE, type PageOptions, type Query, siteOf } from './view.ts'

/** Changes are gathered for so long: a request that is answered at once is sent once, with all that is known of it by then. */
const GATHERED_MS = 100

// A stream without its body would have no end.
const STREAM = { ...PAGE, exposeHeadRoute: false }

/** Requests as they happen, as server-sent events whose data is a row of the list. */
export async function streamRoutes(scope: FastifyInstance, { options, run }: PageOptions): Promise<void> {
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
    { query, headers, pathPrefix }: FastifyRequest,
    reply: FastifyReply,
    journal: Journal,
    siteId?: string,
  ): FastifyReply {
    const wanted = requestQueryOf(query as Query)
    const matches = isWanted(wanted)
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
      // More than the page shows would only be removed again.
      const ids = [...changed].slice(-PAGE_SIZE)
      changed.clear()
      for (const id of ids) {
        const record = journal.get(id)
        if (!record || !matches(record)) continue
        const row = String(requestRow(record, siteId, { query: wanted })).replace(/[\r\n]+/g, ' ')
        stream.send({ event: 'call', id: `${run} ${record.id}`, data: withPrefix(row, pathPrefix) })
      }
    }

    /** Sends a browser that was away what it has missed, or tells it to reload where that cannot be known. */
    function resume(lastRun: string | undefined, lastId: string | undefined): void {
      const records = journal.list({ limit: PAGE_SIZE })
      const known =
        lastRun !== run
          ? -1
          : lastId === NOTHING
            ? records.length
            : records.findIndex(({ id }) => id === lastId)
      if (known < 0) stream.send({ event: 'stale', data: '' })
      for (const { id } of records.slice(0, known + 1).reverse()) changed.add(id)
      sendChanged()
    }

    // A page that was just loaded names the newest request that it has, so that none is lost in between.
    const last = headers['last-event-id']?.toString() ?? (query as Query).after
    if (last !== undefined) resume(...(last.split(' ') as [string, string?]))
    return stream.answer(reply)
  }
}
