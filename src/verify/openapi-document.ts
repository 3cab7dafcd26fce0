import { ConfigError } from '../config.ts'
import { isObject, type JsonObject } from '../contract/json.ts'
import { explainNetworkError } from './live-api.ts'

/** Where the vendor publishes its OpenAPI document: CONTRACT.md, opening (D). Only `drift` asks for it. */
export const VENDOR_DOCUMENT = 'https://annexcloud.redocly.app/_spec/loyalty/loyalty.yaml'

const DOWNLOAD_TIMEOUT_MS = 15_000
const LARGEST_DOWNLOAD_BYTES = 20 * 1024 * 1024

/** The value if it is an object, otherwise an empty object. */
export const partOf = (value: unknown): JsonObject => (isObject(value) ? value : {})

/** The value if it is an array, otherwise an empty array. */
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

export const isUrl = (source: string): boolean => /^https?:/i.test(source)

/**
 * Reads an OpenAPI 3 document in JSON or YAML with every reference in it, also into other files, replaced by what it refers to.
 * `source` is a path, a URL, or the document itself. A schema that contains itself is then a circular object.
 * @throws {ConfigError} when it cannot be read, or is not an OpenAPI 3 document
 */
export async function readOpenApi(source: string | JsonObject): Promise<JsonObject> {
  const name = typeof source === 'string' ? source : 'the document'
  const document = await dereference(source, name)
  if (!isObject(document)) throw new ConfigError(`${name} is not an OpenAPI document`)
  if ('swagger' in document) {
    throw new ConfigError(`${name} is Swagger ${document.swagger}; convert it to OpenAPI 3 first`)
  }
  if (!/^3\./.test(String(document.openapi))) {
    throw new ConfigError(`${name} is not an OpenAPI 3 document: "openapi" must be 3.0.x or 3.1.x`)
  }
  if (Object.keys(partOf(document.paths)).length === 0) throw new ConfigError(`${name} has no paths`)
  const circle = remainingReference(document, new Set())
  if (circle !== undefined) throw new ConfigError(`${name}: $ref "${circle}" leads in a circle`)
  return document
}

/** The first reference that leads back to itself, and so cannot be replaced. */
function remainingReference(value: unknown, seen: Set<unknown>): string | undefined {
  if (typeof value !== 'object' || value === null || seen.has(value)) return undefined
  seen.add(value)
  const { $ref } = value as JsonObject
  if (typeof $ref === 'string') return $ref
  for (const inner of Object.values(value)) {
    const found = remainingReference(inner, seen)
    if (found !== undefined) return found
  }
  return undefined
}

async function dereference(source: string | JsonObject, name: string): Promise<unknown> {
  const { $RefParser } = await import('@apidevtools/json-schema-ref-parser')
  const download = { order: 1, canRead: /^https?:/i, read: ({ url }: { url: string }) => downloaded(url) }
  try {
    return await new $RefParser().dereference(source, {
      // Without these two, a login page would be accepted as a text document.
      parse: { text: false, binary: false },
      // A downloaded document must not read files of this machine.
      resolve: { http: false, download, ...(typeof source === 'string' && isUrl(source) && { file: false }) },
    })
  } catch (error) {
    throw new ConfigError(`${name} cannot be read as an OpenAPI document: ${reasonOf(error as Error)}`)
  }
}

/** @throws {Error} with the reason why there is no document */
async function downloaded(url: string): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) })
    if (!response.ok) throw new Error(`the server answered ${response.status}`)
    for await (const chunk of response.body ?? []) {
      size += chunk.length
      if (size > LARGEST_DOWNLOAD_BYTES)
        throw new Error(`it has more than ${LARGEST_DOWNLOAD_BYTES >> 20} MiB`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  } catch (error) {
    const { name } = error as Error
    if (name === 'TimeoutError') throw new Error(`it did not arrive within ${DOWNLOAD_TIMEOUT_MS / 1000} s`)
    throw new Error(explainNetworkError(error as Error))
  }
}

function reasonOf({ message }: Error): string {
  if (message.endsWith('is not a valid JSON Schema')) return 'it is neither JSON nor YAML'
  return (message.split('\n')[0] as string).trim()
}

/** What a schema requires of a value, in OpenAPI 3.0 or 3.1, with allOf, oneOf and anyOf resolved. */
export interface Shape {
  /** With `null` where that is allowed; undefined where any type is. */
  types: ReadonlySet<string> | undefined
  format: string | undefined
  /** As JSON, without `null`; undefined where any value is allowed. */
  values: ReadonlySet<string> | undefined
  properties: ReadonlyMap<string, unknown>
  required: ReadonlySet<string>
  items: unknown
}

