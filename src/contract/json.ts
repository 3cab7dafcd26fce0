/** An object of JSON that may come from anyone: any property may be in it, or missing. */
export type JsonObject = Record<string, unknown>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The objects of a list; none when the value is not a list. */
export const objectsIn = (value: unknown): JsonObject[] =>
  Array.isArray(value) ? value.filter(isObject) : []

/** A name as one part of a JSON pointer (RFC 6901). */
export const pointerPart = (name: string | number): string =>
  `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`

/** The names in a JSON pointer. */
export const pointerNames = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))

/**
 * How many levels of lists and objects a seed may have. Recursive code is safe up to here, and so are the JSON functions
 * of SQLite, which stop at 1000.
 */
export const MAX_DEPTH = 100

/** Where a value is nested deeper than a limit; `undefined` when it is not. */
export function depthIssue(
  value: unknown,
  limit = MAX_DEPTH,
): { pointer: string; message: string } | undefined {
  const pointer = pointerBelow(value, limit)
  return pointer === undefined ? undefined : { pointer, message: `is nested deeper than ${limit} levels` }
}

/** A pointer to the first list or object below this many levels. */
function pointerBelow(value: unknown, levels: number): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (levels === 0) return ''
  // A list is walked without a list of its entries, which would take a multiple of its memory.
  for (const [key, inner] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    const pointer = pointerBelow(inner, levels - 1)
    if (pointer !== undefined) return pointerPart(key) + pointer
  }
  return undefined
}

/** Any value of JSON as text. Unlike String(), it works for an object with a property toString. */
export const toText = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value)
