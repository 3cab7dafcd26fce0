import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { ConfigError } from '../config.ts'
import { isObject, pointerPart } from '../contract/json.ts'
import type { OperationId } from '../contract/operations.ts'
import { type LiveAnswer, parseJson } from './live-api.ts'

/** A request and its answer. */
export interface Exchange {
  operation: OperationId
  /** The journey id or email that was asked for. */
  identifier?: string
  /** When it was answered: a vendor timestamp. */
  at: string
  status: number
  /** The errorCode of a refusal. */
  code?: string
  /** The body of a 200; null for a refusal. */
  body: unknown
  /** The JSON pointers of numbers that JavaScript cannot represent exactly. */
  inexact?: string[]
}

/** @throws {SyntaxError} when a 200 is not JSON */
export function toExchange(
  question: Pick<Exchange, 'operation' | 'identifier' | 'at'>,
  { status, text }: Pick<LiveAnswer, 'status' | 'text'>,
): Exchange {
  if (status !== 200) {
    const code = codeOf(text)
    return { ...question, status, ...(code !== '' && { code }), body: null }
  }
  const { value, inexact } = parseExactly(text)
  return { ...question, status, body: value, ...(inexact.length > 0 && { inexact }) }
}

/** The error code of a body; empty when it has none, or one that does not look like a code. */
export function codeOf(text: string): string {
  const body = parseJson(text)
  const code = isObject(body) ? String(body.errorCode) : ''
  return /^[A-Z][A-Z0-9_]{0,49}$/.test(code) ? code : ''
}

/** The value of a JSON text, and the JSON pointers of the numbers that JavaScript cannot represent exactly. @throws {SyntaxError} when it is not JSON */
export function parseExactly(text: string): { value: unknown; inexact: string[] } {
  const inexact = new Map<unknown, Set<string>>()
  const value = JSON.parse(text, function (this: unknown, key, parsed, context?: { source?: string }) {
    const { source } = context ?? {}
    if (typeof parsed === 'number' && source !== undefined && decimalOf(source) !== decimalOf(String(parsed)))
      inexact.set(this, (inexact.get(this) ?? new Set()).add(key))
    return parsed
  })
  const pointers = (part: unknown, pointer: string): string[] => {
    if (typeof part !== 'object' || part === null) return []
    return Object.entries(part).flatMap(([key, inner]) => {
      const at = pointer + pointerPart(key)
      return inexact.get(part)?.has(key) ? [at] : pointers(inner, at)
    })
  }
  return { value, inexact: inexact.size > 0 ? pointers(value, '') : [] }
}

/** The decimal notation of a number in a normal form: `1.50` and `15e-1` → `15e-1`. */
function decimalOf(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? []
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return whole === '' ? text : '0'
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`
}

/** A run continues a recording only if its header is the same. */
export interface RecordingHeader {
  base_url: string
  site_id: string
  /** A random key, or a digest of a given key; null without a mask. */
  mask: { key: string } | { of: string } | null
}

/** The answers so far, appended to a file one by one, so that an interrupted capture can continue. */
export interface Recording {
  find(operation: OperationId, identifier?: string): Exchange | undefined
  add(exchange: Exchange): void
  /** Removes the file. */
  remove(): void
}

const keyOf = (operation: OperationId, identifier = ''): string => `${operation} ${identifier}`

/**
 * Opens the recording in `file`, or starts one.
 * @throws {ConfigError} when the file belongs to another capture, or cannot be written
 */
export function openRecording(file: string, header: RecordingHeader): Recording {
  const [first, ...lines] = completeLines(file)
  if (first === undefined || lines.length === 0) start(file, header)
  else if (first !== JSON.stringify(header)) {
    throw new ConfigError(
      `${file} belongs to another snapshot: its server, site or anonymisation differs; repeat that command, or start again with --no-resume`,
    )
  }
  const exchanges = lines.map(line => JSON.parse(line) as Exchange)
  const known = new Map(exchanges.map(exchange => [keyOf(exchange.operation, exchange.identifier), exchange]))
  return {
    find: (operation, identifier) => known.get(keyOf(operation, identifier)),
    add: exchange => appendFileSync(file, `${JSON.stringify(exchange)}\n`),
    remove: () => rmSync(file),
  }
}

/** The header of the recording in a file; undefined when there is none. */
export function readHeader(file: string): RecordingHeader | undefined {
  const [first] = completeLines(file)
  return first === undefined ? undefined : (JSON.parse(first) as RecordingHeader)
}

/** The lines of a file, without one that an interruption cut off. */
function completeLines(file: string): string[] {
  if (!existsSync(file)) return []
  const text = readFileSync(file, 'utf8')
  const complete = text.slice(0, text.lastIndexOf('\n') + 1)
  if (complete !== text) writeFileSync(file, complete)
  return complete.split('\n').slice(0, -1)
}

/** Readable by the user alone, as it holds data of members. */
function start(file: string, header: RecordingHeader): void {
  try {
    writeFileSync(file, `${JSON.stringify(header)}\n`, { mode: 0o600 })
  } catch (error) {
    throw new ConfigError(`--out: ${(error as Error).message}`)
  }
}
