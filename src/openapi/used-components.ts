import type { OpenAPIV3_1 } from 'openapi-types'

const REFERENCE = /"#\/components\/schemas\/([^"]+)"/g

/** Leaves in a document the schemas that its operations lead to: the planes share a server, not their documents. */
export function keepUsedSchemas(document: OpenAPIV3_1.Document): OpenAPIV3_1.Document {
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
