import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest, onRequestHookHandler, onSendHookHandler } from 'fastify'
import { errorCatalogue } from '../contract/errors.ts'
import { STATUS_CODES } from '../http.ts'
import { parseFaultHeader } from '../sites/fault-header.ts'
import type { FaultToCome } from '../sites/fault-rule.ts'
import { CONTENT_TYPE } from './answer.ts'
import { Failure } from './failure.ts'

type BodyFault = Extract<FaultToCome, { kind: 'truncate' | 'malformed' | 'drip' }>

declare module 'fastify' {
  interface FastifyRequest {
    /** What will be done to the body once it is there. */
    bodyFault: BodyFault | undefined
  }
}

/** The header by which a request asks for a fault. */
export const FAULT_HEADER = 'x-sandbox-fault'

/**
 * Lets go wrong what a rule of the named site asks for, or, where `byHeader` allows it, the request itself. A hook of
 * callbacks, as most requests have nothing to wait for.
 */
export function spoilAnswer(byHeader: boolean): onRequestHookHandler {
  return (request, reply, done) => {
    const asked = byHeader ? request.headers[FAULT_HEADER]?.toString() : undefined
    const ruled = request.namedSite?.faults.next(request.entry)
    if (!ruled && asked === undefined) return done()
    applyAll(ruled, asked, request, reply).then(answered => {
      if (!answered) done()
    }, done)
  }
}

/** @returns whether the request is dealt with, so that nothing must answer it any more */
async function applyAll(
  ruled: { id: string; fault: FaultToCome } | undefined,
  asked: string | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> {
  const own = asked === undefined ? [] : parse(asked).map(fault => ({ id: undefined, fault }))
  // Delays come first, wherever they stand: after an answer there is nothing left to delay.
  const lateness = ({ fault }: { fault: FaultToCome }) => (fault.kind === 'delay' ? 0 : 1)
  const faults = [...(ruled ? [ruled] : []), ...own].toSorted((a, b) => lateness(a) - lateness(b))
  for (const { id, fault } of faults) {
    request.entry.fault = { id, kind: fault.kind }
    if (await apply(fault, request, reply)) return true
  }
  return false
}

function parse(header: string): FaultToCome[] {
  try {
    return parseFaultHeader(header)
  } catch (error) {
    if (error instanceof RangeError) throw new Failure('INVALID_REQUEST', `X-Sandbox-Fault: ${error.message}`)
    throw error
  }
}

async function apply(fault: FaultToCome, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
  switch (fault.kind) {
    case 'status':
      sendStatus(fault, reply)
      return true
    case 'delay':
      return wait(fault.ms, reply)
    case 'reset':
      reply.hijack()
      request.socket.resetAndDestroy()
      return true
    case 'hang':
      reply.hijack()
      return true
    default:
      request.bodyFault = fault
      return false
  }
}

function sendStatus(
  { status, body, headers = {} }: Extract<FaultToCome, { kind: 'status' }>,
  reply: FastifyReply,
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body === undefined ? errorBody(status) : body)
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : CONTENT_TYPE
  reply.code(status).type(type).headers(headers).send(text)
}

/** The vendor's error body for any status; where the catalogue has none, the code is the status' own name. */
function errorBody(status: number): { errorCode: string; errorMessage: string } {
  const known = Object.values(errorCatalogue).find(entry => entry.status === status)
  const reason = STATUS_CODES[status] ?? `Status ${status}`
  return {
    errorCode: known?.errorCode ?? reason.toUpperCase().replace(/[^A-Z0-9]+/g, '_'),
    errorMessage: known?.errorMessage ?? `${reason}.`,
  }
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

/** Spoils the body of the right answer. */
export const spoilBody: onSendHookHandler = (request, reply, payload, done) => {
  const { bodyFault } = request
  if (!bodyFault || request.method === 'HEAD') return done(null, payload)
  const body = Buffer.from(payload as string)
  if (bodyFault.kind === 'malformed') {
    reply.code(200)
    return done(null, body.subarray(0, -1))
  }
  reply.header('content-length', body.length)
  done(null, Readable.from(bodyFault.kind === 'truncate' ? half(body, request) : drops(body, bodyFault)))
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
