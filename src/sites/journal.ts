import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { Verdict } from '../auth/verdict.ts'
import { instantOf, isoOf, parseTime, timestampOf } from '../clock.ts'
import { foldEmail, OneOf } from '../contract/formats.ts'
import { OPERATION_IDS, type OperationId, operations } from '../contract/operations.ts'
import { Conflict } from '../errors.ts'
import { checkInput } from '../validation.ts'
import type { AnswerBodies, KeptBody } from './answer-bodies.ts'
import { decodeToken, redactHeaders, redactUrl } from './redact.ts'

/** A request as it is recorded while it is answered. */
export interface JournalEntry {
  id: string
  /** Milliseconds since the epoch, by the system clock. */
  time: number
  method: string
  url: string
  /** Header lines as sent, names and values in turn. */
  rawHeaders: string[]
  operation: OperationId | undefined
  identifier: string | undefined
  status: number | undefined
  duration_ms: number | undefined
  /** Why it was refused, or what it should do better: the header `X-Sandbox-Explain`. */
  explanation: string | undefined
  fault: { id: string | undefined; kind: string } | undefined
  verdict: Verdict | undefined
  /** The headers of the answer, by lower-case name. */
  responseHeaders: Record<string, string> | undefined
  /** The record of a request that another sandbox recorded. */
  restored?: RequestRecord
}

const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

const ResponseRecord = Type.Object(
  {
    headers: Type.Record(Type.String(), Type.String(), { description: 'By lower-case name' }),
    body: orNull(Type.String({ description: 'null when it is no longer kept: see --journal-bytes' })),
    truncated: Type.Boolean({ description: 'Whether the end of the body is left out' }),
  },
  { title: 'Answer', description: 'An answer of the API' },
)

export const RequestRecord = Type.Object(
  {
    id: Type.String({ description: 'Also in the response header X-Sandbox-Request-Id' }),
    time: Type.String({ description: 'RFC 3339, by the system clock' }),
    method: Type.String(),
    path: Type.String({ description: 'As sent, with the query' }),
    operation: orNull(OneOf(OPERATION_IDS)),
    email: orNull(Type.String()),
    journey_id: orNull(Type.String()),
    status: orNull(Type.Integer({ description: 'null while it is not answered, and when it never was' })),
    duration_ms: orNull(Type.Number()),
    explanation: orNull(
      Type.String({ description: 'Why it was refused, or what it should do better: X-Sandbox-Explain' }),
    ),
    fault: orNull(
      Type.Object(
        { id: orNull(Type.String()), kind: Type.String() },
        { description: 'The injected fault; its id is null when the request asked for it' },
      ),
    ),
    authentication: orNull(Verdict),
    headers: Type.Record(Type.String(), Type.String(), {
      description: 'By lower-case name, as sent but for secrets: a token is without its signature',
    }),
    token: orNull(Type.Object({ header: Type.Unknown(), claims: Type.Unknown() })),
    response: orNull(ResponseRecord),
  },
  { title: 'Request', description: 'A request to the API, and its answer' },
)
export type RequestRecord = Static<typeof RequestRecord>

export const RequestFilter = Type.Object(
  {
    operation: Type.Optional(
      OneOf(OPERATION_IDS, { description: 'Only calls of this operation', examples: ['getJourneys'] }),
    ),
    email: Type.Optional(
      Type.String({ description: 'Only calls about this member', examples: ['ann@example.com'] }),
    ),
    status: Type.Optional(Type.Integer({ description: 'Only calls with this answer', examples: [401] })),
    since: Type.Optional(
      Type.String({
        description: 'Only calls from this time on: a vendor timestamp or RFC 3339',
        examples: ['2026-01-05T10:00:00Z'],
      }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, description: 'The most calls to list', examples: [20] })),
    offset: Type.Optional(
      Type.Integer({ minimum: 0, description: 'How many of the newest to skip', examples: [20] }),
    ),
  },
  { additionalProperties: false },
)
export type RequestFilter = Static<typeof RequestFilter>

export interface Journal {
  /** The most requests it keeps; 0 keeps none. */
  readonly size: number
  /** How many requests it no longer keeps, since it was emptied. */
  readonly dropped: number
  /** Records a request; the entry may be completed until it is answered. */
  add(entry: JournalEntry): void
  /** Newest first. @throws {Invalid} when the filter does not match its schema; {InvalidTime} */
  list(filter?: RequestFilter): RequestRecord[]
  /**
   * How many requests match. @throws {Conflict} when some that may match are no longer kept; {Invalid | InvalidTime}
   */
  count(filter?: RequestFilter): number
  /** How many of those that are kept match. @throws {Invalid | InvalidTime} */
  countKept(filter?: RequestFilter): number
  get(id: string): RequestRecord | undefined
  /** The same as it was recorded, with its secrets. */
  entry(id: string): JournalEntry | undefined
  clear(): void
  /** Replaces all entries by records of another journal, newest first. Their ids get the prefix `opened-`. */
  restore(records: readonly RequestRecord[], dropped: number): void
  /** Records the body of the answer to a request. */
  addBody(entry: JournalEntry, body: string): void
  /** Tells the watchers that an entry was completed. */
  answered(entry: JournalEntry): void
  /** Tells the id of every request that is added, and again when it is answered, until the returned function is called. */
  watch(listener: (id: string) => void): () => void
}

/** What an entry may take on average. A usual one takes 1 KiB, and the longest that the server accepts some 40. */
const BYTES_PER_ENTRY = 4096

