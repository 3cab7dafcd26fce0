import { Temporal } from 'temporal-polyfill'

/** The only file that asks the machine for the time and knows its notations; everything else is told. */

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

/** Milliseconds since some moment in the past, which no setting of the clock changes; for durations. */
export const monotonic = (): number => performance.now()

let date = { second: 0, text: '' }

/** The machine's time as HTTP writes it (RFC 9110, 5.6.7). Written once a second, as it stands in every answer. */
export function httpDate(): string {
  const now = Date.now()
  const second = Math.floor(now / 1000)
  if (second !== date.second) date = { second, text: new Date(now).toUTCString() }
  return date.text
}

/** A clock that stands still at an instant given in milliseconds since the epoch. */
export const frozenClock = (instant: number): Clock => ({ now: () => instant })

/** Milliseconds since the epoch → the vendor's timestamp, UTC with six fraction digits and no zone (CONTRACT.md, Formats). */
export const timestampOf = (instant: number): string => `${isoOf(instant).slice(0, -1)}000`

/** Milliseconds since the epoch → RFC 3339 in UTC, for what is not the vendor's. */
export const isoOf = (instant: number): string => new Date(instant).toISOString()

/** A vendor timestamp → the first whole millisecond since the epoch at which it is reached. */
export const instantFrom = (timestamp: string): number =>
  Date.parse(`${timestamp.slice(0, -3)}Z`) + (timestamp.endsWith('000') ? 0 : 1)

/** A text that is no time, or no duration. */
export class InvalidTime extends Error {
  override name = 'InvalidTime'
}

/**
 * A vendor timestamp, or RFC 3339 with any zone → milliseconds since the epoch. Without a zone it is UTC.
 * @throws {InvalidTime}
 */
export function instantOf(text: string): number {
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/i.test(text)
  return valid(
    () => Temporal.Instant.from(zoned ? text : `${text}Z`).epochMilliseconds,
    `"${text}" is no time; write it like 2026-01-31T12:00:00Z`,
  )
}

/**
 * An instant, later by an ISO 8601 duration such as `P3DT4H` or `P1M`, reckoned in the UTC calendar.
 * @throws {InvalidTime}
 */
export function later(instant: number, duration: string): number {
  const start = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO('UTC')
  return valid(
    () => start.add(Temporal.Duration.from(duration)).epochMilliseconds,
    `"${duration}" is no duration; write it like P3DT4H, which is 3 days and 4 hours`,
  )
}

/**
 * The value of a `Retry-After` header, seconds or an HTTP date (RFC 9110, 10.2.3) → milliseconds from `now`, which is in
 * milliseconds since the epoch; undefined when there is none to go by.
 */
export function waitOf(retryAfter: string | null, now: number): number | undefined {
  if (retryAfter === null || retryAfter.trim() === '') return undefined
  const wait = /^\s*\d+\s*$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}

function valid<T>(compute: () => T, otherwise: string): T {
  try {
    return compute()
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidTime(otherwise)
    throw error
  }
}
