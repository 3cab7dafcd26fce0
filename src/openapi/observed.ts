import type { OpenAPIV3_1 } from 'openapi-types'
import { ApiError } from '../contract/errors.ts'
import type { OperationId } from '../contract/operations.ts'
import { PROVENANCE_KEYWORD } from '../contract/provenance.ts'
import { propertiesOf, type ShapeSchema } from '../contract/shape.ts'
import type { Ledger } from '../fidelity/entry.ts'
import { errorPropertyId, parameterId, propertyId } from '../fidelity/ledger.ts'

/** The OpenAPI extension that says on which day a team saw a live server agree with a property, or not. */
const OBSERVED_KEYWORD = 'x-observed'

interface Operation {
  operationId: OperationId
  parameters?: { name: string; schema: ShapeSchema }[]
  responses: Record<string, { content: Record<string, { schema: ShapeSchema }> }>
}

/** The document with what a team has seen for itself in place of what the contract says of the same properties. */
export function markObserved(document: OpenAPIV3_1.Document, record: Ledger): OpenAPIV3_1.Document {
  // Not a structured clone, which would keep what the collected schemas share: each property is marked by itself.
  const marked: OpenAPIV3_1.Document = JSON.parse(JSON.stringify(document))
  const schemas = (marked.components?.schemas ?? {}) as Record<string, ShapeSchema>
  const resolve = (reference: string) =>
    schemas[reference.slice(reference.lastIndexOf('/') + 1)] as ShapeSchema
  const seen = new Map(record.entries.map(entry => [entry.id, entry]))
  const mark = (id: string, schema: ShapeSchema) => {
    const entry = seen.get(id)
    if (!entry) return
    schema[PROVENANCE_KEYWORD] = entry.provenance
    schema[OBSERVED_KEYWORD] = entry.observation?.date
  }
  for (const { get } of Object.values(marked.paths as unknown as Record<string, { get: Operation }>)) {
    for (const { name, schema } of get.parameters ?? []) mark(parameterId(get.operationId, name), schema)
    const answer = get.responses[200]?.content['application/json']?.schema ?? {}
    for (const { path, schema } of propertiesOf(answer, resolve))
      mark(propertyId(get.operationId, path), schema)
  }
  const error = schemas[ApiError.$id as string] ?? {}
  for (const { path, schema } of propertiesOf(error, resolve)) mark(errorPropertyId(path), schema)
  return marked
}
