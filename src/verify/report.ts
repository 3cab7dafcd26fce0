import { AUTH_RULES, type AuthRule } from '../auth/rules.ts'
import { type Clock, isoOf, systemClock, timestampOf } from '../clock.ts'
import { ApiError } from '../contract/errors.ts'
import { isObject } from '../contract/json.ts'
import { OPERATION_IDS, type OperationId, operations } from '../contract/operations.ts'
import { REFUSALS, type RefusalName } from '../contract/rules.ts'
import { answerProperties } from '../contract/schemas.ts'
import { propertiesOf, type ShapeSchema } from '../contract/shape.ts'
import { version } from '../version.ts'
import { compare, type PropertyFinding, type PropertyVerdict } from './compare.ts'
import { FACTS, type Fact } from './facts.ts'
import type { LiveApi } from './live-api.ts'
import { type Observed, observedIn, RULE_CHECKS } from './rule-checks.ts'
import { type Call, type Survey, type SurveyOptions, survey } from './survey.ts'

export type Verdict = PropertyVerdict | 'holds' | 'does not hold'

export const agrees = (verdict: Verdict): boolean => verdict === 'matches' || verdict === 'holds'
export const differs = (verdict: Verdict): boolean => verdict !== 'not seen' && !agrees(verdict)

/** What was seen of a fact, or of a property that is not in the contract. */
interface Finding {
  id: string
  verdict: Verdict
  /** Kinds of values, statuses and error codes, never a value. */
  found: string[]
}

/** A fact of the contract, and whether the server agrees. */
export interface Result extends Omit<Fact, 'section'>, Finding {}

export interface Report {
  baseUrl: string
  site_id: string
  /** A day in UTC. */
  date: string
  /** Of the sandbox whose contract this is. */
  version: string
  calls: { purpose: string; operation: string | null; outcome: string; ms: number | null }[]
  /** One for each fact, in the order of the contract; then the properties that only the server has. */
  results: Result[]
  /** What could not be compared, and what to do about it. */
  unchecked: string[]
  summary: { agree: number; differ: number; not_seen: number }
}

/**
 * Compares a server with the contract. The report has shapes, statuses and error codes, never a value that may be about a person.
 * @throws {LiveApiError} when the server cannot be reached
 */
export async function verify(
  api: LiveApi,
  { clock = systemClock, ...options }: SurveyOptions & { clock?: Clock },
): Promise<Report> {
  const surveyed = await survey(api, options)
  const results = toResults(findingsOf(observedIn(surveyed, api.siteId, timestampOf(clock.now()))))
  const count = (is: (verdict: Verdict) => boolean) => results.filter(({ verdict }) => is(verdict)).length
  return {
    baseUrl: api.baseUrl,
    site_id: api.siteId,
    date: isoOf(clock.now()).slice(0, 10),
    version,
    calls: surveyed.calls.map(call => {
      const { purpose, operation, answer } = call
      return { purpose, operation, outcome: describeCall(call), ms: answer?.ms ?? null }
    }),
    results,
    unchecked: uncheckedOf(surveyed, results),
    summary: {
      agree: count(agrees),
      differ: count(differs),
      not_seen: count(verdict => verdict === 'not seen'),
    },
  }
}

function toResults(findings: Finding[]): Result[] {
  const byId = new Map(findings.map(finding => [finding.id, finding]))
  const known = FACTS.map(({ section: _, ...fact }): Result => {
    const { verdict, found } = byId.get(fact.id) ?? { verdict: 'not seen', found: [] }
    byId.delete(fact.id)
    return { ...fact, verdict, found }
  })
  const unknown = [...byId.values()].map(
    (finding): Result => ({
      ...{ kind: 'property', what: 'a property that the contract does not have', expected: null },
      ...{ provenance: 'observed', ...finding },
    }),
  )
  return [...known, ...unknown]
}

const findingsOf = (observed: Observed): Finding[] => [
  ...OPERATION_IDS.flatMap(operation => operationFindings(operation, observed.survey)),
  ...AUTH_RULES.map(rule => authFinding(rule, observed.survey)),
  ...Object.entries(RULE_CHECKS).map(([name, check]) => ruleFinding(name, check(observed))),
  ...errorFindings(observed.survey),
]

const statusAndCode = ({ answer }: Call): string => `${answer?.status} ${codeIn(answer?.json)}`

/** The code of an error, as far as it looks like one: another value may name a person. */
function codeIn(body: unknown): string {
  const code = isObject(body) ? body.errorCode : undefined
  if (code === undefined) return 'without errorCode'
  return /^([A-Z][A-Z0-9_]{0,49}|\d{1,6})$/.test(String(code)) ? String(code) : 'with another errorCode'
}

/** How a call ended, in a few words. */
function describeCall(call: Call): string {
  const { answer, failure } = call
  if (!answer) return failure === 'timeout' ? 'no answer in time' : `no answer (${failure})`
  const code = isObject(answer.json) && answer.json.errorCode !== undefined ? ` ${codeIn(answer.json)}` : ''
  return `answered ${answer.status}${answer.json === undefined ? ', not JSON' : code}`
}

// Answers to a right call about a journey or member that do not speak against the operation.
const NOT_FOUND = /^404 |^400 AC100[589]$/

