import { isAlmostUuid, isUuid, labelledUuid } from './ids.ts'
import type { Issue } from './issues.ts'
import { suggest } from './suggest.ts'
import { toTimestamp } from './times.ts'

/** What the functions that expand a seed into the long form share. */
export interface Expansion {
  /** The moment of the load, which relative times are added to: a vendor timestamp. */
  now: string
  /** The next of the times that are left out, or the one right after a given one, if that is later. */
  unstated(after?: string): string
  /** What was found while expanding, at the places of the input. */
  issues: Issue[]
  places: Places
  /** Whether the value at this place of the input was refused, and so is not there. */
  isRefused(pointer: string): boolean
  /** Whether the id and the name of every item of a list could be read. Otherwise it may have more than it seems. */
  areNamesKnown(list: string): boolean
  /** Whether an issue was found so far at a place of the input, or below it. */
  hasIssueBelow(pointer: string): boolean
}

/** The input without the values that do not match the schema: those are missing, and in lists undefined. */
export type Readable<T> = T extends readonly (infer I)[]
  ? readonly (Readable<I> | undefined)[]
  : T extends object
    ? { [K in keyof T]?: Readable<T[K]> | undefined }
    : T

/** From the places of the long form to those of the input. */
interface Places {
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

/** A property of a part. */
export const partAt = <T, K extends keyof T & string>({ value, pointer }: Part<T>, key: K): Part<T[K]> => ({
  value: value[key],
  pointer: `${pointer}/${key}`,
})

/** The items of a list that can be read. */
export const itemsOf = <T>({ value, pointer }: Part<readonly (T | undefined)[] | undefined>): Part<T>[] =>
  (value ?? []).flatMap((item, i) =>
    item === undefined ? [] : [{ value: item, pointer: `${pointer}/${i}` }],
  )

/** A property that has a short and a long name: the one that is stated. An issue when both are. */
export function either<T, A extends keyof T & string, B extends keyof T & string>(
  part: Part<T>,
  [short, long]: readonly [A, B],
  { issues }: Expansion,
): Part<T[A] | T[B]> {
  const [first, second] = [partAt(part, short), partAt(part, long)]
  if (second.value === undefined) return first
  if (first.value === undefined) return second
  issues.push({ pointer: first.pointer, message: `says the same as ${long}; leave one of the two out` })
  return first
}

/** The same for a property that must be stated; an issue when none is. */
export function eitherOf<T, A extends keyof T & string, B extends keyof T & string>(
  part: Part<T>,
  names: readonly [A, B],
  expansion: Expansion,
): Part<T[A] | T[B]> {
  const found = either(part, names, expansion)
  const isRefused = names.some(name => expansion.isRefused(`${part.pointer}/${name}`))
  if (found.value === undefined && !isRefused)
    expansion.issues.push({ pointer: found.pointer, message: 'is missing' })
  return found
}

/** A time as a vendor timestamp; undefined where it is left out, and where there is no such time. */
export function timeOf<T extends string | null | undefined>(
  { value, pointer }: Part<T>,
  { now, issues }: Expansion,
): string | Extract<T, null> | undefined {
  if (typeof value !== 'string') return value as Extract<T, null> | undefined
  const time = toTimestamp(value, now)
  if (time === undefined) issues.push({ pointer, message: `"${value}" is not a time that exists` })
  return time
}

/**
 * The UUID of something within a journey, a site or a member, by its id, its label or its name; undefined where it has none.
 * A label that looks like a UUID and is none is refused, as a typing error would make it another identity.
 */
export function idOf(
  { value, pointer }: Part<{ id?: string | undefined; name?: string | undefined }>,
  within: string,
  { issues }: Expansion,
): string | undefined {
  if (value.id !== undefined && isAlmostUuid(value.id))
    issues.push({ pointer: `${pointer}/id`, message: `"${value.id}" is not a UUID in lower case` })
  const label = value.id ?? value.name
  return label === undefined ? undefined : labelledUuid(label, within)
}

/** Reports keys that are taken. @returns a function that says whether a key is new; `shown` is how the key is written */
export function uniqueKeys({ issues }: Expansion) {
  const first = new Map<string, string>()
  return (key: string, pointer: string, shown = key, advice = ''): boolean => {
    const earlier = first.get(key)
    if (earlier === undefined) first.set(key, pointer)
    else issues.push({ pointer, message: `"${shown}" is taken by ${earlier}${advice}` })
    return earlier === undefined
  }
}

/** The same for what has an id or a name. */
export function uniqueNames(expansion: Expansion) {
  const unique = uniqueKeys(expansion)
  return ({ value, pointer }: Part<{ id?: string | undefined; name?: string | undefined }>, id: string) =>
    value.id === undefined
      ? unique(id, `${pointer}/name`, value.name, '; give one of them an id')
      : unique(id, `${pointer}/id`, value.id)
}

/** What other parts of a document may refer to, by its id, its label or its name. */
export interface Named {
  id: string
  /** The id as it is written; undefined when it is left out. */
  label?: string | undefined
  name?: string | undefined
}

/** Finds what a text refers to, or says why it cannot; undefined where that is not known. */
export type Find<T> = (text: string) => T | string | undefined

/** Finds items by their id or label, then by their name. `areAllKnown` is false where there may be more items. */
export function referencesTo<T extends Named>(
  items: readonly T[],
  what: string,
  within: string,
  areAllKnown = true,
): Find<T> {
  const byLabel = new Map(items.flatMap(item => [item.id, item.label].map(label => [label, item])))
  const byName = Map.groupBy(items, item => item.name)
  return text => {
    const labelled = byLabel.get(text)
    if (labelled) return labelled
    const [found, ...more] = byName.get(text) ?? []
    if (found && more.length === 0) return found
    if (!areAllKnown) return undefined
    if (found)
      return `${more.length + 1} ${what}s are called "${text}"; give them ids, and refer to one by its id`
    const names = new Set(items.flatMap(({ label, name }) => [name, label]))
    const known = [...names].filter(name => name !== undefined && !isUuid(name)) as string[]
    return `no ${what} "${text}" in ${within}${isUuid(text) ? '' : `; ${suggest(text, known)}`}`
  }
}

/** What a part of the input refers to; undefined, with an issue, where it is nothing. */
export function resolve<T extends object>(
  { value, pointer }: Part<string | undefined>,
  find: Find<T>,
  { issues }: Expansion,
): T | undefined {
  const found = value === undefined ? undefined : find(value)
  if (typeof found !== 'string') return found
  issues.push({ pointer, message: found })
  return undefined
}
