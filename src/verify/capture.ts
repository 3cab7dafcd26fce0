import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type Clock, systemClock, timestampOf } from '../clock.ts'
import { ConfigError } from '../config.ts'
import { ERROR_CASES } from '../contract/errors.ts'
import { isObject, type JsonObject, objectsIn, pointerPart } from '../contract/json.ts'
import { type OperationId, operationPath, operations } from '../contract/operations.ts'
import type { SeedMember } from '../seed/schema.ts'
import { errorCodeIn, type LiveAnswer, type LiveApi, LiveApiError, parseJson } from './live-api.ts'

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

/** The answers of a site; one that was not captured is undefined. */
export interface Capture {
  list: Exchange | undefined
  journeys: Exchange[]
  members: MemberCapture[]
}

export interface MemberCapture {
  email: string
  user?: Exchange | undefined
  member?: Exchange | undefined
}

/** The journeys in an answer, wrapped as the contract has it, or a bare list. */
export const journeysIn = (exchange: Pick<Exchange, 'body'> | undefined): JsonObject[] =>
  objectsIn(isObject(exchange?.body) ? exchange.body.journeys : exchange?.body)

/** Removes personal data from a captured site. */
export interface Mask {
  email(email: string): string
  /** The email or journey id that was asked for. */
  identifier(operation: OperationId, identifier: string | undefined): string | undefined
  exchange(exchange: Exchange): Exchange
}

export interface ReadOptions {
  api: LiveApi
  /** Unique without regard to case. */
  emails: readonly string[]
  clock?: Clock
  /** Called after every request, with the number of requests that are known to be needed. */
  onProgress?: (done: number, total: number) => void
}

/**
 * Reads a live site: its journeys, both lists of each member, and every journey that is listed or that a member is in.
 * Recorded answers are not requested again.
 * @throws {LiveApiError} when the server gives no answer, or refuses
 */
export async function readSite(
  { api, emails, clock = systemClock, onProgress = () => undefined }: ReadOptions,
  recording: Recording,
  mask: Mask,
): Promise<Capture> {
  let done = 0
  let total = 1 + 2 * emails.length

  async function ask(operation: OperationId, identifier?: string): Promise<Exchange> {
    const known = recording.find(operation, mask.identifier(operation, identifier))
    const exchange = known ?? (await read(operation, identifier))
    if (!known) recording.add(exchange)
    onProgress(++done, total)
    return exchange
  }

  async function read(operation: OperationId, identifier?: string): Promise<Exchange> {
    const answer = await api.get(operationPath(operation, identifier), { identifier })
    refuse(operation, answer, api.baseUrl)
    const question = { operation, ...(identifier !== undefined && { identifier }) }
    return mask.exchange(toExchange({ ...question, at: timestampOf(clock.now()) }, answer))
  }

  const list = await ask('getJourneys')
  const journeys = new Map<string, Exchange>()
  const askJourneys = async (ids: unknown[]) => {
    const named = new Set(ids.filter(id => typeof id === 'string' && id !== '') as string[])
    const missing = named.difference(journeys)
    total += missing.size
    for (const id of missing) journeys.set(id, await ask('getJourney', id))
  }
  await askJourneys(journeysIn(list).map(({ id }) => id))
  const members: MemberCapture[] = []
  for (const email of emails) {
    const user = await ask('getUserJourneysByEmail', email)
    const member = await ask('getMemberJourneys', email)
    members.push({ email: mask.email(email), user, member })
    await askJourneys(journeysIn(user).map(({ journey_id }) => journey_id))
  }
  return { list, journeys: [...journeys.values()], members }
}

/** Ends the capture with an error, unless the journey or member is unknown, or the member blocked or opted out. */
function refuse(operation: OperationId, { status, headers, json }: LiveAnswer, baseUrl: string): void {
  if (status === 200) {
    if (json !== undefined) return
    const type = headers['content-type']?.split(';', 1)[0] ?? 'no content type'
    throw new LiveApiError(
      'not JSON',
      `${baseUrl} answered ${operation} with 200, but not with JSON (${type})`,
    )
  }
  if (operations[operation].identifier !== null && (status === 404 || status === 400)) return
  throw new LiveApiError(
    'refused',
    `${baseUrl} answered ${operation} with ${`${status} ${errorCodeIn(json) ?? ''}`.trim()}${ADVICE[status] ?? ''}`,
  )
}

const ADVICE: Partial<Record<number, string>> = {
  401: '; check the secret and the site',
  403: '; check the site',
  404: '; check the base URL',
  429: '; choose a lower --rate, or continue later',
}

/** The status of a member, by the answers about the member; undefined for an unknown member. */
export function memberStatus({ user, member }: MemberCapture): SeedMember['status'] {
  const answers = [user, member].filter(exchange => exchange !== undefined)
  if (answers.some(({ status }) => status === 200)) return 'active'
  const codes = answers.map(({ code }) => code)
  if (codes.includes(ERROR_CASES.blocked.errorCode)) return 'blocked'
  return codes.includes(ERROR_CASES.optedOut.errorCode) ? 'opted_out' : undefined
}

/** @throws {SyntaxError} when a 200 is not JSON */
export function toExchange(
  question: Pick<Exchange, 'operation' | 'identifier' | 'at'>,
  { status, text }: Pick<LiveAnswer, 'status' | 'text'>,
): Exchange {
  if (status !== 200) {
    const code = errorCodeIn(parseJson(text))
    return { ...question, status, ...(code !== undefined && { code }), body: null }
  }
  const { value, inexact } = parseExactly(text)
  return { ...question, status, body: value, ...(inexact.length > 0 && { inexact }) }
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
interface Recording {
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
