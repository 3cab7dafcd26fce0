import { type FastifyInstance, fastify, LogController } from 'fastify'
import { handleClientError, handleError, MAX_URL_LENGTH } from './api/errors.ts'
import { Failure } from './api/failure.ts'
import type { Config } from './config.ts'

/** What servers of one process have in common. */
export interface ServerOptions {
  config: Config
  /** Names every request; counted for each server alone when left out. */
  nameRequest?: () => string
  /** Whether requests are logged where the level says so; they are. */
  logRequests?: boolean
}

/** Whether every request is logged. */
export const logsRequests = ({ logLevel }: Config): boolean => ['info', 'debug', 'trace'].includes(logLevel)

/** A counter of requests, to be shared by servers that answer for one another. */
export function requestNames(): () => string {
  let count = 0
  return () => `req-${(++count).toString(36)}`
}

/**
 * A server without a route, but with every option that shapes its answers. It validates and serialises nothing by
 * itself: each plane says how, and what Fastify would load for it takes longer than all else at the start.
 */
export function createServer({
  config,
  nameRequest = requestNames(),
  logRequests = true,
}: ServerOptions): FastifyInstance {
  const disableRequestLogging = !logRequests || !logsRequests(config)
  const server = fastify({
    logger: { level: config.logLevel },
    logController: new LogController({ disableRequestLogging }),
    // A logger for each request, which knows its name, costs throughput even when nothing is logged.
    ...(disableRequestLogging && { childLoggerFactory: logger => logger }),
    genReqId: nameRequest,
    // What is too long is refused below, with a better answer than the router has.
    routerOptions: { maxParamLength: Number.MAX_SAFE_INTEGER },
    // A request without a body needs no stream for it.
    http: { optimizeEmptyRequests: true },
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => handleError(error, request, reply),
    clientErrorHandler: handleClientError,
    schemaController: {
      compilersFactory: {
        buildValidator: (() => () => () => true) as never,
        buildSerializer: () => () => value => JSON.stringify(value),
      },
    },
  })
  server.setErrorHandler(handleError)
  server.addHook('onRequest', (request, _reply, done) => {
    done(request.url.length > MAX_URL_LENGTH ? new Failure('URI_TOO_LONG') : undefined)
  })
  return server
}
