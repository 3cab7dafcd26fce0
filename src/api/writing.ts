import { hash } from 'node:crypto'
import type { TObject, TSchema } from '@sinclair/typebox'
import { type Extended, withExtra } from '../contract/extension.ts'
import type { JsonObject } from '../contract/json.ts'
import { schemaAt } from '../contract/schemas.ts'
import type { Answer } from '../sites/answers.ts'

/** What is to be written of a value: a new one, without anything that is not to be seen. */
type Project = (value: unknown) => unknown

/**
 * Makes what writes the answers of an operation as JSON: only what the schema names, in the order of the schema, so that
 * nothing else is let out and the same facts are always the same bytes. Where an object is extended, it is completed by
 * what the seed says another server answered. Objects without properties of their own are written whole.
 *
 * A frozen answer is the same for as long as it is there, and is written once.
 */
export function writer(schema: TSchema): (answer: object) => Answer {
  const project = projection(schema)
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

function projection(schema: TSchema): Project {
  const shape = shapeOf(schema)
  if (shape.items) {
    const project = projection(shape.items)
    return list => (list as unknown[]).map(project)
  }
  return shape.properties ? objectProjection(shape as TObject) : value => value
}

function objectProjection(schema: TObject): Project {
  const parts = Object.entries(schema.properties).map(([name, part]) => [name, projection(part)] as const)
  return value => {
    const projected: JsonObject = {}
    for (const [name, projectPart] of parts) {
      const part = (value as JsonObject)[name]
      if (part !== undefined) projected[name] = part === null ? null : projectPart(part)
    }
    return withExtra(projected, schema, value as Extended)
  }
}

const shapeOf = (schema: TSchema): TSchema =>
  schema.$ref === undefined ? schema : shapeOf(schemaAt(schema.$ref))
