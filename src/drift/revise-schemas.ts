import { isDeepStrictEqual } from 'node:util'
import { PROVENANCE_KEYWORD } from '../contract/provenance.ts'
import { differentType, type SchemaComparison } from './compare-schemas.ts'
import { lookUp, type Part, partOf } from './document.ts'
import { pair } from './pair.ts'
import { facetsOf } from './render.ts'
import type { Shape } from './shape.ts'

const FACETS = ['type', 'format', 'enum', 'const']
const ANNOTATIONS = ['title', 'description', 'examples', PROVENANCE_KEYWORD]

export interface Revision {
  /** A schema of ours as it must be to say what one of theirs does. */
  revise(ours: Part, theirs: unknown): Part
  /** Puts what has become of the shared schemas into `components`; to be called when all is revised. */
  settle(components: Part): void
}

/**
 * Revises schemas of ours, which are written without allOf, oneOf and anyOf. A shared one becomes what most that use
 * it need of it; the others get a schema of their own.
 */
export function schemaRevision(
  ours: Part,
  { readOurs, readTheirs }: SchemaComparison,
  write: (theirs: unknown) => Part,
): Revision {
  /** By reference: every use of a shared schema, and what it should be there. Those used inside of others come first. */
  const uses = new Map<string, { place: Part; revised: Part }[]>()

  const revise = (our: Part, their: unknown): Part => {
    if (typeof our.$ref !== 'string') return reviseOwn(our, their)
    const place = { ...our }
    const revised = reviseOwn(partOf(lookUp(ours, our.$ref)), their)
    uses.set(our.$ref, [...(uses.get(our.$ref) ?? []), { place, revised }])
    return place
  }

  const reviseOwn = (our: Part, their: unknown): Part => {
    const [is, shall] = [readOurs(our), readTheirs(their)]
    if (differentType(is, shall)) return { ...pick(our, ANNOTATIONS), ...write(their), ...confirmed(our) }
    const facets = facetsOf(shall)
    const same = isDeepStrictEqual(facetsOf(is), facets)
    return {
      ...(same ? our : { ...omit(our, FACETS), ...facets, ...confirmed(our) }),
      ...reviseProperties(is, shall),
      ...(shall.items !== undefined || is.items !== undefined
        ? { items: revise(partOf(is.items), shall.items) }
        : {}),
    }
  }

  const reviseProperties = (is: Shape, shall: Shape): Part => {
    if (is.properties.size === 0 && shall.properties.size === 0) return {}
    const properties = pair(is.properties, shall.properties).flatMap(({ key, ours: our, theirs: their }) => {
      if (their === undefined) return []
      const revised =
        our === undefined
          ? { ...write(their), [PROVENANCE_KEYWORD]: 'documented' }
          : revise(partOf(our), their)
      return [[key, revised] as const]
    })
    const required = properties.map(([name]) => name).filter(name => shall.required.has(name))
    const same = is.required.symmetricDifference(new Set(required)).size === 0
    return { properties: Object.fromEntries(properties), ...(same ? {} : { required }) }
  }

  const settle = (components: Part): void => {
    for (const [reference, all] of uses) {
      const versions = [...Map.groupBy(all, ({ revised }) => JSON.stringify(revised)).values()]
      const [shared = [], ...others] = versions.sort((a, b) => b.length - a.length)
      components[reference.slice(reference.lastIndexOf('/') + 1)] = shared[0]?.revised
      for (const { place, revised } of others.flat()) {
        delete place.$ref
        Object.assign(place, revised)
      }
    }
  }

  return { revise, settle }
}

/** What the vendor's document says is documented from then on. */
const confirmed = (our: Part): Part =>
  PROVENANCE_KEYWORD in our ? { [PROVENANCE_KEYWORD]: 'documented' } : {}

const pick = (part: Part, keys: string[]): Part =>
  Object.fromEntries(Object.entries(part).filter(([key]) => keys.includes(key)))

const omit = (part: Part, keys: string[]): Part =>
  Object.fromEntries(Object.entries(part).filter(([key]) => !keys.includes(key)))
