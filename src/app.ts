import { type FastifyInstance, fastify, LogController } from 'fastify'
import { api } from './api/api.ts'
import { handleClientError, handleError, MAX_URL_LENGTH } from './api/errors.ts'
import { Failure } from './api/failure.ts'
import { type Config, prefixOf } from './config.ts'
import { control } from './control/control.ts'
import { health } from './control/health.ts'
import { describeControlPlane } from './docs/control-document.ts'
import { docs } from './docs/docs.ts'
import { describeVendorPlane, type Examples } from './docs/vendor-document.ts'
import type { Sites } from './sites/sites.ts'

export interface AppOptions {
  config: Config
  sites: Sites
  /** The examples of the OpenAPI document; those that are committed, unless they are just being made. */
  examples?: () => Examples
}

const LEVELS_WITH_REQUESTS = ['info', 'debug', 'trace']

/** The whole server, with every option that shapes its answers; it never listens. */
export async function buildApp({ config, sites, examples }: AppOptions): Promise<FastifyInstance> {
  const app = fastify({
    logger: { level: config.logLevel },
    logController: new LogController({
      disableRequestLogging: !LEVELS_WITH_REQUESTS.includes(config.logLevel),
    }),
    // One logger serves every request: a child for each costs throughput even when nothing is logged.
    childLoggerFactory: logger => logger,
    // What is too long is refused below, with a better answer than the router has.
    routerOptions: { maxParamLength: Number.MAX_SAFE_INTEGER },
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => handleError(error, request, reply),
    clientErrorHandler: handleClientError,
  })
  const basePath = prefixOf(config)

  app.setErrorHandler(handleError)
  if (basePath !== '') {
    app.setNotFoundHandler(() => {
      throw new Failure(
        'NOT_FOUND',
        `path: the operations are under ${basePath}, for example ${basePath}/journeys`,
      )
    })
  }
  app.addHook('onRequest', (request, _reply, done) => {
    done(request.url.length > MAX_URL_LENGTH ? new Failure('URI_TOO_LONG') : undefined)
  })

  describeVendorPlane(app, basePath, examples)
  describeControlPlane(app)
  app.register(api, { prefix: basePath, sites, auth: config.auth, faultHeader: config.control === 'on' })
  app.register(health, { prefix: '/_sandbox', sites })
  if (config.control === 'on') app.register(control, { prefix: '/_sandbox', sites, basePath, config })
  app.register(docs, { basePath, sites, control: config.control === 'on' })
  await app.ready()
  return app
}
