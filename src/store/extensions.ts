import type { Extended } from '../contract/schemas.ts'

/** The `extra` of an object as it is stored: JSON, or null for none. */
export interface ExtraColumn {
  extra: string | null
}

export const extensionIn = (extra: string | null): Extended =>
  extra === null ? {} : { extra: JSON.parse(extra) }

/** A row with the `extra` that its column holds. */
export const withExtension = <R extends ExtraColumn>({ extra, ...row }: R): Omit<R, 'extra'> & Extended => ({
  ...row,
  ...extensionIn(extra),
})

export const extraColumn = ({ extra }: Extended): string | null =>
  extra === undefined ? null : JSON.stringify(extra)
