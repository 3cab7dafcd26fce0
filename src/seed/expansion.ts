import { pointerPart } from '../contract/json.ts'
import { isAlmostUuid } from './ids.ts'
import type { Issue } from './issues.ts'
import { toTimestamp } from './times.ts'

/** What the parts of a seed share while it is expanded from the form in which it is written into the long one. */
export interface Expansion {
  /** The moment of the load, which relative times are added to: a vendor timestamp. */
  now: string
  /** The site, within which the labels of journeys are unique. */
  siteId: string
  /** The next of the times that nobody states, or the one right after a given one, if that is later. */
  unstated(after?: string): string
  /** What was found while expanding, at the places of the input. */
  issues: Issue[]
  places: Places
  /** Whether the value at this place of the input was refused, and so is not there. */
  isUnreadable(pointer: string): boolean
}

/** The input of the right form, without the values that are not: those are missing, and in lists undefined. */
export type Readable<T> = T extends readonly (infer I)[]
  ? readonly (Readable<I> | undefined)[]
  : T extends object
    ? { [K in keyof T]?: Readable<T[K]> | undefined }
    : T

/** From the places of the long form to those of the input. */
export interface Places {
  set(long: string, input: string): void
  /** The place of the input that a place of the long form comes from: its own, or that of what holds it. */
  inputOf(long: string): string
}

export function newPlaces(): Places {
  const inputs = new Map<string, string>()
  return {
    set: (long, input) => inputs.set(long, input),
    inputOf(long) {
      for (let end = long.length; end > 0; end = long.lastIndexOf('/', end - 1)) {
        const input = inputs.get(long.slice(0, end))
        if (input !== undefined) return input + long.slice(end)
      }
      return long
    },
  }
}

/** A part of the input, with its place there. */
export interface Part<T> {
  value: T
  pointer: string
}

/** The parts of a list that can be read. */
export const partsOf = <T>(list: readonly (T | undefined)[] | undefined, pointer: string): Part<T>[] =>
  (list ?? []).flatMap((value, i) => (value === undefined ? [] : [{ value, pointer: `${pointer}/${i}` }]))

/** A property that has a short and a long name: the one that is stated, with its place. An issue when both are. */
export function either<T, A extends keyof T & string, B extends keyof T & string>(
  { value, pointer }: Part<T>,
  [short, long]: readonly [A, B],
  { issues }: Pick<Expansion, 'issues'>,
): Part<T[A] | T[B]> {
  if (value[short] !== undefined && value[long] !== undefined) {
    const message = `says the same as ${long}; leave one of the two out`
    issues.push({ pointer: pointer + pointerPart(short), message })
  }
  const name = value[short] === undefined && value[long] !== undefined ? long : short
  return { value: value[name], pointer: pointer + pointerPart(name) }
}

/** The same for a property that must be stated; an issue when none is. */
export function eitherOf<T, A extends keyof T & string, B extends keyof T & string>(
  part: Part<T>,
  names: readonly [A, B],
  expansion: Pick<Expansion, 'issues' | 'isUnreadable'>,
): Part<T[A] | T[B]> {
  const found = either(part, names, expansion)
  const isRefused = names.some(name => expansion.isUnreadable(part.pointer + pointerPart(name)))
  if (found.value === undefined && !isRefused)
    expansion.issues.push({ pointer: found.pointer, message: 'is missing' })
  return found
}

/** A time as a vendor timestamp; undefined where it is left out, and where there is no such time. */
export function timeOf<T extends string | null | undefined>(
  { value, pointer }: Part<T>,
  { now, issues }: Pick<Expansion, 'now' | 'issues'>,
): string | Extract<T, null> | undefined {
  if (typeof value !== 'string') return value as Extract<T, null> | undefined
  const time = toTimestamp(value, now)
  if (time === undefined) issues.push({ pointer, message: `"${value}" is not a time that exists` })
  return time
}

/** Refuses a label that looks like a UUID and is none, as a typing error would make it another identity. */
export function checkLabel(
  { value, pointer }: Part<string | undefined>,
  { issues }: Pick<Expansion, 'issues'>,
) {
  if (value !== undefined && isAlmostUuid(value))
    issues.push({ pointer, message: `"${value}" is not a UUID in lower case` })
}

/** Reports keys that are taken already; `shown` is how the key is written. @returns what says whether a key is new */
export function uniqueKeys({ issues }: Pick<Expansion, 'issues'>) {
  const first = new Map<string, string>()
  return (key: string, pointer: string, shown = key, advice = ''): boolean => {
    const earlier = first.get(key)
    if (earlier === undefined) first.set(key, pointer)
    else issues.push({ pointer, message: `"${shown}" is taken by ${earlier}${advice}` })
    return earlier === undefined
  }
}
