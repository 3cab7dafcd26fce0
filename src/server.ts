import { type FastifyInstance, fastify, LogController } from 'fastify'
import { MAX_URL_LENGTH } from './api/client-error.ts'
import { handleError } from './api/errors.ts'
import { Failure } from './api/failure.ts'
import { requestNames } from './api/journal.ts'
import { type Config, logsRequests } from './config.ts'

/** What servers of one process have in common. */
export interface ServerOptions {
  config: Config
  /** Names every request; counted for each server alone when left out. */
  nameRequest?: () => string
  /** Whether requests are logged where the level says so; they are. */
  logRequests?: boolean
}

/**
 * A Fastify without a route, but with every option that shapes its answers. It is not made to listen, and validates and
 * serialises nothing by itself: each plane says how, and what Fastify would load for it takes longer than all else.
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
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => handleError(error, request, reply),
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
