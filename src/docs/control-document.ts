import swagger from '@fastify/swagger'
import type { FastifyInstance, FastifySchema } from 'fastify'
import type { OpenAPIV3_1 } from 'openapi-types'
import { version } from '../version.ts'
import { keepUsedSchemas } from './used-components.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The OpenAPI document of the control plane. */
    controlDocument: FastifyInstance['swagger']
  }
}

const DESCRIPTION = `What a test controls: sites and what they hold, their clocks and faults, the journal of what clients sent, tokens
and their explanation. It is the sandbox's own; the vendor has nothing like it. A site is the unit of isolation. What is
refused is answered with a problem document (RFC 9457).`

/** Collects the routes of the control plane into its OpenAPI 3.1 document. Register it before them. */
export function describeControlPlane(app: FastifyInstance): void {
  app.register(swagger, {
    decorator: 'controlDocument',
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Control plane of the journeys sandbox',
        version,
        description: DESCRIPTION,
        license: { name: 'MIT', identifier: 'MIT' },
      },
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
    transform: ({ schema, url, route }) => ({
      schema: route.config?.control ? schema : ({ ...schema, hide: true } as FastifySchema),
      url,
    }),
    transformObject: document =>
      keepUsedSchemas((document as { openapiObject: OpenAPIV3_1.Document }).openapiObject),
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? `def-${index}`),
    },
  })
}
