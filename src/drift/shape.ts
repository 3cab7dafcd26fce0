import { type Combine, combiner } from './combine.ts'
import { follow, followAlias, isPart, listOf, type Part, partOf } from './document.ts'

/** What a schema demands, however it is written: OpenAPI 3.0 or 3.1, in one piece or with allOf, oneOf and anyOf. */
export interface Shape {
  /** Sorted, without `null`; null when anything will do. */
  types: readonly string[] | null
  nullable: boolean
  format: string | null
  /** As JSON, sorted, without `null`; null when there is no such list. */
  values: readonly string[] | null
  /** By name; read them when they are needed, as a schema may contain itself. */
  properties: ReadonlyMap<string, unknown>
  required: ReadonlySet<string>
  items: unknown
}

/** Reads schemas of one document. The same schema always gives the same shape, also where it contains itself. */
export type ShapeReader = (schema: unknown) => Shape

/** A shape in the making. `types` includes `null`. */
interface Facets {
  types: ReadonlySet<string> | undefined
  format: string | undefined
  values: ReadonlySet<string> | undefined
  properties: ReadonlyMap<string, unknown>
  required: ReadonlySet<string>
  items: unknown
}

const ANYTHING: Facets = {
  types: undefined,
  format: undefined,
  values: undefined,
  properties: new Map(),
  required: new Set(),
  items: undefined,
}

export function shapeReader(document: Part): ShapeReader {
  const combine = combiner(document)
  const known = new WeakMap<object, Facets>()
  const shapes = new WeakMap<object, Shape>()

  const facetsOf = (schema: unknown): Facets => {
    if (!isPart(schema)) return ANYTHING
    const earlier = known.get(schema)
    if (earlier) return earlier
    // A schema that is all of itself demands nothing more.
    known.set(schema, ANYTHING)
    const facets = read(schema)
    known.set(schema, facets)
    return facets
  }

  const read = (schema: Part): Facets => {
    const referred = typeof schema.$ref === 'string' ? [follow(document, schema)] : []
    const all = [...referred, ...listOf(schema.allOf)].map(facetsOf)
    const choices = [listOf(schema.oneOf), listOf(schema.anyOf)]
      .filter(members => members.length > 0)
      .map(members => either(members.map(facetsOf), combine))
    const facets = [...all, ...choices].reduce((a, b) => both(a, b, combine), own(schema))
    return schema.nullable === true && facets.types
      ? { ...facets, types: facets.types.union(new Set(['null'])) }
      : facets
  }

  return schema => {
    const place = followAlias(document, schema)
    if (!isPart(place)) return toShape(ANYTHING)
    const shape = shapes.get(place) ?? toShape(facetsOf(place))
    shapes.set(place, shape)
    return shape
  }
}

/** Facets without what cannot matter: properties of what is no object, items of what is no array. */
function toShape({ types, format, values, properties, required, items }: Facets): Shape {
  const isObject = types?.has('object') ?? false
  return {
    types: types ? [...types].filter(type => type !== 'null').sort() : null,
    nullable: types?.has('null') ?? false,
    format: format ?? null,
    values: values && values.size > 0 ? [...values].sort() : null,
    properties: isObject ? properties : new Map(),
    required: isObject ? required : new Set(),
    items: types?.has('array') ? items : undefined,
  }
}

/** What the keywords of the schema itself say. */
function own(schema: Part): Facets {
  const values = Array.isArray(schema.enum) ? schema.enum : 'const' in schema ? [schema.const] : undefined
  const types = typesOf(schema, values)
  const named = values?.filter(value => value !== null).map(value => JSON.stringify(value))
  return {
    // A list with null in it is meant to allow null, though in 3.0 the type may not say so.
    types: types && values?.includes(null) ? types.union(new Set(['null'])) : types,
    format: typeof schema.format === 'string' ? schema.format : undefined,
    values: named && named.length > 0 ? new Set(named) : undefined,
    properties: new Map(Object.entries(partOf(schema.properties))),
    required: new Set(listOf(schema.required).map(String)),
    items: schema.items,
  }
}

function typesOf(schema: Part, values: unknown[] | undefined): ReadonlySet<string> | undefined {
  if (typeof schema.type === 'string') return new Set([schema.type])
  if (Array.isArray(schema.type)) return new Set(schema.type.map(String))
  if (values) return new Set(values.map(typeOf))
  if (isPart(schema.properties)) return new Set(['object'])
  return schema.items === undefined ? undefined : new Set(['array'])
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

/** What satisfies both. */
function both(a: Facets, b: Facets, combine: Combine): Facets {
  return {
    types: a.types && b.types ? commonTypes(a.types, b.types) : (a.types ?? b.types),
    format: a.format ?? b.format,
    values: a.values && b.values ? a.values.intersection(b.values) : (a.values ?? b.values),
    properties: merge([a, b], members => combine('allOf', members)),
    required: a.required.union(b.required),
    items:
      a.items === undefined || b.items === undefined
        ? (a.items ?? b.items)
        : combine('allOf', [a.items, b.items]),
  }
}

function commonTypes(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  const integer = (a.has('integer') && b.has('number')) || (a.has('number') && b.has('integer'))
  return integer ? a.intersection(b).union(new Set(['integer'])) : a.intersection(b)
}

/** What satisfies one of several. */
function either(all: Facets[], combine: Combine): Facets {
  const some = all.filter(({ types }) => !(types?.size === 1 && types.has('null')))
  const [first = ANYTHING, ...rest] = some
  const types = all.map(facets => facets.types)
  const values = some.map(facets => facets.values)
  const objects = some.filter(facets => facets.types?.has('object') ?? true).map(({ required }) => required)
  const items = some.flatMap(facets => (facets.items === undefined ? [] : [facets.items]))
  return {
    types: types.reduce((a, b) => a && b && a.union(b)),
    format: rest.every(({ format }) => format === first.format) ? first.format : undefined,
    values: values.length > 0 ? values.reduce((a, b) => a && b && a.union(b)) : undefined,
    properties: merge(some, members => combine('anyOf', members)),
    required: objects.length > 0 ? objects.reduce((a, b) => a.intersection(b)) : new Set(),
    items: items.length > 0 ? combine('anyOf', items) : undefined,
  }
}

function merge(all: Facets[], combined: (members: unknown[]) => unknown): Map<string, unknown> {
  const named = Map.groupBy(
    all.flatMap(({ properties }) => [...properties]),
    ([name]) => name,
  )
  return new Map([...named].map(([name, members]) => [name, combined(members.map(([, schema]) => schema))]))
}
