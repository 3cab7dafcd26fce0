import type { Provenance } from '../contract/formats.ts'
import type { JsonObject } from '../contract/json.ts'
import type { OperationId } from '../contract/operations.ts'
import { type Shape, shapeOf } from './openapi-document.ts'
import { credentialHeaders, type Operation, provenanceOf, readOperations } from './openapi-operations.ts'

/** A difference between the vendor's document and ours. */
export interface Difference {
  /** `missing`: only theirs has it. `extra`: only ours has it. */
  kind: 'missing' | 'extra' | 'changed'
  /** For example `operation`, `parameter`, `property`, `type` or `enum`. */
  aspect: string
  /** Where it is, such as `getJourney 200 nodes[].type`; a schema of several responses has several places. */
  places: string[]
  /** The value in each document; null where it has none. */
  ours: unknown
  theirs: unknown
  /** The provenance of our value; null for what ours lacks. */
  provenance: Provenance | null
}

/** A place in our document. */
interface Place {
  /** The operation and its part, such as `getJourney 200`. */
  of: string
  /** The path in a schema, such as `nodes[].type`; empty outside of one. */
  path: string
  provenance: Provenance
}

type Found = Omit<Difference, 'places'> & { place: Place }

const missing = (aspect: string, place: Place, theirs: unknown): Found => ({
  ...{ kind: 'missing', aspect, place, ours: null, theirs, provenance: null },
})
const extra = (aspect: string, place: Place, ours: unknown): Found => ({
  ...{ kind: 'extra', aspect, place, ours, theirs: null, provenance: place.provenance },
})
const changed = (aspect: string, place: Place, ours: unknown, theirs: unknown): Found[] =>
  JSON.stringify(ours) === JSON.stringify(theirs)
    ? []
    : [{ kind: 'changed', aspect, place, ours, theirs, provenance: place.provenance }]

/**
 * The differences between two documents in the four operations, those of inferred parts first. Both are without references, and no
 * schema of ours contains itself.
 */
export function compareDocuments(ours: JsonObject, theirs: JsonObject): Difference[] {
  const credentials = credentialHeaders(ours, theirs)
  const theirOperations = readOperations(theirs, credentials)
  return arrange(
    [...readOperations(ours, credentials)].flatMap(([id, our]) => {
      // The four operations are documented; their parts have a provenance of their own.
      const place: Place = { of: id, path: '', provenance: 'documented' }
      const their = theirOperations.get(id)
      return their ? compareOperations(id, our, their, place) : [extra('operation', place, `GET ${our.path}`)]
    }),
  )
}

const ORDER = ['inferred', null, 'observed', 'documented']

/** Joins the same difference in several places, and sorts by provenance. */
function arrange(found: Found[]): Difference[] {
  const groups = Map.groupBy(found, ({ place, ...said }) => JSON.stringify([said, place.path]))
  return [...groups.values()]
    .map(group => {
      const [{ place: _, ...said }] = group as [Found]
      const names = group.map(({ place: { of, path } }) => `${of} ${path}`.trimEnd())
      return { ...said, places: [...new Set(names)] }
    })
    .sort((a, b) => ORDER.indexOf(a.provenance) - ORDER.indexOf(b.provenance))
}

function compareOperations(id: OperationId, our: Operation, their: Operation, place: Place): Found[] {
  const securityPlace = { ...place, provenance: our.securityProvenance }
  return [
    ...(our.template === their.template ? [] : changed('path', place, our.path, their.path)),
    ...changed('operationId', place, id, their.operationId ?? id),
    ...changed('security', securityPlace, our.security.join(', or '), their.security.join(', or ')),
    ...compareParameters(our, their, place),
    ...compareResponses(our, their, place),
  ]
}

const compareParameters = (our: Operation, their: Operation, place: Place): Found[] =>
  pair(our.parameters, their.parameters).flatMap(([key, mine, other]) => {
    const at = { ...place, of: `${place.of} ${key}` }
    if (!mine) return other ? [missing('parameter', at, describe(other.schema, other.required))] : []
    // A parameter of the path need not be described.
    if (!other && mine.in === 'path') return []
    if (!other) return [extra('parameter', at, describe(mine.schema, mine.required))]
    return [
      ...changed('required', at, mine.required, other.required),
      ...compareSchemas(mine.schema, other.schema, at),
    ]
  })

