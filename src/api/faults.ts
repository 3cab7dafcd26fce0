import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { Value } from '@sinclair/typebox/value'
import type { FastifyReply, FastifyRequest, onRequestHookHandler, onSendHookHandler } from 'fastify'
import { applyPatch, type Patch } from 'rfc6902'
import { toHeaderText } from '../auth/verdict.ts'
import { errorBody, errorCodeOf } from '../contract/errors.ts'
import { HttpError } from '../errors.ts'
import { parseFaultHeader, type ResolvedFault } from '../sites/fault-rule.ts'
import type { Sites } from '../sites/sites.ts'
import { CONTENT_TYPE, EXPLAIN_HEADER } from './errors.ts'
import { recordBody } from './journal.ts'

type BodyFault = Extract<ResolvedFault, { kind: 'truncate' | 'malformed' | 'drip' | 'patch' }>
type PatchFault = Extract<ResolvedFault, { kind: 'patch' }>

declare module 'fastify' {
  interface FastifyRequest {
    /** The fault to inject into the body of the answer. */
    bodyFault: BodyFault | undefined
  }
}

/** The header by which a request asks for a fault. */
const FAULT_HEADER = 'x-sandbox-fault'

/** Injects the fault that a rule of the named site asks for or, where `byHeader` allows it, the request itself. */
export function injectFault(byHeader: boolean): onRequestHookHandler {
  return (request, reply, done) => {
    const asked = byHeader ? request.headers[FAULT_HEADER]?.toString() : undefined
    const ruled = request.namedSite?.faults.next(request.entry)
    if (!ruled && asked === undefined) return done()
    injectAll(ruled, asked, request, reply).then(answered => {
      if (!answered) done()
    }, done)
  }
}

/** @returns whether the request has been answered, or never will be */
async function injectAll(
  ruled: ChosenFault | undefined,
  asked: string | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> {
  const requested = asked === undefined ? [] : parse(asked).map(fault => ({ id: undefined, fault }))
  // Delays come first: an answer cannot be delayed once it is sent.
  const lateness = ({ fault }: ChosenFault) => (fault.kind === 'delay' ? 0 : 1)
  const faults = [...(ruled ? [ruled] : []), ...requested].toSorted((a, b) => lateness(a) - lateness(b))
  for (const { id, fault } of faults) {
    request.entry.fault = { id, kind: fault.kind }
    if (await inject({ id, fault }, request, reply)) return true
  }
  return false
}

function parse(header: string): ResolvedFault[] {
  try {
    return parseFaultHeader(header)
  } catch (error) {
    if (error instanceof RangeError) throw new HttpError(400, `fault: X-Sandbox-Fault: ${error.message}`)
    throw error
  }
}

interface ChosenFault {
  /** The id of the rule; undefined for a fault that the request asked for. */
  id: string | undefined
  fault: ResolvedFault
}

async function inject(
  { id, fault }: ChosenFault,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> {
  switch (fault.kind) {
    case 'status':
      reply.header(EXPLAIN_HEADER, `fault: injected by ${id === undefined ? FAULT_HEADER : `the rule ${id}`}`)
      sendStatus(fault, reply)
      return true
    case 'delay':
      return wait(fault.ms, reply)
    case 'reset':
      reply.hijack()
      // No hook runs for an answer that is never sent.
      request.namedSite?.coverage.record(request.entry, undefined)
      request.socket.resetAndDestroy()
      return true
    case 'hang':
      reply.hijack()
      request.namedSite?.coverage.record(request.entry, undefined)
      return true
    default:
      request.bodyFault = fault
      return false
  }
}

function sendStatus(
  { status, body, headers = {} }: Extract<ResolvedFault, { kind: 'status' }>,
  reply: FastifyReply,
): void {
  const text =
    typeof body === 'string'
      ? body
      : JSON.stringify(body === undefined ? errorBody(errorCodeOf(status)) : body)
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : CONTENT_TYPE
  reply.code(status).type(type).headers(headers).send(text)
}

/** @returns true when the client left meanwhile */
async function wait(ms: number, reply: FastifyReply): Promise<boolean> {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  try {
    await sleep(ms, undefined, { signal: gone.signal })
    return false
  } catch (error) {
    if (!gone.signal.aborted) throw error
    reply.hijack()
    return true
  }
}

/** Injects a fault into the body of the right answer. */
export const injectBodyFault =
  (sites: Sites): onSendHookHandler =>
  (request, reply, payload, done) => {
    const { bodyFault } = request
    if (!bodyFault || request.method === 'HEAD' || typeof payload !== 'string') return done(null, payload)
    const send = (text: string) => {
      recordBody(sites, request, text)
      done(null, text)
    }
    switch (bodyFault.kind) {
      case 'malformed':
        reply.code(200)
        return send(payload.slice(0, -1))
      case 'patch':
        return send(patched(payload, bodyFault.patch, reply))
      default: {
        const body = Buffer.from(payload)
        reply.header('content-length', body.length)
        const stream = bodyFault.kind === 'truncate' ? half(body, request) : drops(body, bodyFault)
        done(null, Readable.from(stream))
      }
    }
  }

/** The answer after a JSON Patch; unchanged, with an explanation, when the patch does not fit it. */
function patched(text: string, patch: PatchFault['patch'], reply: FastifyReply): string {
  const answer: unknown = JSON.parse(text)
  // The library changes what it is given, also the values of the patch.
  const failed = applyPatch(answer, Value.Clone(patch) as Patch).find(error => error !== null)
  if (!failed) return JSON.stringify(answer)
  reply.header(EXPLAIN_HEADER, toHeaderText(`fault: the patch does not fit this answer: ${failed.message}`))
  return text
}

async function* half(body: Buffer, { socket }: FastifyRequest): AsyncGenerator<Buffer> {
  yield body.subarray(0, body.length >> 1)
  socket.destroySoon()
}

async function* drops(
  body: Buffer,
  { bytes, every_ms }: Extract<BodyFault, { kind: 'drip' }>,
): AsyncGenerator<Buffer> {
  for (let start = 0; start < body.length; start += bytes) {
    if (start > 0) await sleep(every_ms)
    yield body.subarray(start, start + bytes)
  }
}
