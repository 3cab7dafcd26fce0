import { type Clock, timestampOf } from '../clock.ts'
import { isObject, type JsonObject, objectsIn } from '../contract/json.ts'
import { addressOf, type OperationId, operations } from '../contract/operations.ts'
import { type LiveAnswer, type LiveApi, LiveApiError } from '../verify/live-api.ts'
import type { Mask } from './mask.ts'
import type { Exchange, Recording } from './recording.ts'
import { textOf } from './values.ts'

export interface Reading {
  remote: LiveApi
  emails: readonly string[]
  recording: Recording
  /** What is kept of an answer; nothing else is ever written. */
  mask: Mask
  clock: Clock
  /** How many requests are done, of how many that are known to be needed. */
  onProgress(done: number, total: number): void
}

/** Everything that was asked of a site. */
export interface SiteAnswers {
  list: Exchange
  /** By the id that was asked for. */
  journeys: Map<string, Exchange>
  /** One for each email, in their order. */
  members: MemberAnswers[]
}

export interface MemberAnswers {
  email: string
  user: Exchange
  member: Exchange
}

/** The journeys of an answer, whether it wraps them, as the contract has it, or not. */
export const journeysIn = (body: unknown): JsonObject[] => objectsIn(isObject(body) ? body.journeys : body)

/**
 * Reads a site: its journeys, what both operations say of each member, and every journey that is listed or that a member
 * is in. What is recorded already is not asked again.
 * @throws {LiveApiError} when the server gives no answer, or refuses
 */
export async function readSite({
  remote,
  emails,
  recording,
  mask,
  clock,
  onProgress,
}: Reading): Promise<SiteAnswers> {
  let done = 0
  let total = 1 + 2 * emails.length

  async function ask(operation: OperationId, identifier?: string): Promise<Exchange> {
    const shown = identifier === undefined ? {} : { identifier: mask.identifier(operation, identifier) }
    const known = recording.find(operation, shown.identifier)
    const exchange = known ?? (await answerOf(operation, shown, identifier))
    if (!known) recording.add(exchange)
    onProgress(++done, total)
    return exchange
  }

  async function answerOf(operation: OperationId, shown: { identifier?: string }, identifier?: string) {
    const answer = await remote.get(addressOf(operation, identifier), { identifier })
    refuse(operation, answer, remote.baseUrl)
    const body = answer.status === 200 ? mask.answer(operation, jsonOf(answer)) : null
    return { operation, ...shown, at: timestampOf(clock.now()), status: answer.status, body }
  }

  const list = await ask('getJourneys')
  const journeys = new Map<string, Exchange>()
  const askJourneys = async (named: unknown[]) => {
    const ids = new Set(named.map(id => textOf(id))).difference(new Set(['', ...journeys.keys()]))
    total += ids.size
    for (const id of ids) journeys.set(id, await ask('getJourney', id))
  }
  await askJourneys(journeysIn(list.body).map(({ id }) => id))
  const members: MemberAnswers[] = []
  for (const email of emails) {
    const user = await ask('getUserJourneysByEmail', email)
    const member = await ask('getMemberJourneys', email)
    members.push({ email: mask.email(email), user, member })
    await askJourneys(journeysIn(user.body).map(({ journey_id }) => journey_id))
  }
  return { list, journeys, members }
}

/** Who or what is not known there is no failure, but every other refusal is. */
function refuse(operation: OperationId, { status, json }: LiveAnswer, baseUrl: string): void {
  const isUnknown = operations[operation].identifier !== null && (status === 404 || status === 400)
  if (status === 200 || isUnknown) return
  const code = isObject(json) ? textOf(json.errorCode) : ''
  throw new LiveApiError(
    'refused',
    `${baseUrl} answered ${operation} with ${[status, code].join(' ').trim()}${ADVICE[status] ?? ''}`,
  )
}

const ADVICE: Partial<Record<number, string>> = {
  401: '; check the secret and the site',
  403: '; check the site',
  404: '; check the base URL',
  429: '; choose a lower --rate, or go on later',
}

function jsonOf({ status, headers, json }: LiveAnswer): unknown {
  if (json !== undefined) return json
  const type = headers['content-type']?.split(';', 1)[0] ?? 'no content type'
  throw new LiveApiError('not JSON', `answered ${status} with what is not JSON (${type})`)
}
