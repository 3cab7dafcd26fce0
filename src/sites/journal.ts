import type { Verdict } from '../auth/verdict.ts'
import { isoOf, parseTime, timestampOf } from '../clock.ts'
import { foldEmail } from '../contract/formats.ts'
import { type OperationId, operations } from '../contract/operations.ts'

/** What is noted of a request while it is answered. */
export interface JournalEntry {
  id: string
  /** Milliseconds since the epoch, by the machine's clock. */
  time: number
  method: string
  operation: OperationId | undefined
  identifier: string | undefined
  status: number | undefined
  duration_ms: number | undefined
  /** Why it was refused, or what it should do better: the header `X-Sandbox-Explain`. */
  explanation: string | undefined
  fault: { id: string | undefined; kind: string } | undefined
  verdict: Verdict | undefined
}

/** What a request came with. */
export interface RequestHead {
  url: string
  /** Header lines as sent, names and values in turn. */
  rawHeaders: string[]
}

/** A request as it is shown. */
export interface RequestRecord {
  id: string
  /** RFC 3339, UTC, by the machine's clock. */
  time: string
  method: string
  path: string
  operation: OperationId | null
  email: string | null
  journey_id: string | null
  /** null while it is not answered, and when it never was. */
  status: number | null
  duration_ms: number | null
  /** Why it was refused, or what it should do better: the header `X-Sandbox-Explain`. */
  explanation: string | null
  /** The fault that was applied; `id` is null for one that the request asked for itself. */
  fault: { id: string | null; kind: string } | null
  /** What the authentication found; null when it was not asked. */
  authentication: Verdict | null
  /** The headers as sent, by lower-case name; a token is shown decoded, without its signature. */
  headers: Record<string, string>
  token: { header: unknown; claims: unknown } | null
}

export interface RequestFilter {
  operation?: OperationId
  email?: string
  status?: number
  /** A vendor timestamp or RFC 3339. */
  since?: string
  limit?: number
  /** How many of the newest to pass over. */
  offset?: number
}

export interface Journal {
  /** At most so many entries are kept; 0 keeps none. */
  readonly size: number
  /** Notes a request, unless none are kept; the entry may be completed until it is answered. */
  add(entry: JournalEntry, head: RequestHead): void
  /** Newest first. @throws {InvalidTime} when `since` is no time */
  list(filter?: RequestFilter): RequestRecord[]
  count(filter?: RequestFilter): number
  get(id: string): RequestRecord | undefined
  /** The same as it was noted. */
  entry(id: string): (JournalEntry & RequestHead) | undefined
  clear(): void
  /** Says that an entry was completed. */
  answered(entry: JournalEntry): void
  /** Tells the id of every request that is noted, and again when it is answered, until the returned function is called. */
  watch(listener: (id: string) => void): () => void
}

/** The last `size` requests, oldest dropped first. What they came with is read only when someone asks for it. */
export function createJournal(size: number): Journal {
  let ring: (JournalEntry & RequestHead)[] = []
  // How many there have been; the next one takes the place of the oldest, once there are `size`.
  let count = 0
  const watchers = new Set<(id: string) => void>()
  const tell = ({ id }: JournalEntry) => {
    for (const watcher of watchers) watcher(id)
  }

  function select(filter: RequestFilter): number[] {
    const matches = toPredicate(filter)
    return Array.from(ring, (_, age) => (count - 1 - age) % size)
      .filter(place => matches(ring[place] as JournalEntry))
      .slice(filter.offset)
      .slice(0, filter.limit)
  }
  function entry(id: string) {
    return ring.find(candidate => candidate.id === id)
  }

  return {
    size,
    add(entry, head) {
      if (size === 0) return
      ring[count++ % size] = Object.assign(entry, head)
      if (watchers.size > 0) tell(entry)
    },
    list: (filter = {}) => select(filter).map(place => toRecord(ring[place] as JournalEntry & RequestHead)),
    count: (filter = {}) => select(filter).length,
    get(id) {
      const found = entry(id)
      return found && toRecord(found)
    },
    entry,
    clear() {
      ring = []
      count = 0
    },
    answered(entry) {
      if (watchers.size > 0) tell(entry)
    },
    watch(listener) {
      watchers.add(listener)
      return () => watchers.delete(listener)
    },
  }
}

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

function toRecord(entry: JournalEntry & RequestHead): RequestRecord {
  const { rawHeaders, url, operation, status, duration_ms, fault, verdict } = entry
  const { authorization, ...headers } = readHeaders(rawHeaders)
  return {
    id: entry.id,
    time: isoOf(entry.time),
    method: entry.method,
    path: url,
    operation: operation ?? null,
    email: identifierAs('email_id', entry),
    journey_id: identifierAs('journey_id', entry),
    status: status ?? null,
    duration_ms: duration_ms ?? null,
    explanation: entry.explanation ?? null,
    fault: fault ? { id: fault.id ?? null, kind: fault.kind } : null,
    authentication: verdict ?? null,
    headers:
      authorization === undefined ? headers : { ...headers, authorization: withoutSignature(authorization) },
    token: authorization === undefined ? null : decodeToken(authorization),
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

/** A bearer token cannot be used again without its signature. */
const withoutSignature = (authorization: string): string => authorization.replace(/\.[^.]*$/, '.…')

function decodeToken(authorization: string): { header: unknown; claims: unknown } | null {
  const [header = '', claims = ''] = authorization.replace(/^\S+\s+/, '').split('.')
  try {
    return { header: decodePart(header), claims: decodePart(claims) }
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

const decodePart = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString())
