import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { requestHeaders } from '../auth/sign.ts'
import type { Clock } from '../clock.ts'
import { matchOperation } from '../contract/operations.ts'
import { DEMO_SITE } from '../seeding/seed.ts'
import type { Store } from '../store/store.ts'

export interface DocsOptions {
  basePath: string
  store: Store
  clock: Clock
}

/** The reader's plane: the OpenAPI document in both notations, and a page to read it and try it. */
export async function docs(scope: FastifyInstance, { basePath, store, clock }: DocsOptions): Promise<void> {
  const hidden = { schema: { hide: true } }
  scope.get('/openapi.json', hidden, () => scope.swagger())
  scope.get('/openapi.yaml', hidden, (_request, reply) =>
    reply.type('application/yaml; charset=utf-8').send(scope.swagger({ yaml: true })),
  )

  // For the page to sign its calls as the demo site, whose secret is no secret. No other site is signed for.
  scope.get<{ Querystring: { path?: string } }>(
    '/docs/headers',
    hidden,
    ({ query: { path = '' } }, reply) => {
      const demo = store.forSite(DEMO_SITE.site_id)?.site
      if (demo?.secret !== DEMO_SITE.secret || !path.startsWith(`${basePath}/`)) return reply.send({})
      const identifier = matchOperation(path.slice(basePath.length))?.identifier
      return reply.send(
        requestHeaders({ ...demo, identifier, exp: Math.floor(clock.now() / 1000) + 300, sub: 'docs' }),
      )
    },
  )

  scope.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: CONTENT_SECURITY_POLICY,
    theme: { title: 'Journeys API (sandbox)' },
    uiConfig: {
      tryItOutEnabled: true,
      displayRequestDuration: true,
      defaultModelsExpandDepth: 0,
      validatorUrl: null,
      // Swagger UI's request is its own, not the one of fetch that its types name.
      requestInterceptor: signAsDemoSite as never,
    },
  })
}

// The styles that Swagger UI sets on its elements are inline ones.
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; frame-ancestors 'self'"

interface PageRequest {
  url: string
  headers: Record<string, string>
  loadSpec?: boolean
}

/** Runs in the page, so it stands alone: gives a call that carries no token the headers of the demo site. */
async function signAsDemoSite(request: PageRequest): Promise<PageRequest> {
  if (request.loadSpec || request.headers.Authorization) return request
  const path = request.url.replace(/^https?:\/\/[^/]+/, '')
  const response = await fetch(`/docs/headers?path=${encodeURIComponent(path)}`)
  request.headers = Object.assign((await response.json()) as object, request.headers)
  return request
}
