import { ConfigError } from '../config.ts'
import { isObject, type JsonObject } from '../contract/json.ts'

/** An object in a document that others wrote: anything may be in it, or missing. */
export type Part = JsonObject

export const isPart: (value: unknown) => value is Part = isObject

/** What should be an object; an empty one when it is not. */
export const partOf = (value: unknown): Part => (isPart(value) ? value : {})

/** What should be an array; an empty one when it is not. */
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

const LONGEST_CHAIN = 100

/** What stands at the end of a chain of local references. @throws {ConfigError} when one leads nowhere, or in a circle */
export function follow(document: Part, value: unknown): unknown {
  let place = value
  for (let steps = 0; isPart(place) && typeof place.$ref === 'string'; steps++) {
    if (steps === LONGEST_CHAIN) throw new ConfigError(`$ref "${place.$ref}" leads in a circle`)
    place = lookUp(document, place.$ref)
  }
  return place
}

/** A schema, or the one that it does nothing but refer to. */
export const followAlias = (document: Part, schema: unknown): unknown =>
  isPart(schema) && Object.keys(schema).join() === '$ref' ? follow(document, schema) : schema

/** The value of a local reference, such as `#/components/schemas/Journey`. @throws {ConfigError} */
export function lookUp(document: Part, reference: string): unknown {
  const [file, pointer = ''] = reference.split('#', 2)
  let place: unknown = document
  for (const key of pointer.split('/').slice(1).map(keyOf)) {
    place = isPart(place) || Array.isArray(place) ? (place as Part)[key] : undefined
  }
  if (file !== '' || place === undefined) throw new ConfigError(`$ref "${reference}" leads nowhere`)
  return place
}

const keyOf = (key: string): string => decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~')

/** The JSON pointer of every object of a document. */
export function pointersOf(document: Part): WeakMap<object, string> {
  const pointers = new WeakMap<object, string>()
  const visit = (value: unknown, pointer: string): void => {
    if (typeof value !== 'object' || value === null) return
    pointers.set(value, pointer)
    for (const [key, inner] of Object.entries(value)) visit(inner, join(pointer, key))
  }
  visit(document, '')
  return pointers
}

/** A JSON pointer, longer by these keys. */
export const join = (pointer: string, ...keys: string[]): string =>
  [pointer, ...keys.map(key => key.replaceAll('~', '~0').replaceAll('/', '~1'))].join('/')
