import { isObject } from '../contract/json.ts'
import type { Position } from './issues.ts'

/** What JSON.parse does not tell. */

const TOKEN = /"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s"{}[\],:]+/gs

/** Where a text stops being JSON, given what JSON.parse says about it. */
export function jsonErrorAt(text: string, message: string): Position {
  const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? []
  if (line !== undefined) return { line: Number(line), column: Number(column) }
  const before = text.slice(0, valueErrorAt(text)).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

/** JSON.parse leaves out the position where a value should be and something else is: the first such place. */
function valueErrorAt(text: string): number {
  let before = ','
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const isEmptyList = before === '[' && token === ']'
    if (',:['.includes(before) && !isEmptyList && !startsValue(token)) return index
    before = token
  }
  return text.length
}

const startsValue = (token: string): boolean =>
  /^(["{[]|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$|true$|false$|null$)/.test(token)

/** Whether some object of a JSON text has a key twice, of which JSON.parse keeps the last. `value` is what it made of it. */
export function isJsonWithRepeatedKeys(text: string, value: unknown): boolean {
  let written = 0
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)) if (colon !== undefined) written++
  return written !== countKeys(value)
}

function countKeys(value: unknown): number {
  const inner = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []
  const own = isObject(value) ? inner.length : 0
  return inner.reduce<number>((sum, item) => sum + countKeys(item), own)
}
