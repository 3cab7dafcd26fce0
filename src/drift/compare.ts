import { isDeepStrictEqual } from 'node:util'
import type { OperationId } from '../contract/operations.ts'
import { PROVENANCE_KEYWORD, type Provenance } from '../contract/provenance.ts'
import { describe, type SchemaComparison, schemaComparison } from './compare-schemas.ts'
import { arrange, changed, type Difference, extra, missing, type Place } from './difference.ts'
import { join, listOf, type Part, partOf } from './document.ts'
import {
  type Credentials,
  credentialsIn,
  type Found,
  findOperations,
  schemeOf,
  securityOf,
} from './operation.ts'
import { pairBodies, pairParameters, pairResponses } from './pair.ts'

/** Both documents, with local references only, and what is needed to compare their operations. */
interface Sides extends SchemaComparison {
  ours: Part
  theirs: Part
  credentials: ReadonlySet<string>
}

/** How the vendor's document differs from ours in the four operations, what we only inferred first. */
export function compareDocuments(ours: Part, theirs: Part): Difference[] {
  const sides: Sides = {
    ...schemaComparison(ours, theirs),
    ours,
    theirs,
    credentials: credentialsIn(ours, theirs),
  }
  const theirOperations = findOperations(theirs)
  return arrange(
    [...findOperations(ours)].flatMap(([id, our]) =>
      compareOperations(sides, id, our, theirOperations.get(id)),
    ),
  )
}

function compareOperations(
  sides: Sides,
  id: OperationId,
  our: Found,
  their: Found | undefined,
): Difference[] {
  // That there are these four operations is documented; what else is in them says itself how it is known.
  const place: Place = {
    of: id,
    path: '',
    pointer: join('/paths', our.path, 'get'),
    provenance: 'documented',
  }
  if (!their) return [extra('operation', place, `GET ${our.path}`)]
  const [name, otherName] = [our.operation.operationId, their.operation.operationId]
  return [
    ...(our.template === their.template ? [] : [changed('path', place, our.path, their.path)]),
    ...(otherName === undefined || name === otherName
      ? []
      : [changed('operationId', place, name, otherName)]),
    ...compareSecurity(sides, our, their, place),
    ...compareParameters(sides, our, their, place),
    ...compareResponses(sides, our, their, place),
  ]
}

function compareSecurity(
  { ours, theirs, credentials }: Sides,
  our: Found,
  their: Found,
  place: Place,
): Difference[] {
  const [mine, other] = [securityOf(ours, our, credentials), securityOf(theirs, their, credentials)]
  if (isDeepStrictEqual(mine, other)) return []
  const observed = listOf(our.operation.security).some(way =>
    Object.keys(partOf(way)).some(name => schemeOf(ours, name)[PROVENANCE_KEYWORD] === 'observed'),
  )
  return [
    changed(
      'security',
      { ...place, provenance: observed ? 'observed' : place.provenance },
      inWords(mine),
      inWords(other),
    ),
  ]
}

const inWords = (ways: Credentials[]): string => ways.map(way => way.join(' + ') || 'nothing').join(', or ')

function compareParameters(sides: Sides, our: Found, their: Found, place: Place): Difference[] {
  const { ours, theirs, credentials, compare, readOurs, readTheirs } = sides
  return pairParameters(ours, our, theirs, their, credentials).flatMap(
    ({ key, ours: mine, theirs: other }) => {
      const at = { ...place, of: `${place.of} ${key}`, pointer: join(place.pointer, 'parameters') }
      if (mine === undefined) {
        return other ? [missing('parameter', at, describe(readTheirs(other.schema), other.required))] : []
      }
      if (other === undefined) {
        // The path itself says that it is there, though nothing describes it.
        return mine.in === 'path'
          ? []
          : [extra('parameter', at, describe(readOurs(mine.schema), mine.required))]
      }
      const required =
        mine.required === other.required ? [] : [changed('required', at, mine.required, other.required)]
      return [...required, ...compare(mine.schema, other.schema, at)]
    },
  )
}

function compareResponses(sides: Sides, our: Found, their: Found, place: Place): Difference[] {
  const { ours, theirs, compare, readTheirs } = sides
  return pairResponses(ours, our, theirs, their).flatMap(({ key, ours: mine, theirs: other }) => {
    const provenance = (mine?.[PROVENANCE_KEYWORD] as Provenance | undefined) ?? place.provenance
    const at = {
      ...place,
      of: `${place.of} ${key}`,
      pointer: join(place.pointer, 'responses', key),
      provenance,
    }
    if (mine === undefined) return [missing('response', at, key)]
    if (other === undefined) return [extra('response', at, key)]
    return pairBodies(mine, other).flatMap(({ key: type, ours: body, theirs: otherBody }) => {
      const inside = { ...at, pointer: join(at.pointer, 'content', type) }
      if (body === undefined) {
        return [missing('body', inside, `${type}: ${describe(readTheirs(otherBody?.schema))}`)]
      }
      if (otherBody === undefined) return [extra('body', inside, type)]
      return compare(body.schema, otherBody.schema, { ...inside, pointer: join(inside.pointer, 'schema') })
    })
  })
}
