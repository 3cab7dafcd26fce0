import { isDeepStrictEqual } from 'node:util'
import type { OpenAPIV3_1 } from 'openapi-types'
import { isObject } from '../contract/json.ts'

type Schemas = NonNullable<OpenAPIV3_1.ComponentsObject['schemas']>

/** Titles that can be the name of a component. */
const NAME = /^[A-Z][A-Za-z]+$/

/**
 * Moves every schema with a title to the components of the document, and refers to it. A reference keeps a description of
 * its own. @throws {Error} when two different schemas have the same title
 */
export function nameSchemas(document: OpenAPIV3_1.Document): OpenAPIV3_1.Document {
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
