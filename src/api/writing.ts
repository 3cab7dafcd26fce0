import type { TSchema } from '@sinclair/typebox'
import type { ExtendedByOperation } from '../contract/extension.ts'
import type { JsonObject } from '../contract/json.ts'
import type { OperationId } from '../contract/operations.ts'
import { schemaAt } from '../contract/schemas.ts'

type Write = (value: unknown) => string

/** Whether an operation does not answer an object at all. */
export const isLeftOut = ({ 'x-answers': answers }: ExtendedByOperation, operation: OperationId): boolean =>
  answers?.[operation]?.left_out === true

/**
 * Makes what writes a value as JSON: only what the schema names, in the order of the schema, so that nothing else is let
 * out and the same facts are always the same bytes. Where an object is extended, it is completed by what the seed says
 * another server answered. Objects without properties of their own are written whole.
 */
export function writer(schema: TSchema, operation: OperationId): Write {
  const { $ref, items, properties } = schema as {
    $ref?: string
    items?: TSchema
    properties?: Record<string, TSchema>
  }
  if ($ref !== undefined) return writer(schemaAt($ref), operation)
  if (items) return listWriter(writer(items, operation), operation)
  return properties ? objectWriter(properties, operation) : writeWhole
}

// What stands for itself between quotes. JSON escapes the rest, or may.
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/

const writeWhole: Write = value =>
  typeof value === 'string' && PLAIN.test(value) ? `"${value}"` : JSON.stringify(value)

/**
 * The same text, copied. What was put together is kept by V8 as the tree of its parts, which takes many times the memory
 * and is walked anew for every answer it becomes part of.
 */
const inOnePiece = (text: string): string => Buffer.from(text).toString()

function listWriter(write: Write, operation: OperationId): Write {
  return list => {
    let text = ''
    for (const part of list as ExtendedByOperation[]) {
      if (!isLeftOut(part, operation)) text += (text === '' ? '' : ',') + write(part)
    }
    return `[${text}]`
  }
}

function objectWriter(properties: Record<string, TSchema>, operation: OperationId): Write {
  const parts = Object.entries(properties).map(
    ([name, part]) => [name, `${JSON.stringify(name)}:`, writer(part, operation)] as const,
  )
  // What is frozen is the same for as long as it is there.
  const written = new WeakMap<object, string>()

  function writeAnew(value: JsonObject): string {
    if (value['x-extra'] !== undefined || value['x-answers'] !== undefined) return writeExtended(value)
    let text = ''
    for (const [name, prefix, write] of parts) {
      const part = value[name]
      if (part === undefined) continue
      text += (text === '' ? '' : ',') + prefix + (part === null ? 'null' : write(part))
    }
    return `{${text}}`
  }

  function writeExtended(value: JsonObject & ExtendedByOperation): string {
    const { extra, instead, absent = [] } = value['x-answers']?.[operation] ?? {}
    const texts = new Map<string, string>()
    for (const [name, , write] of parts) {
      const part = value[name]
      if (part !== undefined && !absent.includes(name)) texts.set(name, part === null ? 'null' : write(part))
    }
    for (const [name, part] of Object.entries({ ...instead, ...value['x-extra'], ...extra }))
      texts.set(name, JSON.stringify(part))
    return `{${Array.from(texts, ([name, text]) => `${JSON.stringify(name)}:${text}`)}}`
  }

  return value => {
    const object = value as JsonObject
    if (!Object.isFrozen(object)) return writeAnew(object)
    let text = written.get(object)
    if (text === undefined) {
      text = inOnePiece(writeAnew(object))
      written.set(object, text)
    }
    return text
  }
}
