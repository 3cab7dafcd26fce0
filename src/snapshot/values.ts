import { Value } from '@sinclair/typebox/value'
import { InvalidTime, instantOf, timestampOf } from '../clock.ts'
import { LowerCaseUuid } from '../contract/formats.ts'
import { uuidOf } from '../seed/ids.ts'
import { isTime } from '../seed/times.ts'

/** Reading what may be of any form: as the sandbox writes it where that can be, else something near, or nothing. */

export const textOf = (value: unknown, otherwise = ''): string =>
  typeof value === 'string' ? value : otherwise

export const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** A number, or the one that a text says; 0 for what is neither. */
export const numberOf = (value: unknown): number =>
  typeof value === 'number' || typeof value === 'string' ? Number(value) || 0 : 0

const UUID = LowerCaseUuid()

/** A UUID in lower case; for what is none one that is made from it, the same every time. */
export function idOf(value: unknown, kind: string): string {
  const id = textOf(value).toLowerCase()
  return Value.Check(UUID, id) ? id : uuidOf(JSON.stringify([kind, value]))
}

/** A vendor timestamp of the same moment; null for what is no time. */
export function timeOf(value: unknown): string | null {
  if (typeof value !== 'string') return null
  if (isTime(value)) return value
  try {
    const near = timestampOf(instantOf(value))
    // A year of more than four digits has no timestamp.
    return isTime(near) ? near : null
  } catch (error) {
    if (error instanceof InvalidTime) return null
    throw error
  }
}

/** `true` and `"true", which one operation writes so. */
export const truthOf = (value: unknown, otherwise: boolean): boolean =>
  value === undefined ? otherwise : value === true || value === 'true'

/** An object without the properties that it does not have. */
export const withoutUndefined = <T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never
