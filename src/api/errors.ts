import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import {
  type ConnectionError,
  errorCodes,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type onRequestHookHandler,
} from 'fastify'
import { toHeaderText } from '../auth/verdict.ts'
import { ERROR_CASES, type ErrorCase, type ErrorName, errorBody, errorCodeOf } from '../contract/errors.ts'
import { matchOperation, operations } from '../contract/operations.ts'
import { HttpError, StoreError } from '../errors.ts'
import { ValidationError } from '../validation.ts'

/** The header that says what the vendor's error body leaves out. */
export const EXPLAIN_HEADER = 'x-sandbox-explain'

/** The content type of every answer with a body. */
export const CONTENT_TYPE = 'application/json; charset=utf-8'

/** Longer URLs are refused. The vendor's limit is not known. */
const MAX_URL_LENGTH = 8192

/** An error that is answered as the vendor would: CONTRACT.md section 4. */
export class VendorError extends Error {
  override name = 'VendorError'
  readonly error: ErrorCase

  /** @param explanation one line of ASCII for `X-Sandbox-Explain`, which begins with a stable word and a colon */
  constructor(name: ErrorName, explanation: string) {
    super(explanation)
    this.error = ERROR_CASES[name]
  }
}

/** Answers any error under the base path in the vendor's form. A bug is logged, and its answer does not describe it. */
export function sendVendorError(error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, errorCode, explanation } = toAnswer(error)
  if (error instanceof StoreError) request.log.error(error.message)
  else if (status >= 500) request.log.error({ err: error }, 'request failed')
  return reply
    .code(status)
    .type(CONTENT_TYPE)
    .header(EXPLAIN_HEADER, toHeaderText(explanation))
    .send(errorBody(errorCode))
}

interface ErrorAnswer extends Pick<ErrorCase, 'status' | 'errorCode'> {
  explanation: string
}

const answerOf = (name: ErrorName, explanation: string): ErrorAnswer => ({
  ...ERROR_CASES[name],
  explanation,
})

function toAnswer(error: Error): ErrorAnswer {
  if (error instanceof VendorError) return { ...error.error, explanation: error.message }
  if (error instanceof ValidationError) return answerOf('invalidIdentifier', explainIdentifier(error))
  if (error instanceof errorCodes.FST_ERR_BAD_URL)
    return answerOf(
      'invalidIdentifier',
      'path: it cannot be percent-decoded as UTF-8; encode a % itself as %25',
    )
  if (error instanceof StoreError) return answerOf('internal', `server: ${error.message}`)
  const { statusCode = 500 } = error as { statusCode?: number }
  if (statusCode >= 500) return answerOf('internal', 'server: a bug of the sandbox; its log has the details')
  if (error instanceof HttpError)
    return { status: statusCode, errorCode: 'AC1001', explanation: error.message }
  return { status: statusCode, errorCode: errorCodeOf(statusCode), explanation: `request: ${error.message}` }
}

const explainIdentifier = ({ issues }: ValidationError): string =>
  issues[0]?.pointer === '/journey_id'
    ? 'journey: the id must be a UUID, such as de04a64d-dc40-445f-8351-3dde7567d5c8'
    : 'member: the path must hold an email address, such as ann@example.com, of at most 320 characters'

/** Refuses what Node's parser lets through and HTTP does not allow, and what is too long: 400, 414, 417. */
export function refuseMalformed(
  request: FastifyRequest,
  _reply: FastifyReply,
  done: (error?: Error) => void,
) {
  const { url, headers, raw } = request
  if (url.length > MAX_URL_LENGTH)
    return done(
      new HttpError(414, `path: the URL has ${url.length} characters; at most ${MAX_URL_LENGTH} are allowed`),
    )
  const hosts = raw.rawHeaders.filter((name, i) => i % 2 === 0 && /^host$/i.test(name)).length
  if (hosts !== 1 && raw.httpVersion === '1.1')
    return done(
      new HttpError(400, `request: HTTP/1.1 requires one Host header, and this has ${hosts || 'none'}`),
    )
  if (headers.expect !== undefined && !/^100-continue$/i.test(headers.expect))
    return done(new HttpError(417, 'request: the only expectation that can be met is "Expect: 100-continue"'))
  done()
}

/** Answers what Node's parser could not read as a request: 400, 408, 414 or 431, and then closes the connection. */
export function sendClientError(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET') socket.destroy(error)
  else endWith(socket, toParserAnswer(error))
}

