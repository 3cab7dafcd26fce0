export const lowerHex = (unit: string): string => unit.charCodeAt(0).toString(16).padStart(4, '0')
export const upperHex = (unit: string): string => lowerHex(unit).toUpperCase()

/** Text with some units of its UTF-16, by default all beyond printable ASCII, escaped as JSON may: `\u` and four digits. */
export const escapeUnits = (text: string, hexOf: (unit: string) => string, units = /[^ -~]/g): string =>
  text.replace(units, unit => `\\u${hexOf(unit)}`)
