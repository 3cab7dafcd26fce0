import { addDuration, InvalidTime, parseTime } from '../clock.ts'
import { DURATION_PATTERN } from '../contract/node-config.ts'

/** How times are written in a seed, and the vendor timestamps that they stand for. */

/** A date; a date and a time with or without a zone; or a signed ISO 8601 duration. */
export const SEED_TIME_PATTERN = `^\\d{4}-\\d{2}-\\d{2}([Tt ]\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?( ?([Zz]|[+-]\\d{2}:?\\d{2}))?)?$|^[+-]${DURATION_PATTERN.slice(1)}`

/** A vendor timestamp that every calendar has, which needs no more looking at. */
const PLAIN_TIMESTAMP = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])T([01]\d|2[0-3])(:[0-5]\d){2}\.\d{6}$/

const DATE = /^\d{4}-\d{2}-\d{2}$/

/** The first of the times that are left out; each is a microsecond after the one before. */
const FIRST_TIME = '2025-01-01T00:00:00.000000'

/**
 * A time of `SEED_TIME_PATTERN` as a vendor timestamp; `now` is the one that durations are added to. Without a zone it
 * is in UTC. `undefined` for what no calendar has, leap seconds, and times outside of the years 0000 to 9999.
 */
export function toTimestamp(text: string, now: string): string | undefined {
  if (PLAIN_TIMESTAMP.test(text)) return text
  if (/:60/.test(text)) return undefined
  try {
    if (/^[+-]P/.test(text)) return addDuration(now, text)
    return parseTime(DATE.test(text) ? `${text}T00:00:00` : text.replace(/ (?=[z+-])/i, ''))
  } catch (error) {
    if (error instanceof InvalidTime) return undefined
    throw error
  }
}

/** Gives the times that are left out, in the order in which they are asked for. */
export function unstatedTimes(): (after?: string) => string {
  let count = 0
  return after => {
    const own = addDuration(FIRST_TIME, `PT${count++ / 1e6}S`)
    return after === undefined || after < own ? own : addDuration(after, 'PT0.000001S', 'constrain')
  }
}

const UNITS: [RegExp, (count: string) => string][] = [
  [/^y(ears?)?$/i, count => `P${count}Y`],
  [/^months?$/i, count => `P${count}M`],
  [/^w(eeks?)?$/i, count => `P${count}W`],
  [/^d(ays?)?$/i, count => `P${count}D`],
  [/^h(ours?|rs?)?$/i, count => `PT${count}H`],
  [/^m(in(ute)?s?)?$/i, count => `PT${count}M`],
  [/^s(ec(ond)?s?)?$/i, count => `PT${count}S`],
]

const DURATION = new RegExp(DURATION_PATTERN)

/** A duration that is written in words, such as `14 days`, in ISO 8601; a number is taken for days. */
export function asDuration(value: unknown): string | undefined {
  const text = String(value)
  if (DURATION.test(text)) return text
  const [, count, unit = 'days'] = /^\s*(?:in )?[+-]?(\d{1,5})\s*([a-z]+)?(?: ago)?\s*$/i.exec(text) ?? []
  const write = UNITS.find(([pattern]) => pattern.test(unit))?.[1]
  return count === undefined ? undefined : write?.(count)
}
