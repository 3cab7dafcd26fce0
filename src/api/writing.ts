import { hash } from 'node:crypto'
import type { TSchema } from '@sinclair/typebox'
import type { ExtendedByOperation } from '../contract/extension.ts'
import type { JsonObject } from '../contract/json.ts'
import type { OperationId } from '../contract/operations.ts'
import { schemaAt } from '../contract/schemas.ts'
import type { Json } from '../sites/answers.ts'

/** What is to be written of a value: a new one, without anything that is not to be seen. */
type Project = (value: unknown) => unknown
type Write<Value> = (value: Value) => Json

interface Shape {
  $ref?: string
  items?: TSchema
  properties?: Record<string, TSchema>
}

/** Whether an operation does not answer an object at all. */
export const isLeftOut = ({ 'x-answers': answers }: ExtendedByOperation, operation: OperationId): boolean =>
  answers?.[operation]?.left_out === true

const isExtended = (value: ExtendedByOperation): boolean =>
  value['x-extra'] !== undefined || value['x-answers'] !== undefined

/**
 * Makes what writes the answers of an operation as JSON: only what the schema names, in the order of the schema, so that
 * nothing else is let out and the same facts are always the same bytes. Where an object is extended, it is completed by
 * what the seed says another server answered. Objects without properties of their own are written whole.
 *
 * What is frozen, an answer or an item of its list, is the same for as long as it is there, and is written once.
 */
export function writer(schema: TSchema, operation: OperationId): Write<object> {
  const writeWhole = objectWriter(schema, operation)
  const parts = Object.entries(shapeOf(schema).properties ?? {}).map(([name, part]) => {
    const { items } = shapeOf(part)
    const write = items ? listWriter(items, operation) : valueWriter(part, operation)
    return { name, prefix: `${JSON.stringify(name)}:`, write: write as Write<unknown> }
  })

  function writeInParts(answer: JsonObject): Json {
    const pieces: Json[] = []
    for (const { name, prefix, write } of parts) {
      const part = answer[name]
      if (part === undefined) continue
      const { text, isAscii, digest } = write(part)
      pieces.push({ text: prefix + text, isAscii, digest: digest && prefix + digest })
    }
    return enclosed('{', pieces, '}')
  }

  return answer =>
    Object.isFrozen(answer) || isExtended(answer) ? writeWhole(answer) : writeInParts(answer as JsonObject)
}

/** Pieces with commas between them, in brackets. */
function enclosed(open: string, pieces: Json[], close: string): Json {
  let isAscii = true
  let isDigested = false
  for (const piece of pieces) {
    isAscii &&= piece.isAscii
    isDigested ||= piece.digest !== undefined
  }
  const enclose = (texts: string[]) => `${open}${texts}${close}`
  return {
    text: enclose(pieces.map(({ text }) => text)),
    isAscii,
    digest: isDigested ? enclose(pieces.map(({ text, digest = text }) => digest)) : undefined,
  }
}

function listWriter(items: TSchema, operation: OperationId): Write<object[]> {
  const write = objectWriter(items, operation)
  return list => enclosed('[', shownOf(list, operation).map(write), ']')
}

function objectWriter(schema: TSchema, operation: OperationId): Write<object> {
  const write = valueWriter(schema, operation)
  const written = new WeakMap<object, Json>()
  return object => {
    if (!Object.isFrozen(object)) return write(object)
    let json = written.get(object)
    if (json === undefined) {
      json = write(object)
      json.digest = hash('sha1', json.text, 'base64url')
      written.set(object, json)
    }
    return json
  }
}

/** Writes a value in one go, which is the fastest there is. */
function valueWriter(schema: TSchema, operation: OperationId): Write<unknown> {
  const project = projection(schema, operation)
  return value => {
    const text = JSON.stringify(value === null ? null : project(value))
    return { text, isAscii: Buffer.byteLength(text) === text.length, digest: undefined }
  }
}

function projection(schema: TSchema, operation: OperationId): Project {
  const { items, properties } = shapeOf(schema)
  if (items) {
    const project = projection(items, operation)
    return list => shownOf(list as object[], operation).map(project)
  }
  return properties ? objectProjection(properties, operation) : value => value
}

function objectProjection(properties: Record<string, TSchema>, operation: OperationId): Project {
  const parts = Object.entries(properties).map(([name, part]) => [name, projection(part, operation)] as const)

  function project(value: JsonObject): JsonObject {
    const projected: JsonObject = {}
    for (const [name, projectPart] of parts) {
      const part = value[name]
      if (part !== undefined) projected[name] = part === null ? null : projectPart(part)
    }
    return projected
  }

  return value => {
    const projected = project(value as JsonObject)
    return isExtended(value as JsonObject) ? extended(projected, value as ExtendedByOperation) : projected
  }

  function extended(projected: JsonObject, { 'x-extra': always, 'x-answers': answers }: ExtendedByOperation) {
    const { extra, instead, absent = [] } = answers?.[operation] ?? {}
    for (const name of absent) delete projected[name]
    return { ...projected, ...instead, ...always, ...extra }
  }
}

const shownOf = (list: object[], operation: OperationId): object[] =>
  list.filter(part => !isLeftOut(part, operation))

const shapeOf = (schema: TSchema): Shape => {
  const { $ref } = schema as Shape
  return $ref === undefined ? (schema as Shape) : shapeOf(schemaAt($ref))
}
