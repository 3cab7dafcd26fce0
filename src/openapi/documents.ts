import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { matchOperation } from '../contract/operations.ts'
import { DEMO_SITE } from '../seed/seed.ts'
import { credentialsFor } from '../sites/credentials.ts'
import type { Sites } from '../sites/sites.ts'

export interface DocumentsOptions {
  basePath: string
  sites: Sites
  /** Whether there is a control plane to describe. */
  control: boolean
}

/** The reader's plane: the OpenAPI document in both notations, and a page to read it and try it. */
export async function documents(
  scope: FastifyInstance,
  { basePath, sites, control }: DocumentsOptions,
): Promise<void> {
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
      const demo = sites.find(DEMO_SITE.site_id)
      const wish = path.startsWith(`${basePath}/`) ? matchOperation(path.slice(basePath.length)) : undefined
      return reply.send(
        demo?.secret === DEMO_SITE.secret && wish ? credentialsFor(demo, basePath, wish).headers : {},
      )
    },
  )
  if (control) scope.get('/_sandbox/openapi.json', hidden, () => scope.controlDocument())

  scope.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: CONTENT_SECURITY_POLICY,
    theme: { title: 'Journeys API (sandbox)' },
    uiConfig: {
      tryItOutEnabled: true,
      displayRequestDuration: true,
      defaultModelsExpandDepth: 0,
      validatorUrl: null,
      urls: [
        { name: 'Journeys API', url: '/openapi.json' },
        ...(control ? [{ name: 'Control plane', url: '/_sandbox/openapi.json' }] : []),
      ],
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
