import { readFileSync } from 'node:fs'
import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import type { OpenAPIV3_1 } from 'openapi-types'
import { AUTH_RULES } from '../auth/rules.ts'
import { errorCatalogue } from '../contract/errors.ts'
import { type OperationId, operations } from '../contract/operations.ts'
import { PROVENANCE_KEYWORD, type Provenance } from '../contract/provenance.ts'
import { RULES } from '../contract/rules.ts'
import { packageFile } from '../package-file.ts'
import { documentOf } from './document.ts'

/** Examples by operation, then by name: what the demo site really answers. Made by `npm run generate`. */
export type Examples = Record<OperationId, Record<string, { summary: string; value: unknown }>>

export const EXAMPLES_FILE = packageFile('openapi/examples.json')

const DESCRIPTION = `The read-only Journeys API of a loyalty platform, as the journeys sandbox answers it.

Every property says where our knowledge of it comes from, in \`x-provenance\`: \`documented\` by the vendor, \`observed\` in code
that calls the live API, or \`inferred\` by us. Every call carries a JWT of its own, bound to the identifier in its path, and
names its site in a header; what a refused call got wrong is said in the response header \`X-Sandbox-Explain\`.`

export interface VendorDocumentOptions {
  /** Those that are committed, unless they are just being made. */
  examples?: (() => Examples) | undefined
}

/** Collects the routes of the vendor's plane into its OpenAPI 3.1 document. Register it before them. */
export function describeVendorPlane(
  app: FastifyInstance,
  basePath: string,
  { examples = readExamples }: VendorDocumentOptions,
): void {
  const options = documentOf({
    title: 'Journeys API (sandbox)',
    description: DESCRIPTION,
    has: ({ operation }) => operation !== undefined,
    openapi: {
      servers: [{ url: basePath || '/', description: 'The sandbox that serves this document' }],
      ...({ 'x-rules': rules() } as object),
      tags: [{ name: 'Journeys', description: 'Journeys, and how members fare in them' }],
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            ...mark('documented'),
            description:
              "HS256 with the site's secret, used raw. Claims: sub, exp in seconds, site_id, and hmac, which binds the token to the identifier in the path: base64(HMAC-SHA256(secret, base64(identifier as a JSON string literal)))",
          },
          site: {
            type: 'apiKey',
            in: 'header',
            name: 'X-AnnexCloud-Site',
            ...mark('observed'),
            description: 'The id of the calling site; the same as the site_id of the token',
          },
        },
      },
    },
    finish: document => markResponses(addExamples(document, examples())),
  })
  app.register(swagger, options)
}

const readExamples = (): Examples => JSON.parse(readFileSync(EXAMPLES_FILE, 'utf8'))

/** Puts the examples of the demo site under the 200s, and those of the error catalogue under the rest. */
function addExamples(document: OpenAPIV3_1.Document, examples: Examples): OpenAPIV3_1.Document {
  for (const path of Object.values(document.paths ?? {})) {
    const operation = path?.get
    const id = operation?.operationId as OperationId
    for (const [status, response] of Object.entries(operation?.responses ?? {})) {
      const media = 'content' in response ? response.content?.['application/json'] : undefined
      if (media) media.examples = status === '200' ? examples[id] : errorExamples(id, Number(status))
    }
  }
  return document
}

const mark = (provenance: Provenance) => ({ [PROVENANCE_KEYWORD]: provenance })

/** What the contract says beyond the schemas, each with its provenance. */
function rules() {
  const authentication = AUTH_RULES.map(rule => [`auth.${rule.name}`, rule] as const)
  const others = Object.entries(RULES).map(([name, rule]) => [`rule.${name}`, rule] as const)
  return Object.fromEntries(
    [...authentication, ...others].map(([id, { what, provenance }]) => [
      id,
      { description: what, ...mark(provenance) },
    ]),
  )
}

/** That a call succeeds is documented; which errors there are is inferred (CONTRACT.md section 4). */
function markResponses(document: OpenAPIV3_1.Document): OpenAPIV3_1.Document {
  for (const path of Object.values(document.paths ?? {})) {
    for (const [status, response] of Object.entries(path?.get?.responses ?? {})) {
      Object.assign(response, mark(status === '200' ? 'documented' : 'inferred'))
    }
  }
  return document
}

function errorExamples(operation: OperationId, status: number) {
  const documented: readonly string[] = operations[operation].errors
  const entries = Object.values(errorCatalogue).filter(entry => {
    return entry.status === status && (documented.includes(entry.errorCode) || status >= 414)
  })
  return Object.fromEntries(
    entries.map(({ errorCode, errorMessage }) => [
      errorCode,
      { summary: errorMessage, value: { errorCode, errorMessage } },
    ]),
  )
}
