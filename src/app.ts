import type { FastifyInstance } from 'fastify'
import { api } from './api/api.ts'
import { Failure } from './api/failure.ts'
import { prefixOf } from './config.ts'
import { control } from './control/control.ts'
import { health } from './control/health.ts'
import { describeControlPlane } from './docs/control-document.ts'
import { docs } from './docs/docs.ts'
import { describeVendorPlane, type Examples } from './docs/vendor-document.ts'
import type { Ledger } from './fidelity/entry.ts'
import { createServer, type ServerOptions } from './server.ts'
import type { Sites } from './sites/sites.ts'

export interface AppOptions extends ServerOptions {
  sites: Sites
  /** What a team has seen of a live server, which outranks the contract. */
  record?: Ledger | undefined
  /** The examples of the OpenAPI document; those that are committed, unless they are just being made. */
  examples?: () => Examples
}

/** The whole server; it never listens. */
export async function buildApp({ record, examples, ...options }: AppOptions): Promise<FastifyInstance> {
  const { config, sites } = options
  const app = createServer(options)
  const basePath = prefixOf(config)

  if (basePath !== '') {
    app.setNotFoundHandler(() => {
      throw new Failure(
        'NOT_FOUND',
        `path: the operations are under ${basePath}, for example ${basePath}/journeys`,
      )
    })
  }

  describeVendorPlane(app, basePath, { examples, record })
  describeControlPlane(app)
  app.register(api, { prefix: basePath, sites, auth: config.auth, faultHeader: config.control === 'on' })
  app.register(health, { prefix: '/_sandbox', sites })
  if (config.control === 'on') app.register(control, { prefix: '/_sandbox', sites, basePath, config, record })
  app.register(docs, { basePath, sites, control: config.control === 'on' })
  await app.ready()
  return app
}
