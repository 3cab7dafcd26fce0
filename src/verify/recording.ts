import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { ConfigError } from '../config.ts'
import type { OperationId } from '../contract/operations.ts'

/** A request and its answer, masked if the snapshot is anonymised. */
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
