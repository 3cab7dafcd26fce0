import type { ExtendedByOperation } from '../contract/extension.ts'

/** What an object has beyond the contract, as it is kept: JSON, or null for nothing, as nearly always. */
export interface ExtensionColumns {
  extra: string | null
  answers?: string | null
}

/** What is in these columns. */
export const extensionsIn = (extra: string | null, answers: string | null = null): ExtendedByOperation => ({
  ...(extra !== null && { 'x-extra': JSON.parse(extra) }),
  ...(answers !== null && { 'x-answers': JSON.parse(answers) }),
})

/** A row without these columns, but with what is in them. */
export const withExtensions = <R extends ExtensionColumns>({
  extra,
  answers,
  ...row
}: R): Omit<R, keyof ExtensionColumns> & ExtendedByOperation => ({ ...row, ...extensionsIn(extra, answers) })

export const extraColumn = ({ 'x-extra': extra }: ExtendedByOperation): string | null => toJson(extra)

export const answersColumn = ({ 'x-answers': answers }: ExtendedByOperation): string | null => toJson(answers)

const toJson = (value: object | undefined): string | null =>
  value === undefined ? null : JSON.stringify(value)
