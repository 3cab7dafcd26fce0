import { Value } from '@sinclair/typebox/value'
import { InvalidTime, parseTime } from '../clock.ts'
import { LowerCaseUuid } from '../contract/formats.ts'
import { uuidOf } from '../seed/ids.ts'

/** Readers of values from an answer, whose types and formats are not certain. */

export const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

export const oneOf = <T extends string>(values: readonly T[], value: unknown): T | undefined =>
  values.find(known => known === value)

/** `true`, and `"true"`, as one operation has it. */
export const isTrue = (value: unknown): boolean => value === true || value === 'true'

const UUID = LowerCaseUuid()

/** A UUID in lower case. Any other value is replaced by a UUID that is always the same for it. */
export function idOf(value: unknown, kind: string): string {
  const id = (textOf(value) ?? '').toLowerCase()
  return Value.Check(UUID, id) ? id : uuidOf(JSON.stringify([kind, value]))
}

/** A time in any zone as a vendor timestamp; null for what is not a time, or has a year beyond four digits. */
export function timeOf(value: unknown): string | null {
  if (typeof value !== 'string') return null
  try {
    return parseTime(value)
  } catch (error) {
    if (error instanceof InvalidTime) return null
    throw error
  }
}
