import { Temporal } from 'temporal-polyfill'
import { TIMESTAMP_PATTERN } from '../contract/formats.ts'
import { DURATION_PATTERN } from '../contract/node-config.ts'

/** How times are written in a seed, and the vendor timestamps that they stand for. */

/** A date; a date and a time with or without a zone; or a signed ISO 8601 duration. */
export const SEED_TIME_PATTERN = `^\\d{4}-\\d{2}-\\d{2}([Tt ]\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?( ?([Zz]|[+-]\\d{2}:?\\d{2}))?)?$|^[+-]${DURATION_PATTERN.slice(1)}`

const TIMESTAMP = new RegExp(TIMESTAMP_PATTERN)
const ZONED = /(?:z|[+-]\d{2}:?\d{2})$/i
const DATE = /^\d{4}-\d{2}-\d{2}$/
const SECOND_60 = /:60/

/** What times are that nobody states: one instant, and then a microsecond apart. */
const FIRST_INSTANT = '2025-01-01T00:00:00.000000'

const print = (time: Temporal.PlainDateTime): string =>
  time.toString({ fractionalSecondDigits: 6, roundingMode: 'trunc' })

/**
 * A time of `SEED_TIME_PATTERN` as a vendor timestamp; `now` is the one that durations are added to. Without a zone it
 * is in UTC. `undefined` for what no calendar has, and outside of the years 0000 to 9999.
 */
export function toTimestamp(text: string, now: string): string | undefined {
  if (TIMESTAMP.test(text)) return isTime(text) ? text : undefined
  const time = valid(() => {
    if (/^[+-]P/.test(text)) return Temporal.PlainDateTime.from(now).add(Temporal.Duration.from(text))
    if (DATE.test(text)) return Temporal.PlainDate.from(text).toPlainDateTime()
    if (SECOND_60.test(text)) return undefined
    const written = text.replace(/ (?=[z+-])/i, '')
    if (!ZONED.test(written.slice(10))) return Temporal.PlainDateTime.from(written)
    return Temporal.Instant.from(written).toZonedDateTimeISO('UTC').toPlainDateTime()
  })
  const printed = time && print(time)
  return printed !== undefined && TIMESTAMP.test(printed) ? printed : undefined
}

/** Whether a text is a vendor timestamp that some calendar has. */
export function isTime(text: string): boolean {
  // A leap second is read as the one before it, and so does not come out as it went in.
  return TIMESTAMP.test(text) && valid(() => print(Temporal.PlainDateTime.from(text))) === text
}

function valid<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Gives the times that nobody states, in the order in which they are asked for. */
export function unstatedTimes(): (after?: string) => string {
  let next = Temporal.PlainDateTime.from(FIRST_INSTANT)
  return after => {
    const own = print(next)
    next = next.add({ microseconds: 1 })
    if (after === undefined || after < own) return own
    return print(Temporal.PlainDateTime.from(after).add({ microseconds: 1 }))
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
