import type { ExtendedByOperation } from '../contract/extension.ts'

/** What an object has beyond the contract, as it is kept: JSON, or null for nothing, as nearly always. */
export interface ExtensionColumns {
  extra: string | null
  answers?: string | null
}

/** A row without these columns, but with what is in them. */
export function withExtensions<R extends ExtensionColumns>({
  extra,
  answers = null,
  ...row
}: R): Omit<R, keyof ExtensionColumns> & ExtendedByOperation {
  if (extra === null && answers === null) return row
  return {
    ...row,
    ...(extra !== null && { 'x-extra': JSON.parse(extra) }),
    ...(answers !== null && { 'x-answers': JSON.parse(answers) }),
  }
}

export const extraColumn = ({ 'x-extra': extra }: ExtendedByOperation): string | null => toJson(extra)

export const answersColumn = ({ 'x-answers': answers }: ExtendedByOperation): string | null => toJson(answers)

const toJson = (value: object | undefined): string | null =>
  value === undefined ? null : JSON.stringify(value)
