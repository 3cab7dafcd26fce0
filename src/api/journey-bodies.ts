import { sameBetween } from '../engine/as-of.ts'
import type { Site } from '../sites/site.ts'
import type { SiteRecord } from '../store/records.ts'
import type { Body } from './answer.ts'

interface Kept extends Body {
  site: SiteRecord
  /** Vendor timestamps between which it is the body, as of `sameBetween`. */
  moments: [from: string | null, until: string | null]
}

/**
 * Bodies of journeys, or of lists of them. The store gives out the same ones until they change, so that a body is made once
 * and for all until then, or until one of them ends; what is made is frozen, for its text to be kept as well.
 */
export function journeyBodies<J extends object>(
  show: (journeys: J, site: Site, now: string) => object,
  momentsOf: (journeys: J) => (string | null)[],
): (journeys: J, site: Site, now: string) => Body {
  const bodies = new WeakMap<J, Kept>()
  return (journeys, site, now) => {
    const { site: record } = site.store
    const known = bodies.get(journeys)
    if (known && known.site === record && isBetween(known.moments, now)) return known
    const { from, until } = sameBetween(momentsOf(journeys), now)
    const body = Object.freeze(show(journeys, site, now))
    const kept: Kept = { body, site: record, moments: [from, until] }
    bodies.set(journeys, kept)
    return kept
  }
}

const isBetween = ([from, until]: Kept['moments'], now: string): boolean =>
  (from === null || from <= now) && (until === null || now < until)
