import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { collectorOf } from './collector.ts'
import { nameSchemas } from './named-schemas.ts'

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
