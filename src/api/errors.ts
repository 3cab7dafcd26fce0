import type { Socket } from 'node:net'
import {
  type ConnectionError,
  errorCodes,
  type FastifyError,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { type ErrorCode, errorCatalogue } from '../contract/errors.ts'
import { STATUS_CODES } from '../http.ts'
import { CONTENT_TYPE } from './answer.ts'
import { Failure, sendFailure } from './failure.ts'

/** Longer addresses are refused; what the vendor's limit is, is not known. */
export const MAX_URL_LENGTH = 8192

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

/** A request that the HTTP parser gave up on never becomes one of Fastify's; it is answered on the bare socket. */
export function handleClientError(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(error)
    return
  }
  const { status, errorCode, errorMessage } = errorCatalogue[parserFailure(error)]
  const body = JSON.stringify({ errorCode, errorMessage })
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nX-Sandbox-Explain: ${explainParser(error)}\r\nContent-Type: ${CONTENT_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

function explainParser({ code, message }: ConnectionError): string {
  if (code === 'HPE_INVALID_URL')
    return 'path: percent-encode what is beyond ASCII; HTTP has no other way to send it'
  return `request: ${message.replace(/[^ -~]/g, '?')}`
}

function parserFailure({ code, rawPacket }: ConnectionError): ErrorCode {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'REQUEST_TIMEOUT'
  if (code !== 'HPE_HEADER_OVERFLOW') return 'INVALID_REQUEST'
  // The parser counts the address among the headers; the packet's first line tells which of the two was too long.
  const [firstLine = ''] = (rawPacket as unknown as Buffer).toString('latin1').split('\r\n', 1)
  return /^[A-Z]+ \//.test(firstLine) && firstLine.length > MAX_URL_LENGTH
    ? 'URI_TOO_LONG'
    : 'HEADERS_TOO_LARGE'
}
