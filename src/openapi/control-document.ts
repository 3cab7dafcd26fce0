import { isDeepStrictEqual } from 'node:util'
import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import type { OpenAPIV3_1 } from 'openapi-types'
import { isObject } from '../contract/json.ts'
import { collectorOf } from './collector.ts'

type Schemas = NonNullable<OpenAPIV3_1.ComponentsObject['schemas']>

/** Titles that can be the name of a component. */
const NAME = /^[A-Z][A-Za-z]+$/

/**
 * Moves every schema with a title to the components of the document, and refers to it. A reference keeps a description of
 * its own. @throws {Error} when two different schemas have the same title
 */
function nameSchemas(document: OpenAPIV3_1.Document): OpenAPIV3_1.Document {
  const schemas: Record<string, unknown> = { ...document.components?.schemas }

  function visit(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(visit)
    if (!isObject(value)) return value
    const visited = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, visit(part)]))
    const { title } = visited
    if (typeof title !== 'string' || !NAME.test(title)) return visited
    const { description, examples, ...schema } = visited
    const known = schemas[title] as Record<string, unknown> | undefined
    if (known === undefined) schemas[title] = visited
    else {
      const { description: _description, examples: _examples, ...named } = known
      if (!isDeepStrictEqual(named, schema)) throw new Error(`two schemas have the title ${title}`)
    }
    const reference = { $ref: `#/components/schemas/${title}` }
    return known === undefined || description === known.description
      ? reference
      : { ...reference, description }
  }

  const paths = visit(document.paths) as OpenAPIV3_1.PathsObject
  return { ...document, paths, components: { ...document.components, schemas: schemas as Schemas } }
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The OpenAPI document of the control API. */
    controlDocument: FastifyInstance['swagger']
  }
}

const DESCRIPTION = `What a test controls: sites and what they hold, their clocks and faults, the journal of what clients sent, tokens
and their explanation. It is the sandbox's own; the vendor has nothing like it. A site is the unit of isolation. What is
refused is answered with a problem document (RFC 9457).`

const TAGS = [
  { name: 'Server', description: 'Whether the server is up' },
  { name: 'Sites', description: 'Creating, removing and resetting sites: give each test one of its own' },
  { name: 'Content', description: 'What a site holds: journeys and members, as a whole or one by one' },
  { name: 'Events', description: 'What members do; it leads them through the journeys' },
  { name: 'Snapshots', description: 'Named points to return to' },
  { name: 'Clock', description: 'The time of a site, which only goes forward' },
  { name: 'Faults', description: 'Errors, delays and broken connections, for the requests of a site' },
  { name: 'Requests', description: 'The journal of what clients sent and got, and the report of a run' },
  { name: 'Credentials', description: 'Tokens, and the authentication of a request explained' },
  { name: 'Provider states', description: 'Pact’s call to set a state up' },
]

/** Collects the routes of the control API into its OpenAPI 3.1 document. Register it before them. */
export function describeControlApi(app: FastifyInstance): void {
  const options = collectorOf({
    title: 'Control API of the journeys sandbox',
    description: DESCRIPTION,
    includes: ({ url }) => url.startsWith('/_sandbox/'),
    openapi: {
      tags: TAGS,
      servers: [{ url: '/', description: 'The sandbox that serves this document' }],
      components: {
        securitySchemes: {
          control: {
            type: 'http',
            scheme: 'bearer',
            description: 'The control token, where the server demands one',
          },
        },
      },
      security: [{ control: [] }, {}],
    },
    finish: nameSchemas,
  })
  app.register(swagger, { ...options, decorator: 'controlDocument' })
}
