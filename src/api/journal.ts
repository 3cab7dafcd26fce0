import type {
  FastifyReply,
  FastifyRequest,
  onRequestHookHandler,
  onResponseHookHandler,
  onSendHookHandler,
} from 'fastify'
import { operations } from '../contract/operations.ts'
import type { JournalEntry } from '../sites/journal.ts'
import type { Site } from '../sites/site.ts'
import type { Sites } from '../sites/sites.ts'
import { EXPLAIN_HEADER } from './errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The site that the request names, if it exists. Nothing is proven yet. */
    namedSite: Site | undefined
    /** The request's entry in the journal. */
    entry: JournalEntry
  }
}

/** The header that names a request as the journal does. */
export const REQUEST_ID_HEADER = 'x-sandbox-request-id'

/** The value of `X-AnnexCloud-Site`. */
export const siteIdIn = ({ headers }: FastifyRequest): string | undefined =>
  headers['x-annexcloud-site']?.toString()

export interface JournalOptions {
  sites: Sites
  /** Whether a request without `X-AnnexCloud-Site` belongs to the first site. */
  defaultSite: boolean
}

/** Opens the request's entry in the journal of the site it names: the first hook, so that every request is recorded. */
export const openEntry =
  (options: JournalOptions): onRequestHookHandler =>
  (request, reply, done) => {
    recordRequest(options, request, reply)
    done()
  }

/** Records a request; its answer is recorded by `recordAnswer`. */
export function recordRequest(
  { sites, defaultSite }: JournalOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  reply.header(REQUEST_ID_HEADER, request.id)
  const site = namedSite(sites, siteIdIn(request), defaultSite)
  const { operation, identifier } = subjectOf(request)
  request.namedSite = site
  request.entry = {
    id: request.id,
    time: sites.systemClock.now(),
    method: request.method,
    url: request.raw.url ?? '/',
    rawHeaders: request.raw.rawHeaders,
    operation,
    identifier,
    status: undefined,
    duration_ms: undefined,
    explanation: undefined,
    fault: undefined,
    verdict: undefined,
    responseHeaders: undefined,
  }
  journalOf(sites, site).add(request.entry)
}

function namedSite(sites: Sites, siteId: string | undefined, defaultSite: boolean): Site | undefined {
  if (siteId !== undefined) return sites.find(siteId)
  return defaultSite ? sites.list()[0] : undefined
}

function subjectOf({ routeOptions, params }: FastifyRequest): Pick<JournalEntry, 'operation' | 'identifier'> {
  const operation = routeOptions.config?.operation
  const name = operation && operations[operation].identifier
  return { operation, identifier: name ? (params as Record<string, string>)[name] : undefined }
}

const journalOf = (sites: Sites, site: Site | undefined) => site?.requests ?? sites.unmatched

/** Completes the request's entry with its answer. */
export function recordAnswer(sites: Sites, { entry, namedSite }: FastifyRequest, reply: FastifyReply): void {
  entry.status = reply.statusCode
  entry.duration_ms = reply.elapsedTime
  entry.explanation = reply.getHeader(EXPLAIN_HEADER)?.toString()
  entry.responseHeaders = toTexts(reply.getHeaders())
  journalOf(sites, namedSite).answered(entry)
}

const toTexts = (headers: Record<string, number | string | string[] | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))

/** Records the body that is about to be sent. */
export const recordBody =
  (sites: Sites): onSendHookHandler<unknown> =>
  ({ entry, namedSite }, _reply, payload, done) => {
    if (typeof payload === 'string') journalOf(sites, namedSite).addBody(entry, payload)
    done(null, payload)
  }

/** Closes the request's entry once the answer was sent. */
export const closeEntry =
  (sites: Sites): onResponseHookHandler =>
  (request, reply, done) => {
    recordAnswer(sites, request, reply)
    done()
  }
