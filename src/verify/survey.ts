import { randomUUID } from 'node:crypto'
import type { AuthRuleName } from '../auth/attempts.ts'
import { AUTH_RULES, type AuthRule } from '../auth/rules.ts'
import { sign } from '../auth/sign.ts'
import type { ErrorCode } from '../contract/errors.ts'
import { addressOf, type OperationId } from '../contract/operations.ts'
import type { Answer, GetOptions, Remote } from '../remote/remote.ts'
import { RemoteError, type RemoteReason } from '../remote/remote-error.ts'

/** One request and what came of it. */
export interface Call {
  /** What it was for, without saying whom it was about: `journey 1`, `email 2`, `auth exp-past`. */
  purpose: string
  operation: OperationId | null
  /** The decoded identifier; never part of a report. */
  identifier: string | undefined
  answer?: Answer
  /** Why there is no answer. */
  failure?: RemoteReason
}

/** Everything that a server was asked, by what it can tell. */
export interface Survey {
  calls: Call[]
  /** The right calls of the four operations. */
  right: Call[]
  /** The calls that put the rules of authentication to the test, as far as something there is to call. */
  attempts: Map<AuthRuleName, Call>
  /** The calls that should be answered with an error. */
  provoked: Map<ErrorCode, Call[]>
  /** A member who was found, asked for in another case. */
  otherCase: { original: Call; asked: Call } | undefined
}

export interface SurveyOptions {
  emails: string[]
  /** Which journeys to ask for; some of those that are listed, when there are none. */
  journeys: string[]
  /** Told of every call, with how many there are to be. */
  watch?: (call: Call, done: number, total: number) => void
}

const MOST_DERIVED_JOURNEYS = 5

/**
 * Asks a server all that there is to compare, one thing after the other. Only reads: what would have to be written to be
 * seen, such as the answer to a POST, is not asked for.
 * @throws {RemoteError} when it cannot be reached to begin with, or sends elsewhere
 */
export async function survey(remote: Remote, { emails, journeys, watch }: SurveyOptions): Promise<Survey> {
  const calls: Call[] = []
  let planned = 1 + 2 * emails.length + AUTH_RULES.length + PROVOCATIONS.length
  const ask: Ask = async (purpose, operation, identifier, { tamper, below = '' } = {}) => {
    const call: Call = { purpose, operation: below === '' ? operation : null, identifier }
    try {
      call.answer = await remote.get(`${addressOf(operation, identifier)}${below}`, { identifier, tamper })
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error
      if (calls.length === 0 && error.reason !== 'timeout') throw error
      call.failure = error.reason
    }
    calls.push(call)
    watch?.(call, calls.length, Math.max(planned, calls.length))
    return call
  }

  const list = await ask('list', 'getJourneys')
  const ids = journeys.length > 0 ? journeys : idsOf(list)
  planned += ids.length
  const right = [list, ...(await askForJourneys(ids, ask)), ...(await askForMembers(emails, ask))]
  const found = right.filter(succeeded)
  return {
    ...{ calls, right },
    attempts: await askOtherwise(found, ask),
    otherCase: await askInOtherCase(found, ask),
    provoked: found.length > 0 ? await provoke(ask) : new Map(),
  }
}

type Tamper = NonNullable<GetOptions['tamper']>

/** Makes one call; `below` is a path that follows the operation's own. */
type Ask = (
  purpose: string,
  operation: OperationId,
  identifier?: string,
  otherwise?: { tamper?: Tamper; below?: string },
) => Promise<Call>

async function askForJourneys(ids: string[], ask: Ask): Promise<Call[]> {
  const calls = []
  for (const [i, id] of ids.entries()) calls.push(await ask(`journey ${i + 1}`, 'getJourney', id))
  return calls
}

async function askForMembers(emails: string[], ask: Ask): Promise<Call[]> {
  const calls = []
  for (const [i, email] of emails.entries()) {
    calls.push(await ask(`email ${i + 1}`, 'getUserJourneysByEmail', email))
    calls.push(await ask(`email ${i + 1}`, 'getMemberJourneys', email))
  }
  return calls
}

/** Puts each rule of authentication to the test, with a call that was answered when its token was right. */
async function askOtherwise(found: Call[], ask: Ask): Promise<Survey['attempts']> {
  const attempts: Survey['attempts'] = new Map()
  for (const rule of AUTH_RULES) {
    const { operation, identifier } = subjectOf(rule, found) ?? {}
    const tamper: Tamper = right => rule.attempt(right) ?? sign(right).headers
    if (operation) attempts.set(rule.name, await ask(`auth ${rule.name}`, operation, identifier, { tamper }))
  }
  return attempts
}

/** The call to put a rule to the test with: a journey rather than a member, and one that can tell right from wrong. */
function subjectOf(rule: AuthRule, found: Call[]): Call | undefined {
  const withIdentifier = found.filter(({ identifier }) => identifier !== undefined)
  return [...withIdentifier, ...found].find(({ identifier }) =>
    rule.attempt({ site_id: 'site', secret: 'secret', exp: 0, identifier }),
  )
}

async function askInOtherCase(found: Call[], ask: Ask): Promise<Survey['otherCase']> {
  const original = found.find(({ operation }) => operation === 'getMemberJourneys')
  const email = original?.identifier ?? ''
  const other = email === email.toUpperCase() ? email.toLowerCase() : email.toUpperCase()
  if (!original || other === email) return undefined
  return { original, asked: await ask('email in another case', 'getMemberJourneys', other) }
}

const unknownEmail = () => `nobody-${randomUUID()}@example.com`

/** What should be refused although its token is right. */
const PROVOCATIONS: [ErrorCode, OperationId, identifier: () => string, below?: string][] = [
  ['AC1005', 'getJourney', randomUUID],
  ['AC1007', 'getJourney', () => 'not-a-uuid'],
  ['AC1007', 'getMemberJourneys', () => 'not-an-email'],
  ['AC1005', 'getMemberJourneys', unknownEmail],
  ['AC1005', 'getUserJourneysByEmail', unknownEmail],
  ['AC1001', 'getJourney', randomUUID, '/nothing'],
]

async function provoke(ask: Ask): Promise<Survey['provoked']> {
  const calls: [ErrorCode, Call][] = []
  for (const [code, operation, identifierOf, below = ''] of PROVOCATIONS) {
    calls.push([code, await ask(`error ${code}`, operation, identifierOf(), { below })])
  }
  const byCode = Map.groupBy(calls, ([code]) => code)
  return new Map([...byCode].map(([code, own]) => [code, own.map(([, call]) => call)]))
}

export const succeeded = ({ answer }: Call): boolean => answer?.status === 200

/** The ids of some listed journeys: one of each status first, as each may show something else. */
function idsOf({ answer }: Call): string[] {
  const listed = (answer?.json as { journeys?: unknown } | undefined)?.journeys
  const journeys: { id: string; status: unknown }[] = Array.isArray(listed)
    ? listed.filter(journey => typeof journey?.id === 'string')
    : []
  const byStatus = [...Map.groupBy(journeys, ({ status }) => status).values()]
  const inTurn = [...byStatus.map(all => all.slice(0, 1)), ...byStatus.map(all => all.slice(1))].flat()
  return inTurn.map(({ id }) => id).slice(0, MOST_DERIVED_JOURNEYS)
}
