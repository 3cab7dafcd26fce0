import { Type } from '@sinclair/typebox'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { InvalidTime } from '../clock.ts'
import { TooEntangled } from '../diagram/graphviz.ts'
import { Conflict, Invalid, NotFound } from '../errors.ts'
import { STATUS_CODES } from '../http.ts'
import { type Issue, SeedError } from '../seed/issues.ts'

/** A problem document: RFC 9457. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'Always about:blank: the status says what kind of problem it is' }),
    title: Type.String({ description: 'The name of the status' }),
    status: Type.Integer(),
    detail: Type.String({ description: 'What is wrong, and what to do about it' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          pointer: Type.String({ description: 'A JSON pointer into the body' }),
          detail: Type.String(),
        }),
        {
          description: 'Everything that is wrong with the body',
        },
      ),
    ),
  },
  { $id: 'Problem', description: 'A problem document (RFC 9457)' },
)

/** A request that is refused before anything is asked of a site. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** A body, a query or an address that is not of its schema. */
export class InvalidParts extends Error {
  override name = 'InvalidParts'
  readonly issues: Issue[]

  constructor(issues: Issue[], part: string) {
    super(
      `the ${part} is not right: ${issues.map(({ pointer, message }) => `${pointer || '/'} ${message}`).join('; ')}`,
    )
    this.issues = issues
  }
}

/** Whatever is thrown on the control plane, as a problem document. A bug is logged, and its answer says nothing. */
export function sendProblem(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const status = statusOf(error)
  if (status >= 500) request.server.log.error({ reqId: request.id, err: error })
  const issues = error instanceof SeedError || error instanceof InvalidParts ? error.issues : undefined
  return reply
    .code(status)
    .type('application/problem+json; charset=utf-8')
    .send({
      type: 'about:blank',
      title: STATUS_CODES[status],
      status,
      detail: status >= 500 ? 'Something went wrong on the server; its log says what.' : error.message,
      ...(issues && { errors: issues.map(({ pointer, message }) => ({ pointer, detail: message })) }),
    })
}

function statusOf(error: FastifyError | Error): number {
  if (error instanceof Refusal) return error.status
  if (error instanceof NotFound) return 404
  if (error instanceof Conflict) return 409
  if (error instanceof TooEntangled) return 422
  if ([SeedError, InvalidParts, Invalid, InvalidTime].some(kind => error instanceof kind)) return 400
  return ('statusCode' in error && error.statusCode) || 500
}
