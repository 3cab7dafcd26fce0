import { Temporal } from 'temporal-polyfill'
import { FIRST_TIMESTAMP, LAST_TIMESTAMP } from './contract/formats.ts'
import { Invalid } from './errors.ts'

/*
 * The system clock, and the notations of time. A moment is a number of milliseconds since the Unix epoch where it comes
 * from the system clock, and a vendor timestamp everywhere else: UTC with six fraction digits and no zone, as in
 * 2025-01-15T10:33:32.500861 (CONTRACT.md, Formats). Timestamps compare as text.
 */

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

/** Milliseconds since some moment in the past, unaffected by changes of the system clock; for measuring durations. */
export const monotonic = (): number => performance.now()

/** A clock frozen at an instant in milliseconds since the epoch. */
export const frozenClock = (instant: number): Clock => ({ now: () => instant })

/** Text that is not a time, or not a duration, or names a time outside the years 0000 to 9999: 400. */
export class InvalidTime extends Invalid {
  override name = 'InvalidTime'
}

/** Milliseconds since the epoch → RFC 3339 in UTC. @throws {InvalidTime} outside the years 0000 to 9999 */
export function isoOf(instant: number): string {
  if (instant >= FIRST_INSTANT && instant <= LAST_INSTANT) return new Date(instant).toISOString()
  throw new InvalidTime(`${instant} is ${OUTSIDE}`)
}

/** Milliseconds since the epoch → vendor timestamp. @throws {InvalidTime} outside the years 0000 to 9999 */
export const timestampOf = (instant: number): string => `${isoOf(instant).slice(0, -1)}000`

/** Vendor timestamp → the whole milliseconds since the epoch. */
const millisecondsOf = (timestamp: string): number => Date.parse(`${timestamp.slice(0, -3)}Z`)

const FIRST_INSTANT = millisecondsOf(FIRST_TIMESTAMP)
const LAST_INSTANT = millisecondsOf(LAST_TIMESTAMP)
const OUTSIDE = 'outside the years 0000 to 9999'

/**
 * A vendor timestamp, or RFC 3339 in any zone → vendor timestamp. Without a zone it is UTC; digits beyond microseconds
 * are cut off.
 * @throws {InvalidTime}
 */
export function parseTime(text: string): string {
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/i.test(text)
  const timestamp = orInvalid(
    () =>
      Temporal.Instant.from(zoned ? text : `${text}Z`)
        .toString({ smallestUnit: 'microsecond' })
        .slice(0, -1),
    `"${text}" is not a time; write it like 2026-01-31T12:00:00Z`,
  )
  if (timestamp.length === FIRST_TIMESTAMP.length) return timestamp
  throw new InvalidTime(`"${text}" is ${OUTSIDE}`)
}

/** As `parseTime`, in milliseconds since the epoch, rounded down. @throws {InvalidTime} */
export const instantOf = (text: string): number => millisecondsOf(parseTime(text))

/** The first whole millisecond since the epoch that is not before a vendor timestamp. */
export const instantFrom = (timestamp: string): number =>
  millisecondsOf(timestamp) + (timestamp.endsWith('000') ? 0 : 1)

/**
 * A vendor timestamp plus an ISO 8601 duration such as `P3DT4H` or `-P1M`, in the UTC calendar. `overflow` says what
 * happens to a result outside the years 0000 to 9999: `reject` refuses it, `constrain` gives the nearest time inside.
 * @throws {InvalidTime}
 */
export function addDuration(
  timestamp: string,
  duration: string,
  overflow: 'reject' | 'constrain' = 'reject',
): string {
  const parsed = orInvalid(
    () => Temporal.Duration.from(duration),
    `"${duration}" is not a duration; write it like P3DT4H, which is 3 days and 4 hours`,
  )
  const sum = orUndefined(() =>
    Temporal.PlainDateTime.from(timestamp).add(parsed).toString({ smallestUnit: 'microsecond' }),
  )
  if (sum?.length === timestamp.length) return sum
  if (overflow === 'constrain') return parsed.sign < 0 ? FIRST_TIMESTAMP : LAST_TIMESTAMP
  throw new InvalidTime(`${timestamp} and "${duration}" together are ${OUTSIDE}`)
}

/** A vendor timestamp plus whole milliseconds; the nearest time inside the years 0000 to 9999. */
export function addMilliseconds(timestamp: string, milliseconds: number): string {
  const instant = millisecondsOf(timestamp) + milliseconds
  if (instant < FIRST_INSTANT) return FIRST_TIMESTAMP
  return instant > LAST_INSTANT ? LAST_TIMESTAMP : timestampOf(instant).slice(0, -3) + timestamp.slice(-3)
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

function orUndefined<T>(compute: () => T): T | undefined {
  try {
    return compute()
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function orInvalid<T>(compute: () => T, message: string): T {
  const value = orUndefined(compute)
  if (value === undefined) throw new InvalidTime(message)
  return value
}
