import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import type { JournalEntry } from '../sites/journal.ts'
import { siteIdIn } from './journal.ts'

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
