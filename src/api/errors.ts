import { errorCodes, type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify'
import { Failure, sendFailure } from './failure.ts'

const { FST_ERR_BAD_URL, FST_ERR_CTP_BODY_TOO_LARGE } = errorCodes

/** Whatever is thrown under the base path, as the vendor would answer it. A bug is logged, and its answer says nothing. */
export function handleError(
  error: FastifyError | Failure,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const failure = error instanceof Failure ? error : toFailure(error)
  if (failure.entry.status >= 500) request.server.log.error({ reqId: request.id, err: error })
  return sendFailure(reply, failure)
}

function toFailure(error: FastifyError): Failure {
  const [invalid] = error.validation ?? []
  if (invalid) return new Failure('INVALID_REQUEST', explainParameter(invalid.instancePath.slice(1)))
  if (error instanceof FST_ERR_BAD_URL) {
    return new Failure(
      'INVALID_REQUEST',
      'path: it cannot be percent-decoded as UTF-8; encode % itself as %25',
    )
  }
  if (error instanceof FST_ERR_CTP_BODY_TOO_LARGE) return new Failure('PAYLOAD_TOO_LARGE')
  return new Failure(
    error.statusCode !== undefined && error.statusCode < 500 ? 'INVALID_REQUEST' : 'INTERNAL_ERROR',
  )
}

const explainParameter = (name: string): string =>
  name === 'journey_id'
    ? 'journey_id: it must be a UUID, such as de04a64d-dc40-445f-8351-3dde7567d5c8'
    : `${name}: it must be an email address, such as ann@example.com, of at most 320 characters`
