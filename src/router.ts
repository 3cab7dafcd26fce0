import type { FastifyInstance } from 'fastify'
import { api } from './api/api.ts'
import { apiOptions } from './api/options.ts'
import type { AppOptions } from './app.ts'
import { prefixOf } from './config.ts'
import { health } from './control/health.ts'
import { createServer } from './server.ts'

interface RouterOptions extends Pick<AppOptions, 'config' | 'sites'> {
  nameRequest: () => string
}

/**
 * Fastify with the four operations and the health check; and behind them the whole app, which is loaded and made when
 * something else is asked for, and then answers it. It never listens.
 */
export async function buildRouter({ config, sites, nameRequest }: RouterOptions): Promise<FastifyInstance> {
  const router = createServer({ config, nameRequest })
  let app: Promise<FastifyInstance> | undefined

  const loadApp = async () => {
    const { buildApp } = await import('./app.ts')
    return buildApp({ config, sites, nameRequest, logRequests: false })
  }

  // A body is left to the app to read.
  router.removeAllContentTypeParsers()
  router.addContentTypeParser('*', (_request, _payload, done) => done(null))
  router.register(api, { ...apiOptions(config, sites), prefix: prefixOf(config), only: true })
  router.register(health, { prefix: '/_sandbox', sites })
  router.setNotFoundHandler(async (request, reply) => {
    app ??= loadApp()
    const { routing } = await app
    reply.hijack()
    routing(request.raw, reply.raw)
  })
  router.addHook('preClose', async () => (await app)?.close())
  await router.ready()
  return router
}
