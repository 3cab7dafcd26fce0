import { readFileSync } from 'node:fs'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { matchOperation } from '../contract/operations.ts'
import { packageFile } from '../package-file.ts'
import { DEMO_SITE } from '../seed/seed.ts'
import { credentialsFor } from '../sites/credentials.ts'
import type { Sites } from '../sites/sites.ts'

export interface PageOptions {
  basePath: string
  sites: Sites
  /** Whether the control API is served. */
  control: boolean
}

/** The page at `/docs`: Swagger UI over the documents, which signs its calls to the vendor's API as the demo site. */
export async function page(scope: FastifyInstance, { basePath, sites, control }: PageOptions): Promise<void> {
  // Only the demo site is signed for: its secret is public.
  scope.get<{ Querystring: { path?: string } }>(
    '/docs/headers',
    { schema: { hide: true } },
    ({ query: { path = '' } }, reply) => {
      const demo = sites.find(DEMO_SITE.site_id)
      const call = path.startsWith(`${basePath}/`) ? matchOperation(path.slice(basePath.length)) : undefined
      return reply.send(
        demo?.secret === DEMO_SITE.secret && call ? credentialsFor(demo, basePath, call).headers : {},
      )
    },
  )

  scope.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: CONTENT_SECURITY_POLICY,
    theme: {
      title: 'Journeys sandbox: API documents',
      css: [{ filename: 'sandbox.css', content: STYLE }],
      js: [{ filename: 'sandbox.js', content: readFileSync(SCRIPT_FILE, 'utf8') }],
    },
    uiConfig: {
      tryItOutEnabled: true,
      displayRequestDuration: true,
      defaultModelsExpandDepth: 0,
      validatorUrl: null,
      urls: [
        { name: 'Journeys API', url: '/openapi.json' },
        ...(control ? [{ name: 'Control API', url: '/_sandbox/openapi.json' }] : []),
      ],
      // Runs in the page, where the script defines the function.
      requestInterceptor: ((request: object) =>
        (globalThis as unknown as PageScript).signAsDemoSite(request)) as never,
    },
  })
}

/** Defines `signAsDemoSite` in the page. */
const SCRIPT_FILE = packageFile('assets/docs.js')

interface PageScript {
  signAsDemoSite(request: object): Promise<object>
}

// Swagger UI sets inline styles on its elements.
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; frame-ancestors 'self'"

const STYLE = `
.topbar-wrapper .link { display: none !important; }
.sandbox-note { max-width: 1460px; margin: 1rem auto 0; padding: 0 20px; font: 14px/1.5 system-ui, sans-serif; }
`