const compareResponses = (our: Operation, their: Operation, place: Place): Found[] =>
  pair(our.responses, their.responses, status => [status, `${status[0]}XX`, 'default']).flatMap(
    ([status, mine, other]) => {
      const at = { ...place, of: `${place.of} ${status}`, provenance: mine?.provenance ?? place.provenance }
      if (!mine) return [missing('response', at, status)]
      if (!other) return [extra('response', at, status)]
      // These statuses never have a body, even if a default response has one.
      return status === '204' || status === '304' ? [] : compareBodies(mine.bodies, other.bodies, at)
    },
  )

type Bodies = ReadonlyMap<string, JsonObject>

const compareBodies = (ours: Bodies, theirs: Bodies, place: Place): Found[] =>
  pair(ours, theirs, type => [type, `${type.split('/')[0]}/*`, '*/*']).flatMap(([type, mine, other]) => {
    if (!mine) return [missing('body', place, `${type}: ${describe(other?.schema)}`)]
    return other ? compareSchemas(mine.schema, other.schema, place) : [extra('body', place, type)]
  })

function compareSchemas(mine: unknown, other: unknown, around: Place): Found[] {
  const [our, their] = [shapeOf(mine), shapeOf(other)]
  const place = { ...around, provenance: provenanceOf(mine) ?? around.provenance }
  if (typesIn(our) !== typesIn(their)) return changed('type', place, describe(mine), describe(other))
  return [
    ...changed('nullable', place, isNullable(our), isNullable(their)),
    ...changed('format', place, our.format ?? null, their.format ?? null),
    ...changed('enum', place, valuesIn(our), valuesIn(their)),
    ...compareProperties(our, their, place),
    ...(our.items === undefined && their.items === undefined
      ? []
      : compareSchemas(our.items, their.items, { ...place, path: `${place.path}[]` })),
  ]
}

const compareProperties = (our: Shape, their: Shape, place: Place): Found[] =>
  pair(our.properties, their.properties).flatMap(([name, mine, other]) => {
    const path = place.path === '' ? name : `${place.path}.${name}`
    const at = { ...place, path, provenance: provenanceOf(mine) ?? place.provenance }
    const [needed, demanded] = [our.required.has(name), their.required.has(name)]
    if (mine === undefined) return [missing('property', at, describe(other, demanded))]
    if (other === undefined) return [extra('property', at, describe(mine, needed))]
    return [...changed('required', at, needed, demanded), ...compareSchemas(mine, other, at)]
  })

const typesIn = ({ types }: Shape): string | undefined =>
  types &&
  [...types]
    .filter(type => type !== 'null')
    .sort()
    .join(' | ')
const isNullable = ({ types }: Shape): boolean => types?.has('null') ?? false
const valuesIn = ({ values }: Shape): unknown[] | null =>
  values && values.size > 0 ? [...values].sort().map(value => JSON.parse(value)) : null

/** A schema in a few words, such as `required string | null (uuid)`. */
function describe(schema: unknown, required = false): string {
  const shape = shapeOf(schema)
  const types = typesIn(shape) ?? 'anything'
  const or = isNullable(shape) ? (types === '' ? 'null' : ' | null') : ''
  return `${required ? 'required ' : ''}${types}${or}${shape.format ? ` (${shape.format})` : ''}`
}

/** Pairs the entries of two maps. `keysFor` are the keys in `theirs` for a key in `ours`, the most exact first. */
function pair<T>(
  ours: ReadonlyMap<string, T>,
  theirs: ReadonlyMap<string, T>,
  keysFor: (key: string) => string[] = key => [key],
): [key: string, ours: T | undefined, theirs: T | undefined][] {
  const covered = new Set<string>()
  const known = [...ours].map(([key, value]): [string, T, T | undefined] => {
    const their = keysFor(key).find(candidate => theirs.has(candidate))
    if (their === undefined) return [key, value, undefined]
    covered.add(their)
    return [key, value, theirs.get(their)]
  })
  const others = [...theirs].filter(([key]) => !covered.has(key))
  return [...known, ...others.map(([key, value]): [string, undefined, T] => [key, undefined, value])]
}