/** The last `size` requests, and fewer when they are very long: without the bodies of answers, they take at most 4 KiB each. */
export function createJournal(size: number, bodies: AnswerBodies): Journal {
  const entries = new Map<string, JournalEntry>()
  const watchers = new Set<(id: string) => void>()
  let bytes = 0
  let dropped = 0
  /** The time of the newest request that was dropped. */
  let droppedUntil = 0

  function drop(entry: JournalEntry): void {
    if (entries.delete(entry.id)) bytes -= bytesOf(entry)
    bodies.drop(entry)
    dropped++
    droppedUntil = entry.time
  }
  function select(filter: RequestFilter): JournalEntry[] {
    checkInput('query', RequestFilter, filter)
    const { offset = 0, limit = size } = filter
    const matching = [...entries.values()].reverse().filter(toPredicate(filter))
    return matching.slice(offset, offset + limit)
  }
  function tell({ id }: JournalEntry): void {
    for (const watcher of watchers) watcher(id)
  }

  return {
    size,
    get dropped() {
      return dropped
    },
    add(entry) {
      entries.set(entry.id, entry)
      bytes += bytesOf(entry)
      for (const oldest of entries.values()) {
        if (entries.size <= size && bytes <= size * BYTES_PER_ENTRY) break
        drop(oldest)
      }
      tell(entry)
    },
    list: (filter = {}) => select(filter).map(entry => toRecord(entry, bodies.get(entry))),
    count(filter = {}) {
      const { since } = filter
      if (dropped > 0 && (since === undefined || parseTime(since) <= timestampOf(droppedUntil)))
        throw new Conflict(whyNotAll(size, dropped, droppedUntil))
      return select(filter).length
    },
    countKept: (filter = {}) => select(filter).length,
    get(id) {
      const entry = entries.get(id)
      return entry && toRecord(entry, bodies.get(entry))
    },
    entry: id => entries.get(id),
    clear() {
      for (const entry of entries.values()) bodies.drop(entry)
      entries.clear()
      bytes = 0
      dropped = 0
    },
    restore(records, droppedBefore) {
      this.clear()
      for (const record of records.toReversed()) this.add(toEntry(record))
      dropped += droppedBefore
    },
    addBody(entry, body) {
      if (entries.has(entry.id)) bodies.keep(entry, body)
    },
    answered: tell,
    watch(listener) {
      watchers.add(listener)
      return () => watchers.delete(listener)
    },
  }
}

const whyNotAll = (size: number, dropped: number, until: number): string =>
  size === 0
    ? 'the journal is off, so there is nothing to count; start the server with a --journal of 1 or more'
    : `the journal has dropped its ${dropped} oldest requests, so it cannot count them all; empty it before a test, ` +
      `count those since ${isoOf(until + 1)}, or start the server with a larger --journal`

/** What an entry takes in memory, roughly: its texts, and 1 KiB for the objects around them. */
const bytesOf = ({ url, rawHeaders, identifier = '' }: JournalEntry): number =>
  rawHeaders.reduce((sum, text) => sum + text.length + 24, 1024 + url.length + 4 * identifier.length)

function toPredicate({ operation, email, status, since }: RequestFilter): (entry: JournalEntry) => boolean {
  const earliest = since === undefined ? undefined : parseTime(since)
  const folded = email === undefined ? undefined : foldEmail(email)
  return entry =>
    (earliest === undefined || timestampOf(entry.time) >= earliest) &&
    (operation === undefined || entry.operation === operation) &&
    (status === undefined || entry.status === status) &&
    (folded === undefined || foldEmail(identifierAs('email_id', entry) ?? '') === folded)
}

const identifierAs = (
  name: 'email_id' | 'journey_id',
  { operation, identifier }: JournalEntry,
): string | null =>
  operation !== undefined && operations[operation].identifier === name ? (identifier ?? null) : null

/** The entry of a record, as far as filters look at it. */
function toEntry(record: RequestRecord): JournalEntry {
  const restored = { ...record, id: `opened-${record.id}` }
  return {
    id: restored.id,
    time: instantOf(record.time),
    method: record.method,
    url: record.path,
    rawHeaders: Object.entries(record.headers).flat(),
    operation: record.operation ?? undefined,
    identifier: record.email ?? record.journey_id ?? undefined,
    status: record.status ?? undefined,
    duration_ms: undefined,
    explanation: undefined,
    fault: undefined,
    verdict: undefined,
    responseHeaders: undefined,
    restored,
  }
}

function toRecord(entry: JournalEntry, body: KeptBody | undefined): RequestRecord {
  if (entry.restored) return entry.restored
  const { operation, status, duration_ms, explanation, fault, verdict, responseHeaders } = entry
  const headers = readHeaders(entry.rawHeaders)
  return {
    id: entry.id,
    time: isoOf(entry.time),
    method: entry.method,
    path: redactUrl(entry.url),
    operation: operation ?? null,
    email: identifierAs('email_id', entry),
    journey_id: identifierAs('journey_id', entry),
    status: status ?? null,
    duration_ms: duration_ms ?? null,
    explanation: explanation ?? null,
    fault: fault ? { id: fault.id ?? null, kind: fault.kind } : null,
    authentication: verdict ?? null,
    headers: redactHeaders(headers),
    token: decodeToken(headers.authorization),
    response: responseHeaders
      ? { headers: responseHeaders, body: body?.text ?? null, truncated: body?.truncated ?? false }
      : null,
  }
}

/** Header lines, names and values in turn, by lower-case name. Repeated ones are taken as Node takes them. */
export function readHeaders(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name, value] = [(raw[i] as string).toLowerCase(), raw[i + 1] as string]
    const before = headers[name]
    headers[name] = before === undefined ? value : name === 'authorization' ? before : `${before}, ${value}`
  }
  return headers
}