function operationFindings(operation: OperationId, { right }: Survey): Finding[] {
  const { identifier } = operations[operation]
  const calls = right.filter(call => call.operation === operation)
  const good = calls.filter(({ answer }) => answer?.status === 200 && answer.json !== undefined)
  const absent = calls.filter(call => identifier !== null && NOT_FOUND.test(statusAndCode(call)))
  const verdict =
    good.length + absent.length < calls.length ? 'does not hold' : good.length > 0 ? 'holds' : 'not seen'
  const found = [...new Set(calls.map(describeCall))].sort()
  const findings = compare(
    answerProperties(operation),
    good.map(({ answer }) => answer?.json),
  )
  return [
    { id: operation, verdict, found },
    ...(identifier === null ? [] : [{ id: `${operation}{${identifier}}`, verdict, found } as const]),
    ...findings.map(finding => propertyFinding(operation, finding)),
  ]
}

const propertyFinding = (of: string, { path, verdict, found, seen, of: all }: PropertyFinding): Finding => ({
  ...{ id: `${of}.${path}`, verdict },
  found: verdict === 'missing' ? [`in ${seen} of ${all}`] : found,
})

/** Whether a server refuses what it must; with which status and code is judged once for all, as an error. */
function authFinding({ name, accepted }: AuthRule, { attempts }: Survey): Finding {
  const call = attempts.get(name)
  const status = call?.answer?.status
  const holds = accepted ? status === 200 : status === 401
  // A server that is busy, or does not answer, has not judged the token.
  const isJudged = status !== undefined && status !== 429 && status !== 503
  return {
    id: `auth.${name}`,
    verdict: !isJudged ? 'not seen' : holds ? 'holds' : 'does not hold',
    found: call ? [describeCall(call)] : [],
  }
}

function ruleFinding(name: string, each: boolean[]): Finding {
  const kept = each.filter(Boolean).length
  return {
    id: `rule.${name}`,
    verdict: each.length === 0 ? 'not seen' : kept === each.length ? 'holds' : 'does not hold',
    found: each.length === 0 ? [] : [`in ${kept} of ${each.length}`],
  }
}

const errorProperties = propertiesOf(ApiError as ShapeSchema, () => ({}))

function errorFindings({ calls, right, attempts, provoked }: Survey): Finding[] {
  const failed = calls.filter(({ answer }) => answer !== undefined && answer.status >= 400)
  const refused = AUTH_RULES.filter(({ accepted }) => !accepted)
    .flatMap(({ name }) => attempts.get(name) ?? [])
    .filter(call => failed.includes(call))
  const withCode = (code: string) => right.filter(({ answer }) => codeIn(answer?.json) === code)
  const seen: Partial<Record<RefusalName, Call[]>> = {
    ...Object.fromEntries(provoked),
    'not-authorized': refused,
    'blocked-member': withCode(REFUSALS['blocked-member'].code),
    'opted-out-member': withCode(REFUSALS['opted-out-member'].code),
    // Nobody provokes these, but they may have come.
    failure: failed.filter(({ answer }) => answer && (answer.status >= 500 || answer.status === 429)),
  }
  const bodies = failed.map(({ answer }) => answer?.json)
  return [
    ...compare(errorProperties, bodies).map(finding => propertyFinding('ApiError', finding)),
    ...(Object.keys(REFUSALS) as RefusalName[]).map(name => errorFinding(name, seen[name] ?? [])),
  ]
}

function errorFinding(name: RefusalName, calls: Call[]): Finding {
  const { status, code } = REFUSALS[name]
  const answered = calls.filter(({ answer }) => answer !== undefined)
  const holds = answered.every(
    call => (status === null || call.answer?.status === status) && codeIn(call.answer?.json) === code,
  )
  return {
    id: `error.${name}`,
    verdict: answered.length === 0 ? 'not seen' : holds ? 'holds' : 'does not hold',
    found: [...new Set(answered.map(statusAndCode))].sort(),
  }
}

/** What could not be compared, and what to do about it. */
function uncheckedOf({ right }: Survey, results: Result[]): string[] {
  const isUnseen = (id: string) => results.some(result => result.id === id && result.verdict === 'not seen')
  const unanswered = right.filter(
    call => call.operation !== 'getJourney' && / AC1005$/.test(statusAndCode(call)),
  )
  const reasons: [boolean, string][] = [
    [
      isUnseen('auth.token'),
      'everything but the calls themselves, none of which was answered: check site, secret and base URL',
    ],
    [
      right.every(({ operation }) => operation === 'getJourneys' || operation === 'getJourney'),
      'members, with their events and rewards: name some with --email',
    ],
    [isUnseen('getJourney'), 'a journey with its graph, as none was found: name one with --journey'],
    [
      isUnseen('rule.no-journeys'),
      `a member without journeys: name one with --email-without-journeys${
        unanswered.length > 0
          ? `; ${unanswered[0]?.purpose} got AC1005, and may be unknown or without journeys`
          : ''
      }`,
    ],
    [true, 'the answer to a POST, as verify sends nothing that could write'],
  ]
  return reasons.filter(([applies]) => applies).map(([, what]) => what)
}
