import { Temporal } from 'temporal-polyfill'
import { TIMESTAMP_PATTERN } from '../contract/formats.ts'
import type { Issue } from './issues.ts'

const TIMESTAMP = new RegExp(TIMESTAMP_PATTERN)

// What is the author's own, or another server's, may look like a time and mean something else.
const FREE = new Set(['attributes', 'config', 'extra'])

// Texts, such as names, may look like a time too.
const OF_TIME = /(^|_)(at|date|datetime)$/

/** Times of the right form that no calendar has, such as 31 February. */
export function impossibleTimes(value: unknown, pointer: string): Issue[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    if (FREE.has(key)) return []
    const at = `${pointer}/${key}`
    if (typeof inner !== 'string') return impossibleTimes(inner, at)
    const isPossible = !OF_TIME.test(key) || isTime(inner) || !TIMESTAMP.test(inner)
    return isPossible ? [] : [{ pointer: at, message: `"${inner}" is not a time that exists` }]
  })
}

/** Whether a text is a vendor timestamp that some calendar has. */
export function isTime(text: string): boolean {
  if (!TIMESTAMP.test(text)) return false
  try {
    // A leap second is read as the one before it, and so does not come out as it went in.
    return Temporal.PlainDateTime.from(text).toString({ fractionalSecondDigits: 6 }) === text
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** Items whose key an earlier one has. An item that is not there has none. */
export function duplicates<T>(
  items: (T | undefined)[],
  pointer: string,
  property: string,
  keyOf: (item: T) => string,
): Issue[] {
  return repeats(
    items.flatMap((item, i) => (item ? [{ key: keyOf(item), pointer: `${pointer}/${i}/${property}` }] : [])),
  )
}

/** The same for keys from anywhere. */
export function repeats(items: { key: string; pointer: string }[]): Issue[] {
  const first = new Map<string, string>()
  const issues: Issue[] = []
  for (const { key, pointer } of items) {
    const earlier = first.get(key)
    if (earlier === undefined) first.set(key, pointer)
    else issues.push({ pointer, message: `"${key}" is taken by ${earlier}` })
  }
  return issues
}
