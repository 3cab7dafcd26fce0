import { hash } from 'node:crypto'
import type { TSchema } from '@sinclair/typebox'
import type { ExtendedByOperation } from '../contract/extension.ts'
import type { JsonObject } from '../contract/json.ts'
import type { OperationId } from '../contract/operations.ts'
import { schemaAt } from '../contract/schemas.ts'
import type { Answer } from '../sites/answers.ts'

/** What is to be written of a value: a new one, without anything that is not to be seen. */
type Project = (value: unknown) => unknown

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
 * A frozen answer is the same for as long as it is there, and is written once.
 */
export function writer(schema: TSchema, operation: OperationId): (answer: object) => Answer {
  const project = projection(schema, operation)
  const write = (answer: object) => answerOf(JSON.stringify(project(answer)))
  const written = new WeakMap<object, Answer>()

  function writeOnce(answer: object): Answer {
    const known = written.get(answer)
    if (known) return known
    const made = write(answer)
    written.set(answer, made)
    return made
  }

  return answer => (Object.isFrozen(answer) ? writeOnce(answer) : write(answer))
}

const answerOf = (text: string): Answer => ({
  body: sendable(text),
  etag: `"${hash('sha1', text, 'base64url')}"`,
})

// What Node sends in one piece with its headers, as long as it is text without a character beyond ASCII.
const ONE_PIECE = 12 * 1024

/** A short answer as text, which is written together with its headers; any other as bytes, which need no encoding. */
function sendable(text: string): string | Buffer {
  const isAscii = Buffer.byteLength(text) === text.length
  return isAscii && text.length <= ONE_PIECE ? text : Buffer.from(text)
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
