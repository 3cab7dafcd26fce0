import type {
  FastifyReply,
  FastifyRequest,
  onRequestHookHandler,
  onResponseHookHandler,
  onSendHookHandler,
  preSerializationHookHandler,
} from 'fastify'
import { type AuthRequest, verify } from '../auth/verify.ts'
import { operations } from '../contract/operations.ts'
import { authContext } from '../sites/credentials.ts'
import type { JournalEntry } from '../sites/journal.ts'
import type { Site } from '../sites/site.ts'
import type { Cloneable, Sites } from '../sites/sites.ts'
import { EXPLAIN_HEADER } from './errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The site that the request names, if it exists. Nothing is proven yet. */
    namedSite: Site | undefined
    /** The request's entry in the journal. */
    entry: JournalEntry
    /** The body of the answer before it was serialised. */
    answer: unknown
  }
}

/** The header that names a request as the journal does. */
export const REQUEST_ID_HEADER = 'x-sandbox-request-id'

/** The value of `X-AnnexCloud-Site`. */
export const siteIdIn = ({ headers }: FastifyRequest): string | undefined =>
  headers['x-annexcloud-site']?.toString()

interface JournalOptions {
  sites: Sites
  auth: 'strict' | 'off'
}

/** Opens the request's entry in the journal of the site it names: the first hook, so that every request is recorded. */
export const openEntry =
  (options: JournalOptions): onRequestHookHandler =>
  (request, reply, done) => {
    const clone = wantedClone(options, request)
    const open = () => {
      recordRequest(options, request, reply)
      done()
    }
    if (!clone) return open()
    clone.create().then(({ isNew }) => {
      if (isNew) recordCreation(options.sites, request, clone)
      open()
    }, done)
  }

/** Records a request; its answer is recorded by `recordAnswer`. */
export function recordRequest(
  { sites, auth }: JournalOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  reply.header(REQUEST_ID_HEADER, request.id)
  const site = namedSite(sites, siteIdIn(request), auth)
  request.namedSite = site
  request.entry = newEntry(sites, request)
  journalOf(sites, site).add(request.entry)
}

function newEntry(sites: Sites, request: FastifyRequest): JournalEntry {
  const { raw, id, method } = request
  return {
    ...{ id, method, url: raw.url ?? '/', rawHeaders: raw.rawHeaders },
    time: sites.systemClock.now(),
    ...subjectOf(request),
    status: undefined,
    duration_ms: undefined,
    explanation: undefined,
    fault: undefined,
    verdict: undefined,
    responseHeaders: undefined,
  }
}

/** The site that a request names. Without authentication, a request that names none belongs to the first site. */
function namedSite(sites: Sites, siteId: string | undefined, auth: JournalOptions['auth']): Site | undefined {
  if (siteId !== undefined) return sites.find(siteId)
  return auth === 'off' ? sites.list()[0] : undefined
}

/** The clone that a correctly signed request asks for. */
function wantedClone({ sites, auth }: JournalOptions, request: FastifyRequest): Cloneable | undefined {
  const siteId = siteIdIn(request)
  const clone = siteId === undefined ? undefined : sites.cloneable(siteId)
  return clone && (auth === 'off' || isSigned(sites, request, clone)) ? clone : undefined
}

function recordCreation(sites: Sites, request: FastifyRequest, { site_id, original }: Cloneable): void {
  const explanation = `site: created ${site_id}, a copy of this site`
  original.requests.add({ ...newEntry(sites, request), explanation })
}

function isSigned(sites: Sites, request: FastifyRequest, clone: Cloneable): boolean {
  const context = authContext(sites, clone.original)
  const { ok } = verify(authRequestOf(request), { ...context, findSite: () => clone })
  return ok
}

/** The parts of a request that its authentication looks at. */
export function authRequestOf(request: FastifyRequest): AuthRequest {
  const { operation, identifier = '' } = subjectOf(request)
  const isBound = operation !== undefined && operations[operation].identifier !== null
  return {
    authorization: request.headers.authorization,
    siteId: siteIdIn(request),
    identifier: isBound ? identifier : null,
  }
}

function subjectOf({ routeOptions, params }: FastifyRequest): Pick<JournalEntry, 'operation' | 'identifier'> {
  const operation = routeOptions.config?.operation
  const name = operation && operations[operation].identifier
  return { operation, identifier: name ? (params as Record<string, string>)[name] : undefined }
}

const journalOf = (sites: Sites, site: Site | undefined) => site?.requests ?? sites.unmatched

/** Completes the request's entry with its answer. */
export function recordAnswer(
  sites: Sites,
  { entry, namedSite, answer }: FastifyRequest,
  reply: FastifyReply,
): void {
  entry.status = reply.statusCode
  entry.duration_ms = reply.elapsedTime
  entry.explanation = reply.getHeader(EXPLAIN_HEADER)?.toString()
  entry.responseHeaders = toTexts(reply.getHeaders())
  journalOf(sites, namedSite).answered(entry)
  namedSite?.coverage.record(entry, answer)
}

const toTexts = (headers: Record<string, number | string | string[] | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))

/** Keeps the body of the answer, for the report of what was exercised. */
export const keepAnswer: preSerializationHookHandler = (request, _reply, payload, done) => {
  request.answer = payload
  done(null, payload)
}

/** Records the body of an answer. */
export function recordBody(sites: Sites, { entry, namedSite }: FastifyRequest, body: string): void {
  journalOf(sites, namedSite).addBody(entry, body)
}

/** Records the body that is about to be sent, before a fault is injected into it. */
export const keepBody =
  (sites: Sites): onSendHookHandler<unknown> =>
  (request, _reply, payload, done) => {
    if (typeof payload === 'string') recordBody(sites, request, payload)
    done(null, payload)
  }

/** Closes the request's entry once the answer was sent. */
export const closeEntry =
  (sites: Sites): onResponseHookHandler =>
  (request, reply, done) => {
    recordAnswer(sites, request, reply)
    done()
  }

/** A request to the vendor's API that was answered, or whose connection was closed. */
export interface FinishedRequest
  extends Pick<JournalEntry, 'method' | 'url' | 'status' | 'explanation' | 'fault'> {
  /** The site that the request names, whether it exists or not. */
  siteId: string | undefined
  /** Until the last byte was sent, or the connection was closed. */
  milliseconds: number
}

export type OnResponse = (request: FinishedRequest) => void

/** Calls `onResponse` for each request once it is over. Unlike Fastify's hook, also when it is never answered. */
export const watchResponse =
  (onResponse: OnResponse): onRequestHookHandler =>
  (request, reply, done) => {
    callOnceOver(onResponse, request, reply)
    done()
  }

/** The same for a request that no hook sees. */
export function callOnceOver(onResponse: OnResponse, request: FastifyRequest, reply: FastifyReply): void {
  reply.raw.once('close', () => {
    const { method, url, status, explanation, fault } = request.entry
    const siteId = siteIdIn(request) ?? request.namedSite?.site_id
    onResponse({ method, url, siteId, status, milliseconds: reply.elapsedTime, explanation, fault })
  })
}
