import type { Socket } from 'node:net'
import type { ConnectionError } from 'fastify'
import { type ErrorCode, errorCatalogue } from '../contract/errors.ts'
import { STATUS_CODES } from '../http.ts'
import { CONTENT_TYPE } from './answer.ts'

/** Longer addresses are refused; what the vendor's limit is, is not known. */
export const MAX_URL_LENGTH = 8192

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
