import type { Provenance } from '../contract/provenance.ts'

export type Aspect =
  | 'operation'
  | 'path'
  | 'operationId'
  | 'security'
  | 'parameter'
  | 'response'
  | 'body'
  | 'property'
  | 'required'
  | 'type'
  | 'nullable'
  | 'format'
  | 'enum'

/** Something that the vendor's document and ours say differently. */
export interface Difference {
  /** `missing`: ours lacks what theirs has. `extra`: ours has what theirs lacks. */
  kind: 'missing' | 'extra' | 'changed'
  aspect: Aspect
  /** Everywhere it shows, such as `getJourney 200 nodes[].type`: one schema may serve many responses. */
  places: string[]
  /** Where in our document it is, or would be. */
  pointer: string
  /** What each says; null when it says nothing. */
  ours: unknown
  theirs: unknown
  /** How we know what ours says; null for what ours lacks. */
  provenance: Provenance | null
}

/** A place in our document, and how we know what stands there. */
export interface Place {
  /** The operation, and what of it, such as `getJourney 200`. */
  of: string
  /** The way into a schema, such as `nodes[].type`; empty outside of one. */
  path: string
  pointer: string
  provenance: Provenance
}

const nameOf = ({ of, path }: Place): string => (path === '' ? of : `${of} ${path}`)

export const missing = (aspect: Aspect, place: Place, theirs: unknown): Difference => ({
  kind: 'missing',
  aspect,
  places: [nameOf(place)],
  pointer: place.pointer,
  ours: null,
  theirs,
  provenance: null,
})

export const extra = (aspect: Aspect, place: Place, ours: unknown): Difference => ({
  ...changed(aspect, place, ours, null),
  kind: 'extra',
})

export const changed = (aspect: Aspect, place: Place, ours: unknown, theirs: unknown): Difference => ({
  kind: 'changed',
  aspect,
  places: [nameOf(place)],
  pointer: place.pointer,
  ours,
  theirs,
  provenance: place.provenance,
})

const ORDER = ['inferred', null, 'observed', 'documented']

/** The same difference in several places as one, and what we only inferred first. */
export function arrange(differences: Difference[]): Difference[] {
  const groups = Map.groupBy(differences, ({ kind, aspect, pointer, ours, theirs }) =>
    JSON.stringify([kind, aspect, pointer, ours, theirs]),
  )
  return [...groups.values()]
    .map(group => ({
      ...(group[0] as Difference),
      places: [...new Set(group.flatMap(({ places }) => places))],
    }))
    .sort((a, b) => ORDER.indexOf(a.provenance) - ORDER.indexOf(b.provenance))
}