const ANYTHING: Shape = {
  types: undefined,
  format: undefined,
  values: undefined,
  properties: new Map(),
  required: new Set(),
  items: undefined,
}

/** The shape of a schema without references. Properties and items are schemas, as these may contain themselves. */
export function shapeOf(schema: unknown): Shape {
  const { types, properties, required, items, ...rest } = combined(schema, new Set())
  const has = (type: string) => types?.has(type) === true
  return {
    ...{ ...rest, types },
    properties: has('object') ? properties : ANYTHING.properties,
    required: has('object') ? required : ANYTHING.required,
    items: has('array') ? items : undefined,
  }
}

/** `within` are the schemas around this one; a schema inside itself adds no requirement. */
function combined(schema: unknown, within: ReadonlySet<unknown>): Shape {
  if (!isObject(schema) || within.has(schema)) return ANYTHING
  const inside = new Set(within).add(schema)
  const read = (parts: unknown): Shape[] => listOf(parts).map(part => combined(part, inside))
  const choices = [read(schema.oneOf), read(schema.anyOf)].filter(parts => parts.length > 0)
  const shape = [...read(schema.allOf), ...choices.map(either)].reduce(both, ownShape(schema))
  if (schema.nullable !== true || !shape.types) return shape
  return { ...shape, types: new Set([...shape.types, 'null']) }
}

/** The requirements of the schema itself, without those of allOf, oneOf and anyOf. */
function ownShape(schema: JsonObject): Shape {
  const values = Array.isArray(schema.enum) ? schema.enum : 'const' in schema ? [schema.const] : undefined
  const types = typesOf(schema, values)
  const named = values?.filter(value => value !== null).map(value => JSON.stringify(value)) ?? []
  return {
    // In OpenAPI 3.0, null in an enum allows null, even if the type does not.
    types: types && new Set(values?.includes(null) ? [...types, 'null'] : types),
    format: typeof schema.format === 'string' ? schema.format : undefined,
    values: named.length > 0 ? new Set(named) : undefined,
    properties: new Map(Object.entries(partOf(schema.properties))),
    required: new Set(listOf(schema.required).map(String)),
    items: schema.items,
  }
}

function typesOf(schema: JsonObject, values: unknown[] | undefined): string[] | undefined {
  if (schema.type !== undefined) return [schema.type].flat().map(String)
  if (values)
    return values.map(value => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value))
  if (isObject(schema.properties)) return ['object']
  return schema.items === undefined ? undefined : ['array']
}

/** The requirements of both. */
const both = (a: Shape, b: Shape): Shape => ({
  types: a.types && b.types ? commonTypes(a.types, b.types) : (a.types ?? b.types),
  format: a.format ?? b.format,
  values: a.values && b.values ? a.values.intersection(b.values) : (a.values ?? b.values),
  properties: merged([a, b], 'allOf'),
  required: a.required.union(b.required),
  items:
    a.items !== undefined && b.items !== undefined ? { allOf: [a.items, b.items] } : (a.items ?? b.items),
})

function commonTypes(a: ReadonlySet<string>, b: ReadonlySet<string>): Set<string> {
  const isInteger = (a.has('integer') && b.has('number')) || (a.has('number') && b.has('integer'))
  return isInteger ? a.intersection(b).add('integer') : a.intersection(b)
}

/** The requirements that several shapes have in common. */
function either(all: Shape[]): Shape {
  const some = all.filter(({ types }) => !(types?.size === 1 && types.has('null')))
  const objects = some.filter(({ types }) => types?.has('object') ?? true)
  const items = some.flatMap(shape => (shape.items === undefined ? [] : [shape.items]))
  const [first = ANYTHING] = some
  return {
    types: all.map(({ types }) => types).reduce((a, b) => a && b && a.union(b)),
    format: some.every(({ format }) => format === first.format) ? first.format : undefined,
    values: some.map(({ values }) => values).reduce((a, b) => a && b && a.union(b), first.values),
    properties: merged(some, 'anyOf'),
    required: objects
      .map(({ required }) => required)
      .reduce((a, b) => a.intersection(b), objects[0]?.required ?? ANYTHING.required),
    items: items.length > 1 ? { anyOf: items } : items[0],
  }
}

/** The properties of all shapes; the schemas of one that several have are combined by the keyword. */
function merged(shapes: Shape[], keyword: 'allOf' | 'anyOf'): Map<string, unknown> {
  const byName = Map.groupBy(
    shapes.flatMap(({ properties }) => [...properties]),
    ([name]) => name,
  )
  return new Map(
    [...byName].map(([name, all]) => {
      const schemas = all.map(([, schema]) => schema)
      return [name, schemas.length === 1 ? schemas[0] : { [keyword]: schemas }]
    }),
  )
}
