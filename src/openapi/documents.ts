import { readFileSync } from 'node:fs'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { OpenAPIV3_1 } from 'openapi-types'
import { stringify } from 'yaml'
import { matchOperation } from '../contract/operations.ts'
import { originOf } from '../origin.ts'
import { packageFile } from '../package-file.ts'
import { DEMO_SITE } from '../seed/seed.ts'
import { credentialsFor } from '../sites/credentials.ts'
import type { Sites } from '../sites/sites.ts'

/** The vendor's document in OpenAPI 3.0.3, for tools that do not read 3.1. Made by `npm run generate`. */
export const OPENAPI_30_FILE = packageFile('openapi/journeys.openapi-3.0.json')

type Document = Pick<OpenAPIV3_1.Document, 'servers'>

/** The OpenAPI documents, and a page to read and try them. */
export async function documents(
  scope: FastifyInstance,
  { basePath, sites, control }: PageOptions,
): Promise<void> {
  const hidden = { schema: { hide: true } }
  const json = servedDocument('application/json; charset=utf-8', JSON.stringify)
  const yaml = servedDocument('application/yaml; charset=utf-8', toYaml)

  scope.get(
    '/openapi.json',
    hidden,
    json(() => scope.swagger() as Document, basePath),
  )
  scope.get(
    '/openapi.yaml',
    hidden,
    yaml(() => scope.swagger() as Document, basePath),
  )
  scope.get(
    '/openapi-3.0.json',
    hidden,
    json(() => JSON.parse(readFileSync(OPENAPI_30_FILE, 'utf8')), basePath),
  )
  if (control) {
    scope.get(
      '/_sandbox/openapi.json',
      hidden,
      json(() => scope.controlDocument() as Document, ''),
    )
    scope.get(
      '/_sandbox/openapi.yaml',
      hidden,
      yaml(() => scope.controlDocument() as Document, ''),
    )
  }
  scope.register(page, { basePath, sites, control })
}

/** A document as YAML 1.2 in which readers of YAML 1.1 see the same: what they would take for a date or a boolean is quoted. */
export const toYaml = (document: object): string => stringify(document, { version: '1.1', lineWidth: 120 })

/** How many origins a document is kept for. For others it is generated again. */
const MAX_ORIGINS = 20

/** Serves a document whose server is the origin that was called, so that a client generated from its URL works. */
const servedDocument =
  (type: string, write: (document: Document) => string) => (read: () => Document, basePath: string) => {
    const written = new Map<string, string>()
    return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
      const url = `${originOf(request)}${basePath}`
      let text = written.get(url)
      if (text === undefined) {
        text = write({ ...read(), servers: [{ url, description: 'The sandbox that serves this document' }] })
        if (written.size < MAX_ORIGINS) written.set(url, text)
      }
      return reply.type(type).send(text)
    }
  }

interface PageOptions {
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
