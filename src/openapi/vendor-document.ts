import { readFileSync } from 'node:fs'
import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import type { OpenAPIV3_1 } from 'openapi-types'
import { AUTH_RULES } from '../auth/rules.ts'
import { ERROR_CASES, ERROR_MESSAGES, errorBody } from '../contract/errors.ts'
import { PROVENANCE_KEYWORD, type Provenance } from '../contract/formats.ts'
import { errorsOf, type OperationId } from '../contract/operations.ts'
import { RULES } from '../contract/rules.ts'
import { packageFile } from '../package-file.ts'
import { collectorOf } from './collector.ts'

/** Examples by operation and name: answers of the demo site, which `npm run generate` collects. */
export type Examples = Record<OperationId, Record<string, { summary: string; value: unknown }>>

export const EXAMPLES_FILE = packageFile('openapi/examples.json')

const DESCRIPTION = `The read-only Journeys API of a loyalty platform, as the journeys sandbox answers it.

Every property says how it is known, in \`x-provenance\`: \`documented\` by the vendor, \`observed\` in code that calls the live API, or
\`inferred\` by us. Every call carries a JWT of its own, bound to the identifier in its path, and names its site in a header. The response
header \`X-Sandbox-Explain\` says why a call was refused.`

/** The vendor's two base URLs, and the sandbox's: CONTRACT.md, introduction (D). A served document has its own URL instead. */
const SERVERS = [
  { url: 'https://s15.socialannex.net/api/3.0', description: 'The live API' },
  { url: 'https://s15.stage.socialannex.net/api/3.0', description: "The vendor's staging environment" },
  { url: 'http://127.0.0.1:4300/api/3.0', description: 'The sandbox' },
]

const mark = (provenance: Provenance) => ({ [PROVENANCE_KEYWORD]: provenance })

const SITE_PARAMETER = {
  name: 'X-AnnexCloud-Site',
  in: 'header',
  required: true,
  description: 'The id of the calling site; the same as the site_id of the token',
  ...mark('observed'),
  schema: { type: 'string', ...mark('observed') },
  examples: { demo: { summary: 'The demo site', value: '9991331' } },
} as const

/** Collects the routes of the vendor's API into its OpenAPI 3.1 document. Register it before them. */
export function describeVendorApi(app: FastifyInstance, examples: () => Examples = readExamples): void {
  const options = collectorOf({
    title: 'Journeys API (sandbox)',
    description: DESCRIPTION,
    includes: ({ config }) => config?.operation !== undefined,
    openapi: {
      servers: SERVERS,
      ...({ 'x-rules': rules() } as object),
      tags: [{ name: 'Journeys', description: 'Journeys, and the progress of members in them' }],
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
    finish: document => complete(document, examples()),
  })
  app.register(swagger, options)
}

const readExamples = (): Examples => JSON.parse(readFileSync(EXAMPLES_FILE, 'utf8'))

/** Adds what the routes do not say: examples, the provenance of each response, and the header that names the site. */
function complete(document: OpenAPIV3_1.Document, examples: Examples): OpenAPIV3_1.Document {
  for (const path of Object.values(document.paths ?? {})) {
    const operation = path?.get
    if (!operation) continue
    const id = operation.operationId as OperationId
    for (const parameter of operation.parameters ?? []) nameExample(parameter as OpenAPIV3_1.ParameterObject)
    operation.parameters = [...(operation.parameters ?? []), SITE_PARAMETER as never]
    for (const [status, response] of Object.entries(operation.responses ?? {})) {
      // That a call succeeds is documented; the errors of each operation are inferred (CONTRACT.md section 4).
      Object.assign(response, mark(status === '200' ? 'documented' : 'inferred'))
      const media = 'content' in response ? response.content?.['application/json'] : undefined
      if (media) media.examples = status === '200' ? examples[id] : errorExamples(id, Number(status))
    }
  }
  return document
}

/** The facts of the contract beyond the schemas, each with its provenance. */
function rules() {
  const authentication = AUTH_RULES.map(rule => [`auth.${rule.name}`, rule] as const)
  const others = Object.entries(RULES).map(([name, rule]) => [`rule.${name}`, rule] as const)
  const codes = Object.entries(ERROR_MESSAGES).map(
    ([code, what]) => [`code.${code}`, { what, provenance: 'documented' }] as const,
  )
  const errors = Object.entries(ERROR_CASES).map(
    ([name, { status, errorCode, description, provenance }]) =>
      [`error.${name}`, { what: `${status} ${errorCode}: ${description}`, provenance }] as const,
  )
  return Object.fromEntries(
    [...authentication, ...others, ...codes, ...errors].map(([id, { what, provenance }]) => [
      id,
      { description: what, ...mark(provenance) },
    ]),
  )
}

/** Gives a parameter a named example, like those of the responses. */
function nameExample(parameter: OpenAPIV3_1.ParameterObject): void {
  const { example } = parameter
  delete parameter.example
  if (example !== undefined) parameter.examples = { demo: { summary: 'Of the demo site', value: example } }
  const { [PROVENANCE_KEYWORD]: provenance } = parameter.schema as { [PROVENANCE_KEYWORD]: Provenance }
  Object.assign(parameter, mark(provenance))
}

function errorExamples(operation: OperationId, status: number) {
  const cases = errorsOf(operation)
    .map(name => [name, ERROR_CASES[name]] as const)
    .filter(([, error]) => error.status === status)
  return Object.fromEntries(
    cases.map(([name, { description, errorCode }]) => [
      name,
      { summary: description, value: errorBody(errorCode) },
    ]),
  )
}
