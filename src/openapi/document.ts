import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import type { FastifyContextConfig, FastifySchema } from 'fastify'
import type { OpenAPIV3_1 } from 'openapi-types'
import { version } from '../version.ts'
import { keepUsedSchemas } from './used-components.ts'

export interface Plane {
  title: string
  description: string
  /** Whether a route belongs into the document. */
  has(config: FastifyContextConfig): boolean
  /** What only this document has: servers, tags, security. */
  openapi: Partial<OpenAPIV3_1.Document>
  /** What is still to be done to it. */
  finish?(document: OpenAPIV3_1.Document): OpenAPIV3_1.Document
}

/** How the OpenAPI 3.1 document of a plane is collected: its own routes, and the schemas that these lead to. */
export const documentOf = ({
  title,
  description,
  has,
  openapi,
  finish = document => document,
}: Plane): FastifyDynamicSwaggerOptions => ({
  openapi: {
    openapi: '3.1.0',
    info: { title, version, description, license: { name: 'MIT', identifier: 'MIT' } },
    ...(openapi as object),
  },
  transform: ({ schema, url, route }) => ({
    schema: has(route.config ?? {}) ? schema : ({ ...schema, hide: true } as FastifySchema),
    url,
  }),
  transformObject: document =>
    finish(keepUsedSchemas((document as { openapiObject: OpenAPIV3_1.Document }).openapiObject)),
  refResolver: {
    buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? `def-${index}`),
  },
})
