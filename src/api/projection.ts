import type { TSchema } from '@sinclair/typebox'
import type { JsonObject } from '../contract/json.ts'
import { schemaAt } from '../contract/schemas.ts'

type Project = (value: never) => unknown

/**
 * Makes what copies of a value only what its schema names, in the order of the schema: nothing else is let out, and
 * the same facts are always the same bytes. Objects without properties of their own are taken whole.
 */
export function projection(schema: TSchema): Project {
  const { $ref, items, properties } = schema as {
    $ref?: string
    items?: TSchema
    properties?: Record<string, TSchema>
  }
  if ($ref !== undefined) return projection(schemaAt($ref))
  if (items) {
    const project = projection(items)
    return (list: never[]) => list.map(project)
  }
  if (!properties) return value => value
  const parts = Object.entries(properties).map(([name, part]) => [name, projection(part)] as const)
  return (value: JsonObject) => {
    const copy: JsonObject = {}
    for (const [name, project] of parts) {
      const part = value[name]
      if (part !== undefined) copy[name] = part === null ? null : project(part as never)
    }
    return copy
  }
}
