import { timestampOf } from '../clock.ts'
import type { Chance } from './chance.ts'

/** When made-up members do things: in a fixed year, so that nothing depends on the day on which they are made up. */

const START = Date.UTC(2025, 0, 1)
const AN_HOUR = 3_600_000
const A_YEAR = 365 * 24

// After its start, and with the ends of its holds, in hours.
const LONGEST_LIFE = 60 * 24

/** Before and after everything that members do. */
export const OPENING = timestampOf(START)
export const CLOSING = timestampOf(START + (A_YEAR + LONGEST_LIFE) * AN_HOUR)

/** A timestamp that is so many whole hours after, or before, the start of the year. */
export const hourOf = (hours: number): string => timestampOf(START + hours * AN_HOUR)

// Looked up, since to work out a time takes longer than to write it.
const HOURS = Array.from({ length: A_YEAR + LONGEST_LIFE }, (_, hours) => hourOf(hours))
const PLACES = new Map(HOURS.slice(0, LONGEST_LIFE).map((hour, place) => [hour, place]))
const STARTS = HOURS.map(hour => hour.slice(0, '2025-01-01T00'.length))

/**
 * Moves a life that began with the year to some other moment of it.
 * @returns what turns its timestamps, all of them hours on the dot, into those of the life that was moved
 */
export function moveLife(chance: Chance): (time: string) => string {
  const by = chance.below(A_YEAR)
  const part = (limit: number, digits: number) => String(chance.below(limit)).padStart(digits, '0')
  const rest = `:${part(60, 2)}:${part(60, 2)}.${part(1_000_000, 6)}`
  return time => `${STARTS[(PLACES.get(time) as number) + by]}${rest}`
}
