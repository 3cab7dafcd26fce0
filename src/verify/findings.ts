import { AUTH_RULES, type AuthRule } from '../auth/rules.ts'
import {
  ApiError,
  ERROR_CASES,
  ERROR_CODES,
  ERROR_MESSAGES,
  type ErrorCode,
  type ErrorName,
} from '../contract/errors.ts'
import { isObject, type JsonObject } from '../contract/json.ts'
import { OPERATION_IDS, type OperationId, operations } from '../contract/operations.ts'
import { answerProperties, propertiesOf } from '../contract/schemas.ts'
import { compare, type PropertyFinding, type PropertyVerdict } from './compare.ts'
import { type Observed, RULE_CHECKS } from './rule-checks.ts'
import type { Call, Survey } from './survey.ts'

export type FactVerdict = PropertyVerdict | 'holds' | 'does not hold'

export const agrees = (verdict: FactVerdict): boolean => verdict === 'matches' || verdict === 'holds'
export const differs = (verdict: FactVerdict): boolean => verdict !== 'not seen' && !agrees(verdict)

/** The result for a fact, or for a property that is not in the contract. */
export interface FactFinding {
  id: string
  verdict: FactVerdict
  /** Kinds of values, statuses and error codes, never a value. */
  found: string[]
}

/** The result for each fact that the answers of a server show. */
export const findingsOf = (observed: Observed): FactFinding[] => [
  ...OPERATION_IDS.flatMap(operation => operationFindings(operation, observed.survey)),
  ...AUTH_RULES.map(rule => authFinding(rule, observed.survey)),
  ...Object.entries(RULE_CHECKS).map(([name, check]) => ruleFinding(name, check(observed))),
  ...errorFindings(observed.survey),
]

/** How a call ended, in a few words. */
export function describeCall({ answer, failure }: Call): string {
  if (!answer) return failure === 'timeout' ? 'no answer in time' : `no answer (${failure})`
  const code = isObject(answer.json) && answer.json.errorCode !== undefined ? ` ${codeIn(answer.json)}` : ''
  return `answered ${answer.status}${answer.json === undefined ? ', not JSON' : code}`
}

export const statusAndCode = ({ answer }: Call): string => `${answer?.status} ${codeIn(answer?.json)}`

/** The code of an error. A value that does not look like a code may name a person, and is left out. */
function codeIn(body: unknown): string {
  const code = isObject(body) ? body.errorCode : undefined
  if (code === undefined) return 'without errorCode'
  return /^([A-Z][A-Z0-9_]{0,49}|\d{1,6})$/.test(String(code)) ? String(code) : 'with another errorCode'
}

const judge = (each: boolean[]): FactVerdict => {
  if (each.length === 0) return 'not seen'
  return each.every(Boolean) ? 'holds' : 'does not hold'
}

/** The journey or member is unknown, blocked or opted out: no difference from the contract of the operation. */
const ABSENT = /^404 |^400 AC100[589]$/

function operationFindings(operation: OperationId, { reads }: Survey): FactFinding[] {
  const { identifier } = operations[operation]
  const calls = reads.filter(call => call.operation === operation)
  const isGood = ({ answer }: Call) => answer?.status === 200 && answer.json !== undefined
  const conclusive = calls.filter(call => identifier === null || !ABSENT.test(statusAndCode(call)))
  const verdict = judge(conclusive.map(isGood))
  const found = [...new Set(calls.map(describeCall))].sort()
  const bodies = calls.filter(isGood).map(({ answer }) => answer?.json)
  return [
    { id: operation, verdict, found },
    ...(identifier === null ? [] : [{ id: `${operation}{${identifier}}`, verdict, found }]),
    ...compare(answerProperties(operation), bodies).map(finding => propertyFinding(operation, finding)),
  ]
}

const propertyFinding = (
  of: string,
  { path, verdict, found, seen, of: all }: PropertyFinding,
): FactFinding => ({
  ...{ id: `${of}.${path}`, verdict },
  found: verdict === 'missing' ? [`in ${seen} of ${all}`] : found,
})

/** Whether a server accepts or refuses a token as it should. `error.unauthorized` compares the code of the refusals. */
function authFinding({ name, accepted }: AuthRule, { attempts }: Survey): FactFinding {
  const call = attempts.get(name)
  const status = call?.answer?.status
  // A server that is busy, or does not answer, has not judged the token.
  const isJudged = status !== undefined && status !== 429 && status !== 503
  return {
    id: `auth.${name}`,
    verdict: judge(isJudged ? [status === (accepted ? 200 : 401)] : []),
    found: call ? [describeCall(call)] : [],
  }
}

const ruleFinding = (name: string, each: boolean[]): FactFinding => ({
  id: `rule.${name}`,
  verdict: judge(each),
  found: each.length === 0 ? [] : [`in ${each.filter(Boolean).length} of ${each.length}`],
})

const errorProperties = propertiesOf(ApiError)

function errorFindings(surveyed: Survey): FactFinding[] {
  const failed = surveyed.calls.filter(({ answer }) => answer !== undefined && answer.status >= 400)
  const bodies = failed.map(({ answer }) => answer?.json)
  const refused = refusalsIn(surveyed)
  // No call provokes the other errors. Those with a status of their own are recognised by it.
  const withStatus = (status: number) =>
    status > 404 ? failed.filter(({ answer }) => answer?.status === status) : []
  return [
    ...compare(errorProperties, bodies).map(finding => propertyFinding('ApiError', finding)),
    ...ERROR_CODES.map(code => codeFinding(code, bodies.filter(isObject))),
    ...(Object.keys(ERROR_CASES) as ErrorName[]).map(name =>
      errorFinding(name, refused[name] ?? withStatus(ERROR_CASES[name].status)),
    ),
  ]
}

/** The calls that should be refused with one error, and those that were. */
function refusalsIn({ reads, attempts, provoked }: Survey): Partial<Record<ErrorName, Call[]>> {
  const withCode = (code: ErrorCode) => reads.filter(({ answer }) => codeIn(answer?.json) === code)
  return {
    ...Object.fromEntries(provoked),
    unauthorized: AUTH_RULES.filter(({ accepted }) => !accepted)
      .flatMap(({ name }) => attempts.get(name) ?? [])
      .filter(({ answer }) => answer !== undefined && answer.status >= 400),
    blocked: withCode(ERROR_CASES.blocked.errorCode),
    optedOut: withCode(ERROR_CASES.optedOut.errorCode),
  }
}

function codeFinding(code: ErrorCode, bodies: JsonObject[]): FactFinding {
  const each = bodies
    .filter(({ errorCode }) => errorCode === code)
    .map(({ errorMessage }) => errorMessage === ERROR_MESSAGES[code])
  return { id: `code.${code}`, verdict: judge(each), found: each.includes(false) ? ['another message'] : [] }
}

function errorFinding(name: ErrorName, calls: Call[]): FactFinding {
  const { status, errorCode } = ERROR_CASES[name]
  const answered = calls.filter(({ answer }) => answer !== undefined)
  const found = [...new Set(answered.map(statusAndCode))].sort()
  return { id: `error.${name}`, verdict: judge(found.map(each => each === `${status} ${errorCode}`)), found }
}
