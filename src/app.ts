import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { api } from './api/api.ts'
import { Failure } from './api/failure.ts'
import { apiOptions } from './api/options.ts'
import { type Config, prefixOf } from './config.ts'
import { control } from './control/control.ts'
import { health } from './control/health.ts'
import { inspector } from './inspector/inspector.ts'
import type { Answer, InspectorOptions } from './inspector/options.ts'
import { describeControlPlane } from './openapi/control-document.ts'
import { docs } from './openapi/docs.ts'
import { describeVendorPlane, type Examples } from './openapi/vendor-document.ts'
import { createServer, type ServerOptions } from './server.ts'
import type { Sites } from './sites/sites.ts'
import { unnoticed } from './sites/unnoticed.ts'

export interface AppOptions extends ServerOptions {
  sites: Sites
  /** The examples of the OpenAPI document; those that are committed, unless they are just being made. */
  examples?: () => Examples
}

/** The whole server; it never listens. */
export async function buildApp({ examples, ...options }: AppOptions): Promise<FastifyInstance> {
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

  describeVendorPlane(app, basePath, { examples })
  describeControlPlane(app)
  app.register(api, { ...apiOptions(config, sites), prefix: basePath })
  app.register(health, { prefix: '/_sandbox', sites })
  if (config.control === 'on') app.register(control, { prefix: '/_sandbox', sites, basePath, config })
  if (config.inspector === 'on') app.register(inspector, inspectorOptions(app, config, sites))
  app.register(docs, { basePath, sites, control: config.control === 'on' })
  await app.ready()
  return app
}

/** What the inspector knows of its siblings: how to call the control plane, and what the API answers. */
function inspectorOptions(app: FastifyInstance, config: Config, sites: Sites): InspectorOptions {
  const { auth, control, controlToken, allowHost } = config
  const basePath = prefixOf(config)
  const authorization = `Bearer ${controlToken}`
  let quietApi: FastifyInstance | undefined
  return {
    sites,
    basePath,
    auth,
    guard: { token: controlToken, allowHost },
    control:
      control === 'off'
        ? undefined
        : async ({ method, path, body }) =>
            answerOf(app.inject({ method, url: path, headers: { authorization }, ...(body && { body }) })),
    async api(siteId, path) {
      quietApi ??= createServer({ config, logRequests: false }).register(api, {
        sites: unnoticed(sites),
        auth: 'off',
        faultHeader: false,
      })
      return answerOf(quietApi.inject({ url: path, headers: { 'x-annexcloud-site': siteId } }))
    },
  }
}

async function answerOf(response: Promise<LightMyRequestResponse>): Promise<Answer> {
  const { statusCode: status, body } = await response
  return { status, body }
}
