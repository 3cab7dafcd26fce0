import { type Clock, systemClock, timestampOf } from '../clock.ts'
import { ERROR_CASES } from '../contract/errors.ts'
import { isObject, type JsonObject, objectsIn } from '../contract/json.ts'
import { type OperationId, operationPath, operations } from '../contract/operations.ts'
import type { SeedMember } from '../seed/schema.ts'
import { type LiveAnswer, type LiveApi, LiveApiError } from './live-api.ts'
import type { Mask } from './mask.ts'
import { codeOf, type Exchange, type Recording, toExchange } from './recording.ts'

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
