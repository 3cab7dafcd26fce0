import { expiryOf, type JourneyView, journeyAsOf } from '../engine/as-of.ts'

/**
 * Journeys as an operation shows them. `show` is asked once for as long as a journey is neither written to nor ends, as
 * the store then gives out the same one; what it makes is frozen.
 */
export function journeyViews<J extends { end_date: string | null }>(
  show: (view: JourneyView<J>, siteId: string) => object,
): (journey: J, siteId: string, now: string) => object {
  const shown = new WeakMap<J, { expired_at: string | null; view: object }>()
  return (journey, siteId, now) => {
    const expired_at = expiryOf(journey, now)
    let known = shown.get(journey)
    if (known?.expired_at !== expired_at) {
      known = { expired_at, view: Object.freeze(show(journeyAsOf(journey, now), siteId)) }
      shown.set(journey, known)
    }
    return known.view
  }
}
