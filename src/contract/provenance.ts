import type { TSchema } from '@sinclair/typebox'

/** How surely a property is known: the three letters of CONTRACT.md, D, C and I. */
export type Provenance = 'documented' | 'observed' | 'inferred'

/** The OpenAPI extension under which every property says where our knowledge of it comes from. */
export const PROVENANCE_KEYWORD = 'x-provenance'

const marked =
  (provenance: Provenance) =>
  <T extends TSchema>(schema: T): T => ({ ...schema, [PROVENANCE_KEYWORD]: provenance })

/** The vendor's documentation says so (D). */
export const documented = marked('documented')

/** Code that calls the live API relies on it (C). */
export const observed = marked('observed')

/** Our guess, for want of a source (I). */
export const inferred = marked('inferred')
