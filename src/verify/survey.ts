import { randomUUID } from 'node:crypto'
import { AUTH_RULES } from '../auth/rules.ts'
import type { ErrorName } from '../contract/errors.ts'
import { isObject, objectsIn } from '../contract/json.ts'
import { type OperationId, operationPath } from '../contract/operations.ts'
import {
  type FailureReason,
  type GetOptions,
  type LiveAnswer,
  type LiveApi,
  LiveApiError,
} from './live-api.ts'

/** A request and its answer. */
export interface Call {
  /** What the call is for, without an identifier: `journey 1`, `member 2`, `auth exp-past`. */
  purpose: string
  operation: OperationId | null
  /** Decoded; never part of a report. */
  identifier: string | undefined
  answer?: LiveAnswer
  /** Why there is no answer. */
  failure?: FailureReason
}

/** Every call to a server. */
export interface Survey {
  calls: Call[]
  /** The calls of the four operations about the journeys and members of the site. */
  reads: Call[]
  /** Those about the member without journeys. */
  withoutJourneys: Call[]
  /** The calls about one member by the email as given, and in another case; none when that could not be tested. */
  otherCase: Call[]
}

/** The calls that test a rule of authentication (`auth exp-past`), or that an error should refuse (`error blocked`). */
export const callsFor = ({ calls }: Survey, purpose: string): Call[] =>
  calls.filter(call => call.purpose === purpose)

export interface SurveyOptions {
  emails: string[]
  /** A member who exists and is in no journey. */
  emailWithoutJourneys?: string | undefined
  /** The ids of journeys to ask for; when empty, some that the site lists. */
  journeys: string[]
  /** Called after every call, with the expected number of calls. */
  watch?: (call: Call, done: number, total: number) => void
}

const MOST_LISTED_JOURNEYS = 5

/** Makes one call; `below` is appended to the path of the operation. */
type Ask = (
  purpose: string,
  operation: OperationId,
  identifier?: string,
  options?: Pick<GetOptions, 'headers'> & { below?: string },
) => Promise<Call>

/**
 * Makes every call that `verify` compares, one after the other. All of them only read, so the answer to a POST is not compared.
 * @throws {LiveApiError} when the first call gets no answer, or a redirect
 */
export async function survey(
  api: LiveApi,
  { emails, emailWithoutJourneys, journeys, watch }: SurveyOptions,
): Promise<Survey> {
  const calls: Call[] = []
  const members = [...emails, ...(emailWithoutJourneys === undefined ? [] : [emailWithoutJourneys])]
  let planned = 1 + 2 * members.length + AUTH_RULES.length + PROVOCATIONS.length
  const ask: Ask = async (purpose, operation, identifier, { headers, below = '' } = {}) => {
    const call: Call = { purpose, operation: below === '' ? operation : null, identifier }
    try {
      call.answer = await api.get(`${operationPath(operation, identifier)}${below}`, { identifier, headers })
    } catch (error) {
      if (!(error instanceof LiveApiError)) throw error
      if (calls.length === 0 && error.reason !== 'timeout') throw error
      call.failure = error.reason
    }
    calls.push(call)
    watch?.(call, calls.length, Math.max(planned, calls.length))
    return call
  }

  const list = await ask('list', 'getJourneys')
  const reads = [list]
  const ids = journeys.length > 0 ? journeys : someListed(list.answer?.json)
  planned += ids.length
  for (const [i, id] of ids.entries()) reads.push(await ask(`journey ${i + 1}`, 'getJourney', id))
  for (const [i, email] of members.entries()) {
    reads.push(await ask(`member ${i + 1}`, 'getUserJourneysByEmail', email))
    reads.push(await ask(`member ${i + 1}`, 'getMemberJourneys', email))
  }
  const found = reads.filter(({ answer }) => answer?.status === 200)
  await testAuthentication(found, ask)
  const otherCase = await askInOtherCase(found, ask)
  if (found.length > 0) {
    for (const [name, operation, identifierOf, below = ''] of PROVOCATIONS)
      await ask(`error ${name}`, operation, identifierOf(), { below })
  }
  return {
    calls,
    reads,
    otherCase,
    withoutJourneys: emailWithoutJourneys === undefined ? [] : reads.slice(-2),
  }
}

/** The ids of some listed journeys, first one of each status, as the status affects other properties. */
function someListed(list: unknown): string[] {
  const journeys = objectsIn(isObject(list) ? list.journeys : []).filter(({ id }) => typeof id === 'string')
  const byStatus = [...Map.groupBy(journeys, ({ status }) => status).values()]
  const inTurn = [...byStatus.map(all => all.slice(0, 1)), ...byStatus.map(all => all.slice(1))].flat()
  return inTurn.map(({ id }) => id as string).slice(0, MOST_LISTED_JOURNEYS)
}

/** Tests each rule of authentication that a call can test, with one that succeeds with a valid token. */
async function testAuthentication(found: Call[], ask: Ask): Promise<void> {
  // Prefers a journey to a member.
  const subjects = [...found.filter(({ identifier }) => identifier !== undefined), ...found]
  for (const { name, attempt } of AUTH_RULES) {
    // For some identifiers, the attempt does not differ from valid headers.
    const subject = subjects.find(({ identifier }) =>
      attempt({ site_id: 'site', secret: 'secret', exp: 0, identifier }),
    )
    if (!subject?.operation) continue
    const headers = (valid: Parameters<typeof attempt>[0]) => attempt(valid) ?? {}
    await ask(`auth ${name}`, subject.operation, subject.identifier, { headers })
  }
}

async function askInOtherCase(found: Call[], ask: Ask): Promise<Call[]> {
  const original = found.find(({ operation }) => operation === 'getMemberJourneys')
  const email = original?.identifier ?? ''
  const other = email === email.toUpperCase() ? email.toLowerCase() : email.toUpperCase()
  if (!original || other === email) return []
  return [original, await ask('email in another case', 'getMemberJourneys', other)]
}

const unknownEmail = () => `nobody-${randomUUID()}@example.com`

/** Calls with a valid token that should be refused; the last is below the path of the operation. */
const PROVOCATIONS: [ErrorName, OperationId, identifier: () => string, below?: string][] = [
  ['journeyNotFound', 'getJourney', randomUUID],
  ['invalidIdentifier', 'getJourney', () => 'not-a-uuid'],
  ['invalidIdentifier', 'getMemberJourneys', () => 'not-an-email'],
  ['memberNotFound', 'getMemberJourneys', unknownEmail],
  ['memberNotFound', 'getUserJourneysByEmail', unknownEmail],
  ['pathNotFound', 'getJourney', randomUUID, '/nothing'],
]
