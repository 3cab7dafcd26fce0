import { isObject } from '../contract/json.ts'
import type { Position } from './issues.ts'

/** What JSON.parse leaves out: where a text stops being JSON, and keys that are given twice. */

/** The first character of a string, or the whole of any other token. */
const TOKEN = /["{}[\],:]|[^\s"{}[\],:]+/g

/** Where a text stops being JSON, given what JSON.parse says about it. */
export function jsonErrorAt(text: string, message: string): Position {
  const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? []
  if (line !== undefined) return { line: Number(line), column: Number(column) }
  const before = text.slice(0, valueErrorAt(text)).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

/** The first place where a value should be and is not: JSON.parse does not say where that is. */
function valueErrorAt(text: string): number {
  let before = ','
  const tokens = new RegExp(TOKEN)
  for (let match = tokens.exec(text); match; match = tokens.exec(text)) {
    const { 0: token, index } = match
    if (token === '"') tokens.lastIndex = endOfString(text, index)
    const isEmptyList = before === '[' && token === ']'
    if (',:['.includes(before) && !isEmptyList && !startsValue(token)) return index
    before = token
  }
  return text.length
}

const startsValue = (token: string): boolean =>
  /^(["{[]|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$|true$|false$|null$)/.test(token)

/** Whether an object of a JSON text has a key twice. JSON.parse keeps the last one, so `value`, its result, has fewer keys. */
export function isJsonWithRepeatedKeys(text: string, value: unknown): boolean {
  let written = 0
  for (let start = text.indexOf('"'); start >= 0; ) {
    let next = endOfString(text, start)
    while (/\s/.test(text.charAt(next))) next++
    if (text[next] === ':') written++
    start = text.indexOf('"', next)
  }
  return written !== countKeys(value)
}

/** Where the string ends that begins at `start`: behind its quotation mark, or at the end of the text. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end < 0 ? text.length : end + 1
}

function isEscaped(text: string, index: number): boolean {
  let before = index
  while (text[before - 1] === '\\') before--
  return (index - before) % 2 === 1
}

function countKeys(value: unknown): number {
  const inner = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []
  const own = isObject(value) ? inner.length : 0
  return inner.reduce<number>((sum, item) => sum + countKeys(item), own)
}
