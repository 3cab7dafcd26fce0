import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import type { FastifySchema, RouteOptions } from 'fastify'
import type { OpenAPIV3_1 } from 'openapi-types'
import { version } from '../version.ts'

interface CollectorOptions {
  title: string
  description: string
  /** Whether a route belongs to the document. */
  includes(route: RouteOptions): boolean
  /** What the routes do not say: servers, tags, security. */
  openapi: Partial<OpenAPIV3_1.Document>
  /** Completes the document. */
  finish(document: OpenAPIV3_1.Document): OpenAPIV3_1.Document
}

/** The options by which @fastify/swagger collects an OpenAPI 3.1 document of some routes and the schemas they use. */
export const collectorOf = ({
  title,
  description,
  includes,
  openapi,
  finish,
}: CollectorOptions): FastifyDynamicSwaggerOptions => ({
  openapi: {
    openapi: '3.1.0',
    info: { title, version, description, license: { name: 'MIT', identifier: 'MIT' } },
    ...(openapi as object),
  },
  transform: ({ schema, url, route }) => ({
    schema: includes(route) ? schema : ({ ...schema, hide: true } as FastifySchema),
    url,
  }),
  transformObject: document =>
    finish(keepUsedSchemas((document as { openapiObject: OpenAPIV3_1.Document }).openapiObject)),
  refResolver: {
    buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? `def-${index}`),
  },
})

const REFERENCE = /"#\/components\/schemas\/([^"]+)"/g

/** Removes the schemas that no operation of the document uses: the APIs share an app, not their documents. */
function keepUsedSchemas(document: OpenAPIV3_1.Document): OpenAPIV3_1.Document {
  const schemas = document.components?.schemas ?? {}
  const used = new Set<string>()
  const note = (part: unknown) => {
    for (const [, name] of JSON.stringify(part).matchAll(REFERENCE)) used.add(name as string)
  }
  note(document.paths)
  for (const name of used) note(schemas[name])
  const kept = Object.entries(schemas).filter(([name]) => used.has(name))
  return { ...document, components: { ...document.components, schemas: Object.fromEntries(kept) } }
}