/** Refuses the method CONNECT, which Node does not take for a request. */
export function refuseConnect(socket: Socket): void {
  endWith(socket, answerOf('badRequest', 'method: CONNECT is not supported; the sandbox is not a proxy'))
}

/** Writes an answer that no request belongs to, as the last on its connection. */
function endWith(socket: Socket, { status, errorCode, explanation }: ErrorAnswer): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const body = JSON.stringify(errorBody(errorCode))
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      `X-Sandbox-Explain: ${explanation}`,
      `Content-Type: ${CONTENT_TYPE}`,
      `Content-Length: ${body.length}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}

function toParserAnswer({ code, message, rawPacket }: ConnectionError): ErrorAnswer {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return answerOf('timeout', 'request: it did not arrive whole in time; send it in one go')
  if (code === 'HPE_HEADER_OVERFLOW') {
    // The parser counts the URL among the headers; the first line of the packet tells which of the two was too long.
    const [firstLine = ''] = (rawPacket as unknown as Buffer).toString('latin1').split('\r\n', 1)
    return /^[A-Z]+ \//.test(firstLine) && firstLine.length > MAX_URL_LENGTH
      ? answerOf('pathTooLong', `path: the URL is too long; at most ${MAX_URL_LENGTH} characters are allowed`)
      : answerOf('headersTooLarge', 'request: the headers are too large; send fewer or shorter ones')
  }
  return answerOf(
    'badRequest',
    code === 'HPE_INVALID_URL'
      ? 'path: percent-encode every character beyond ASCII'
      : `request: ${message.replace(/[^ -~]/g, '?')}`,
  )
}

/** Refuses a path that is no operation's (404), and an operation's path with another method (405). */
export function refuseUnknown(scope: FastifyInstance, basePath: string): void {
  const handler = (request: FastifyRequest, reply: FastifyReply) => refuse(basePath, request, reply)
  scope.setNotFoundHandler(handler)
  // The answer comes before the body is looked at, so that it does not depend on it.
  scope.addHook('onRequest', (request, reply, done) => (request.is404 ? handler(request, reply) : done()))
}

/** Refuses a path that ends with a slash, which the router would read as one with an empty identifier. */
export const refuseTrailingSlash =
  (basePath: string): onRequestHookHandler =>
  (request, reply, done) => {
    if (pathIn(request).endsWith('/')) refuse(basePath, request, reply)
    done()
  }

function refuse(basePath: string, request: FastifyRequest, reply: FastifyReply): never {
  const path = pathIn(request)
  if (!path.startsWith(basePath)) throw new VendorError('pathNotFound', explainOther(path, basePath))
  const relative = path.slice(basePath.length)
  if (matchOperation(relative) && !['GET', 'HEAD'].includes(request.method)) {
    reply.header('allow', 'GET, HEAD')
    throw new VendorError('methodNotAllowed', `method: ${request.method} is not supported; use GET`)
  }
  throw new VendorError('pathNotFound', explainPath(relative, basePath))
}

const pathIn = ({ url }: FastifyRequest): string => url.split('?', 1)[0] as string

const explainOther = (path: string, basePath: string): string =>
  matchOperation(path)
    ? `path: it lacks the base path; call ${basePath}${path}`
    : `path: there is nothing here; the operations are below ${basePath}`

function explainPath(path: string, basePath: string): string {
  if (path === '' || path === '/')
    return `path: this is the base URL; call an operation, such as ${basePath}/journeys, or /_sandbox/health to see whether the server is up`
  const rewritten: [mistake: string, path: string][] = [
    ['it ends with a slash', path.replace(/\/+$/, '')],
    ['it has a double slash', path.replace(/\/{2,}/g, '/')],
    ['paths are case-sensitive', withLowerCaseNames(path)],
  ]
  for (const [mistake, right] of rewritten)
    if (right !== path && matchOperation(right)) return `path: ${mistake}; call ${basePath}${right}`
  return `path: no operation has it; the operations are ${Object.values(operations)
    .map(operation => operation.path)
    .join(', ')}`
}

/** A path with the names of the operations' templates in lower case, and the identifiers as they are. */
const withLowerCaseNames = (path: string): string =>
  path.replace(/(?<=\/)(journeys|user_journeys|user)(?=\/|$)/gi, name => name.toLowerCase())
