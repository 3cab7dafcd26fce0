import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { onRequestHookHandler, onResponseHookHandler } from 'fastify'
import { operations } from '../contract/operations.ts'
import type { Journal, JournalEntry } from '../sites/journal.ts'
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

/** What a request says before its body. */
export type RequestHead = Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'rawHeaders'>

/** The header that names a request as the journal does. */
export const REQUEST_ID_HEADER = 'x-sandbox-request-id'

/** A counter of requests, which names them; to be shared by servers that answer for one another. */
export function requestNames(): () => string {
  let count = 0
  return () => `req-${(++count).toString(36)}`
}

/** The id of the site that a request names, known or not. */
export const siteIdIn = (headers: IncomingHttpHeaders): string | undefined =>
  headers['x-annexcloud-site']?.toString()

/** The site that a request names, when there is such a site. */
export function namedSite(sites: Sites, headers: IncomingHttpHeaders): Site | undefined {
  const siteId = siteIdIn(headers)
  return siteId === undefined ? undefined : sites.find(siteId)
}

/** What a request asks for. */
export type Subject = Pick<JournalEntry, 'operation' | 'identifier'>

/** Notes a request in the journal of the site that it names; what becomes of it is still to be entered. */
export function noteRequest(
  sites: Sites,
  site: Site | undefined,
  id: string,
  { method = '', url = '/', rawHeaders }: RequestHead,
  { operation, identifier }: Subject,
): JournalEntry {
  const entry: JournalEntry = {
    id,
    time: sites.machine.now(),
    method,
    operation,
    identifier,
    status: undefined,
    duration_ms: undefined,
    fault: undefined,
    verdict: undefined,
  }
  journalOf(sites, site).add(entry, { url, rawHeaders })
  return entry
}

/** Enters that a request was answered. */
export function noteAnswer(
  sites: Sites,
  site: Site | undefined,
  entry: JournalEntry,
  status: number,
  duration_ms: number,
): void {
  entry.status = status
  entry.duration_ms = duration_ms
  journalOf(sites, site).answered(entry)
}

const journalOf = (sites: Sites, site: Site | undefined): Journal => site?.requests ?? sites.strangers

/** Opens the journal of a request: the first hook, so that whatever becomes of it is noted. */
export function openEntry(sites: Sites): onRequestHookHandler {
  return (request, reply, done) => {
    const { operation } = request.routeOptions.config
    const name = operation && operations[operation].identifier
    const identifier = name ? (request.params as Record<string, string>)[name] : undefined
    const site = namedSite(sites, request.headers)
    request.namedSite = site
    request.entry = noteRequest(sites, site, request.id, request.raw, { operation, identifier })
    reply.header(REQUEST_ID_HEADER, request.id)
    done()
  }
}

/** Closes the journal of a request that was answered. */
export function closeEntry(sites: Sites): onResponseHookHandler {
  return ({ entry, namedSite }, reply, done) => {
    noteAnswer(sites, namedSite, entry, reply.statusCode, reply.elapsedTime)
    done()
  }
}
