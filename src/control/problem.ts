import { STATUS_CODES } from 'node:http'
import { Type } from '@sinclair/typebox'
import { errorCodes, type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify'
import { InvalidTime } from '../clock.ts'
import { StoreError } from '../errors.ts'
import { type PlacedIssue, SeedError } from '../seed/issues.ts'
import { ValidationError } from '../validation.ts'
import { MAX_BODY_BYTES } from './body.ts'

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
          line: Type.Optional(Type.Integer({ description: 'Where it is in the text of the body, from 1' })),
          column: Type.Optional(Type.Integer({ description: 'From 1' })),
        }),
        {
          description: 'Everything that is wrong with the body',
        },
      ),
    ),
  },
  { $id: 'Problem', description: 'A problem document (RFC 9457)' },
)

/** Answers any error of the control API as a problem document. A bug is logged, and its answer does not describe it. */
export function sendProblem(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const status = statusOf(error)
  const isBug = status >= 500 && !(error instanceof StoreError)
  if (isBug) request.log.error({ err: error }, 'request failed')
  else if (status >= 500) request.log.error(error.message)
  const issues: PlacedIssue[] | undefined =
    error instanceof SeedError || error instanceof ValidationError ? error.issues : undefined
  return reply
    .code(status)
    .type('application/problem+json; charset=utf-8')
    .send({
      type: 'about:blank',
      title: STATUS_CODES[status],
      status,
      detail: isBug ? 'The server failed; its log has the details.' : describe(error, request),
      ...(issues && { errors: issues.map(toDetail) }),
    })
}

function describe(error: Error, { routeOptions }: FastifyRequest): string {
  if (!(error instanceof errorCodes.FST_ERR_CTP_BODY_TOO_LARGE)) return error.message
  const limit = `the body is too large: this call takes at most ${routeOptions.bodyLimit} bytes`
  return routeOptions.bodyLimit === MAX_BODY_BYTES
    ? limit
    : `${limit}; start the sandbox with a higher --body-limit (SANDBOX_BODY_LIMIT)`
}

const toDetail = ({ pointer, message, line, column }: PlacedIssue) => ({
  pointer,
  detail: message,
  line,
  column,
})

function statusOf(error: FastifyError | Error): number {
  if (error instanceof SeedError || error instanceof InvalidTime) return 400
  return ('statusCode' in error && error.statusCode) || 500
}
