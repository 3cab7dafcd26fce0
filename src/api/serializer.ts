import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'
import type { TSchema } from '@sinclair/typebox'
import type { FastifySerializerCompiler } from 'fastify/types/schema.js'

const compiled = new Map<string, (body: unknown) => string>()

/**
 * Fastify's own serialisation, which lets nothing out that is not in the schema, but compiled once for each named schema
 * and not once for each status of each route: compiling is most of what a start takes.
 */
export function sharedSerializers(schemas: readonly TSchema[]): FastifySerializerCompiler<unknown> {
  const compile = SerializerSelector()(Object.fromEntries(schemas.map(schema => [schema.$id, schema])))
  return route => {
    const { $ref = '' } = route.schema as { $ref?: string }
    const known =
      compiled.get($ref) ?? compile({ ...route, httpStatus: route.httpStatus ?? '', schema: { $ref } })
    compiled.set($ref, known)
    return known
  }
}
