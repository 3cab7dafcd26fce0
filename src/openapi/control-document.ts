import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { collectorOf } from './collector.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The OpenAPI document of the control API. */
    controlDocument: FastifyInstance['swagger']
  }
}

const DESCRIPTION = `What a test controls: sites and what they hold, their clocks and faults, the journal of what clients sent, tokens
and their explanation. It is the sandbox's own; the vendor has nothing like it. A site is the unit of isolation. What is
refused is answered with a problem document (RFC 9457).`

/** Collects the routes of the control API into its OpenAPI 3.1 document. Register it before them. */
export function describeControlApi(app: FastifyInstance): void {
  const options = collectorOf({
    title: 'Control API of the journeys sandbox',
    description: DESCRIPTION,
    includes: ({ control = false }) => control,
    openapi: {
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
    finish: document => document,
  })
  app.register(swagger, { ...options, decorator: 'controlDocument' })
}
