import { type FastifyInstance, fastify, LogController } from 'fastify'
import { api } from './api/api.ts'
import { handleClientError, handleError, MAX_URL_LENGTH } from './api/errors.ts'
import { Failure } from './api/failure.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { control } from './control/control.ts'
import { docs } from './docs/docs.ts'
import { describeVendorPlane } from './docs/vendor-document.ts'
import type { Store } from './store/store.ts'

export interface AppOptions {
  config: Config
  store: Store
  clock: Clock
}

const LEVELS_WITH_REQUESTS = ['info', 'debug', 'trace']

/** The whole server, with every option that shapes its answers; it never listens. */
export async function buildApp({ config, store, clock }: AppOptions): Promise<FastifyInstance> {
  const app = fastify({
    logger: { level: config.logLevel },
    logController: new LogController({
      disableRequestLogging: !LEVELS_WITH_REQUESTS.includes(config.logLevel),
    }),
    // One logger serves every request: a child for each costs throughput even when nothing is logged.
    childLoggerFactory: logger => logger,
    routerOptions: { maxParamLength: MAX_URL_LENGTH },
    rewriteUrl: ({ url = '/' }) => encodeRawBytes(url),
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => handleError(error, request, reply),
    clientErrorHandler: handleClientError,
  })
  const basePath = config.basePath === '/' ? '' : config.basePath

  app.setErrorHandler(handleError)
  app.setNotFoundHandler(request => {
    throw new Failure('NOT_FOUND', notFoundHint(request.url, basePath))
  })
  app.addHook('onRequest', (request, _reply, done) => {
    done(request.url.length > MAX_URL_LENGTH ? new Failure('URI_TOO_LONG') : undefined)
  })

  describeVendorPlane(app, basePath)
  app.register(api, { prefix: basePath, store, clock, auth: config.auth })
  app.register(control, { prefix: '/_sandbox' })
  app.register(docs, { basePath, store, clock })
  await app.ready()
  return app
}

/** Clients that do not percent-encode send UTF-8 as it is, and Node hands it on a byte a character. */
const encodeRawBytes = (url: string): string =>
  url.replace(/[\x80-\xff]/g, byte => `%${byte.charCodeAt(0).toString(16)}`)

const notFoundHint = (url: string, basePath: string): string | undefined =>
  url.startsWith(`${basePath}/`)
    ? undefined
    : `path: the operations are under ${basePath}, for example ${basePath}/journeys`
