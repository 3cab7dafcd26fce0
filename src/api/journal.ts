import type { onRequestHookHandler, onResponseHookHandler } from 'fastify'
import { operations } from '../contract/operations.ts'
import type { JournalEntry } from '../sites/journal.ts'
import type { Site } from '../sites/site.ts'
import type { Sites } from '../sites/sites.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The site that the request names, when there is such a site. Nothing is proven yet. */
    namedSite: Site | undefined
    /** What the journal notes of the request. */
    entry: JournalEntry
  }
}

/** Opens the journal of a request: the first hook, so that whatever becomes of it is noted. */
export function openEntry(sites: Sites): onRequestHookHandler {
  return (request, reply, done) => {
    const { operation } = request.routeOptions.config
    const name = operation && operations[operation].identifier
    const siteId = request.headers['x-annexcloud-site']?.toString()
    const site = siteId === undefined ? undefined : sites.find(siteId)
    const entry: JournalEntry = {
      id: request.id,
      time: sites.machine.now(),
      method: request.method,
      url: request.raw.url ?? '/',
      rawHeaders: request.raw.rawHeaders,
      operation,
      identifier: name ? (request.params as Record<string, string>)[name] : undefined,
      status: undefined,
      duration_ms: undefined,
      fault: undefined,
      verdict: undefined,
    }
    const journal = site?.requests ?? sites.strangers
    if (journal.size > 0) journal.add(entry)
    request.namedSite = site
    request.entry = entry
    reply.header('x-sandbox-request-id', request.id)
    done()
  }
}

/** Closes the journal of a request that was answered. */
export function closeEntry(sites: Sites): onResponseHookHandler {
  return ({ entry, namedSite }, reply, done) => {
    entry.status = reply.statusCode
    entry.duration_ms = reply.elapsedTime
    const journal = namedSite?.requests ?? sites.strangers
    journal.answered(entry)
    done()
  }
}
