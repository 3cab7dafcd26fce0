/** An object of JSON that may come from anyone: any property may be in it, or missing. */
export type JsonObject = Record<string, unknown>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The objects in what should be a list of them; none when it is no list. */
export const objectsIn = (value: unknown): JsonObject[] =>
  Array.isArray(value) ? value.filter(isObject) : []

/** A name as one part of a JSON pointer (RFC 6901). */
export const pointerPart = (name: string | number): string =>
  `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`

/**
 * How many lists and objects may lie within one another in a seed or a body. Recursive code is safe up to here, and so
 * are the JSON functions of SQLite, which stop at 1000.
 */
export const MAX_DEPTH = 100

/** Where a value is nested deeper than the limit; `undefined` when it is not. It never recurses itself. */
export function depthIssue(value: unknown): { pointer: string; message: string } | undefined {
  const open = [{ value, pointer: '', depth: 0 }]
  for (let item = open.pop(); item; item = open.pop()) {
    const { value, pointer, depth } = item
    if (typeof value !== 'object' || value === null) continue
    if (depth === MAX_DEPTH) return { pointer, message: `is nested deeper than ${MAX_DEPTH} levels` }
    for (const [key, inner] of Object.entries(value))
      open.push({ value: inner, pointer: pointer + pointerPart(key), depth: depth + 1 })
  }
  return undefined
}
