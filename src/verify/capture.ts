import { type Clock, timestampOf } from '../clock.ts'
import { ERROR_CASES } from '../contract/errors.ts'
import { isObject, type JsonObject, objectsIn } from '../contract/json.ts'
import { type OperationId, operationPath, operations } from '../contract/operations.ts'
import type { SeedMember } from '../seed/schema.ts'
import { type LiveAnswer, type LiveApi, LiveApiError, parseJson } from './live-api.ts'
import type { Mask } from './mask.ts'
import type { Exchange, Recording } from './recording.ts'

/** The answers of a site; one that was not captured is undefined. */
export interface Capture {
  list: Exchange | undefined
  journeys: Exchange[]
  members: MemberCapture[]
}

export interface MemberCapture {
  email: string
  user: Exchange | undefined
  member: Exchange | undefined
}

/** The journeys in an answer, wrapped as the contract has it, or a bare list. */
export const journeysIn = (exchange: Exchange | undefined): JsonObject[] =>
  objectsIn(isObject(exchange?.body) ? exchange.body.journeys : exchange?.body)

/** An answer as it is recorded, masked. @throws {SyntaxError} when a 200 is not JSON */
export function toExchange(
  question: Pick<Exchange, 'operation' | 'at'> & { identifier?: string | undefined },
  { status, text }: Pick<LiveAnswer, 'status' | 'text'>,
  mask: Mask,
): Exchange {
  const { operation, at, identifier } = question
  const asked = identifier === undefined ? {} : { identifier: mask.identifier(operation, identifier) }
  if (status !== 200) {
    const code = codeOf(text)
    return { operation, ...asked, at, status, ...(code !== '' && { code }), body: null }
  }
  const { value, inexact } = parseExactly(text)
  const body = mask.answer(operation, value)
  const places = inexact.map(mask.pointer)
  return { operation, ...asked, at, status, body, ...(places.length > 0 && { inexact: places }) }
}

/** The error code of a body; empty when it has none, or one that does not look like a code. */
function codeOf(text: string): string {
  const body = parseJson(text)
  const code = isObject(body) ? String(body.errorCode) : ''
  return /^[A-Z][A-Z0-9_]{0,49}$/.test(code) ? code : ''
}

interface ReadOptions {
  api: LiveApi
  emails: readonly string[]
  recording: Recording
  mask: Mask
  clock: Clock
  /** Called after every request, with the number of requests that are known to be needed. */
  onProgress(done: number, total: number): void
}

/**
 * Reads a live site: its journeys, both lists of each member, and every journey that is listed or that a member is in.
 * Recorded answers are not requested again.
 * @throws {LiveApiError} when the server gives no answer, or refuses
 */
export async function readSite({
  api,
  emails,
  recording,
  mask,
  clock,
  onProgress,
}: ReadOptions): Promise<Capture> {
  let done = 0
  let total = 1 + 2 * emails.length

  async function ask(operation: OperationId, identifier?: string): Promise<Exchange> {
    const shown = identifier === undefined ? undefined : mask.identifier(operation, identifier)
    const known = recording.find(operation, shown)
    const exchange = known ?? (await read(operation, identifier))
    if (!known) recording.add(exchange)
    onProgress(++done, total)
    return exchange
  }

  async function read(operation: OperationId, identifier?: string): Promise<Exchange> {
    const answer = await api.get(operationPath(operation, identifier), { identifier })
    refuse(operation, answer, api.baseUrl)
    return toExchange({ operation, identifier, at: timestampOf(clock.now()) }, answer, mask)
  }

  const list = await ask('getJourneys')
  const journeys = new Map<string, Exchange>()
  const askJourneys = async (ids: unknown[]) => {
    const unknown = new Set(ids.filter(id => typeof id === 'string' && id !== '') as string[])
    const missing = unknown.difference(journeys)
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
function refuse(operation: OperationId, { status, text, headers, json }: LiveAnswer, baseUrl: string): void {
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
    `${baseUrl} answered ${operation} with ${`${status} ${codeOf(text)}`.trim()}${ADVICE[status] ?? ''}`,
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
      const at = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
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
