import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { matchOperation, operations } from '../contract/operations.ts'
import { VendorError } from './errors.ts'

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
