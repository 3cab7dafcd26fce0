import { PROVENANCE_KEYWORD, type Provenance } from '../contract/provenance.ts'
import { changed, type Difference, extra, missing, type Place } from './difference.ts'
import { followAlias, join, type Part, partOf, pointersOf } from './document.ts'
import { pair } from './pair.ts'
import { type Shape, type ShapeReader, shapeReader } from './shape.ts'

export interface SchemaComparison {
  readOurs: ShapeReader
  readTheirs: ShapeReader
  /** How a schema of theirs differs from one of ours; `around` is where ours is used. */
  compare(ours: unknown, theirs: unknown, around: Place): Difference[]
}

/** Compares schemas of two documents. */
export function schemaComparison(ours: Part, theirs: Part): SchemaComparison {
  const [readOurs, readTheirs, pointers] = [shapeReader(ours), shapeReader(theirs), pointersOf(ours)]
  // The pairs being compared: where both contain themselves, there is nothing new further in.
  const open = new Map<Shape, Set<Shape>>()

  const placeOf = (schema: unknown, around: Place): Place => {
    const target = partOf(followAlias(ours, schema))
    return {
      ...around,
      pointer: pointers.get(target) ?? around.pointer,
      provenance: (target[PROVENANCE_KEYWORD] as Provenance | undefined) ?? around.provenance,
    }
  }

  const compare = (mine: unknown, other: unknown, around: Place): Difference[] => {
    const [our, their] = [readOurs(mine), readTheirs(other)]
    const pairs = open.get(our) ?? new Set()
    if (pairs.has(their)) return []
    open.set(our, pairs.add(their))
    const place = placeOf(mine, around)
    const found = differentType(our, their)
      ? [changed('type', place, describe(our), describe(their))]
      : [
          ...compareFacets(our, their, place),
          ...compareProperties(our, their, place),
          ...compareItems(our, their, place),
        ]
    pairs.delete(their)
    return found
  }

  const compareProperties = (our: Shape, their: Shape, place: Place): Difference[] =>
    pair(our.properties, their.properties).flatMap(({ key, ours, theirs }) => {
      const path = place.path === '' ? key : `${place.path}.${key}`
      const at = placeOf(ours, { ...place, path, pointer: join(place.pointer, 'properties', key) })
      const [needed, demanded] = [our.required.has(key), their.required.has(key)]
      if (ours === undefined) return [missing('property', at, describe(readTheirs(theirs), demanded))]
      if (theirs === undefined) return [extra('property', at, describe(readOurs(ours), needed))]
      const required = needed === demanded ? [] : [changed('required', at, needed, demanded)]
      return [...required, ...compare(ours, theirs, at)]
    })

  const compareItems = (our: Shape, their: Shape, place: Place): Difference[] =>
    our.items === undefined && their.items === undefined
      ? []
      : compare(our.items, their.items, {
          ...place,
          path: `${place.path}[]`,
          pointer: join(place.pointer, 'items'),
        })

  return { readOurs, readTheirs, compare }
}

/** Whether anything but null is of another type. */
export const differentType = (a: Shape, b: Shape): boolean => a.types?.join() !== b.types?.join()

function compareFacets(our: Shape, their: Shape, place: Place): Difference[] {
  const facets = [
    ['nullable', our.nullable, their.nullable],
    ['format', our.format, their.format],
    ['enum', our.values?.map(parse) ?? null, their.values?.map(parse) ?? null],
  ] as const
  return facets.flatMap(([aspect, ours, theirs]) =>
    JSON.stringify(ours) === JSON.stringify(theirs) ? [] : [changed(aspect, place, ours, theirs)],
  )
}

const parse = (text: string): unknown => JSON.parse(text)

/** A shape in a few words, such as `required string | null (uuid)`. */
export function describe({ types, nullable, format }: Shape, required = false): string {
  const names = types ? [...types, ...(nullable ? ['null'] : [])].join(' | ') : 'anything'
  return `${required ? 'required ' : ''}${names}${format ? ` (${format})` : ''}`
}
