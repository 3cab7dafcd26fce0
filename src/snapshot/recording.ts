import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { ConfigError } from '../config.ts'
import type { OperationId } from '../contract/operations.ts'

/** One request and what came back, as far as a snapshot needs it. */
export interface Exchange {
  operation: OperationId
  /** Of the journey or member asked for; an email is masked where the snapshot is. */
  identifier?: string
  /** When it was answered: a vendor timestamp. */
  at: string
  status: number
  body: unknown
}

/** What must be the same for a recording to be gone on with. */
export interface Header {
  base_url: string
  site_id: string
  /** The key of the mask where it was made up, else what tells it from others; null for a snapshot without a mask. */
  mask: { key: string } | { of: string } | null
}

/** What was asked so far, in a file that is written as answers come in, so that an interruption costs nothing. */
export interface Recording {
  find(operation: OperationId, identifier?: string): Exchange | undefined
  add(exchange: Exchange): void
  /** Takes the file away, once it has served its purpose. */
  remove(): void
}

const keyOf = (operation: OperationId, identifier = ''): string => `${operation} ${identifier}`

/**
 * Opens the recording in `file`, or begins it.
 * @throws {ConfigError} when the one that is there is of another snapshot, or the file cannot be used
 */
export function openRecording(file: string, header: Header): Recording {
  const [first, ...lines] = wholeLines(file)
  // One that was begun and never answered stands in nobody's way.
  if (first === undefined || lines.length === 0) begin(file, header)
  else refuseOther(file, first, header)
  const exchanges = lines.map(line => JSON.parse(line) as Exchange)
  const known = new Map(exchanges.map(exchange => [keyOf(exchange.operation, exchange.identifier), exchange]))
  return {
    find: (operation, identifier) => known.get(keyOf(operation, identifier)),
    add: exchange => appendFileSync(file, `${JSON.stringify(exchange)}\n`),
    remove: () => rmSync(file),
  }
}

/** What a recording is of; undefined when there is none. */
export function readHeader(file: string): Header | undefined {
  const [first] = wholeLines(file)
  return first === undefined ? undefined : (JSON.parse(first) as Header)
}

/** The lines of a file. One that an interruption broke off was never written, and is taken away. */
function wholeLines(file: string): string[] {
  if (!existsSync(file)) return []
  const text = readFileSync(file, 'utf8')
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  if (whole !== text) writeFileSync(file, whole)
  return whole.split('\n').slice(0, -1)
}

/** Readable by nobody else: it holds what members do. */
function begin(file: string, header: Header): void {
  try {
    writeFileSync(file, `${JSON.stringify(header)}\n`, { mode: 0o600 })
  } catch (error) {
    throw new ConfigError(`--out: ${(error as Error).message}`)
  }
}

function refuseOther(file: string, first: string, header: Header): void {
  if (first === JSON.stringify(header)) return
  throw new ConfigError(
    `${file} is of another snapshot: the server, the site, or how it is anonymised differ; repeat that one, or start anew with --no-resume`,
  )
}
