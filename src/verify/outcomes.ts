import type { AuthRuleName } from '../auth/attempts.ts'
import { AUTH_RULES, type AuthRule } from '../auth/rules.ts'
import { ApiError, ERROR_CASES, type ErrorCode } from '../contract/errors.ts'
import { OPERATION_IDS, type OperationId, operations } from '../contract/operations.ts'
import { answerProperties } from '../contract/schemas.ts'
import { propertiesOf, type ShapeSchema } from '../contract/shape.ts'
import type { RuleVerdict, Verdict } from '../fidelity/entry.ts'
import { authRuleId, errorId, errorPropertyId, parameterId, propertyId, ruleId } from '../fidelity/ledger.ts'
import { compare, type PropertyFinding } from './compare.ts'
import { RULE_CHECKS, type Seen } from './rules.ts'
import { type Call, type Survey, succeeded } from './survey.ts'

/** What a survey says of one entry of the ledger, or of a property that the ledger does not have. */
export interface Outcome {
  id: string
  operation: OperationId | null
  verdict: Verdict
  /** What should have been; null where the entry itself says it. */
  expected: string | null
  /** What was: kinds of values, statuses and error codes, never a value. */
  found: string[]
}

/** Everything that a survey can tell, entry by entry. */
export const outcomesOf = (seen: Seen): Outcome[] => [
  ...OPERATION_IDS.flatMap(operation => operationOutcomes(operation, seen.survey)),
  ...errorOutcomes(seen.survey),
  ...AUTH_RULES.map(rule => authOutcome(rule, seen.survey.attempts)),
  ...Object.entries(RULE_CHECKS).map(([name, check]) => ruleOutcome(name, check(seen))),
]

/** What became of a call, in a few words. */
export const describeCall = ({ answer, failure }: Call): string => {
  if (!answer) return failure === 'timeout' ? 'no answer in time' : `no answer (${failure})`
  return `answered ${answer.status}${answer.json === undefined ? ', not JSON' : ''}`
}

const describeAll = (calls: Call[]): string[] => [...new Set(calls.map(describeCall))].sort()

function operationOutcomes(operation: OperationId, { right }: Survey): Outcome[] {
  const calls = right.filter(call => call.operation === operation)
  const good = calls.filter(call => succeeded(call) && call.answer?.json !== undefined)
  const { identifier } = operations[operation]
  // What is asked for by its name may not be there; that is no fault of the operation.
  const absent = calls.filter(({ answer }) => identifier !== null && answer?.status === 404)
  const verdict: RuleVerdict =
    good.length + absent.length < calls.length ? 'does not hold' : good.length > 0 ? 'holds' : 'not seen'
  const whole = { operation, verdict, expected: null, found: describeAll(calls) }
  const findings = compare(
    answerProperties(operation),
    good.map(({ answer }) => answer?.json),
  )
  return [
    { id: operation, ...whole },
    ...(identifier === null ? [] : [{ id: parameterId(operation, identifier), ...whole }]),
    ...findings.map(finding => propertyOutcome(propertyId(operation, finding.path), operation, finding)),
  ]
}

const propertyOutcome = (
  id: string,
  operation: OperationId | null,
  { verdict, expected, found, seen, of }: PropertyFinding,
): Outcome => ({
  ...{ id, operation, verdict, expected },
  found: verdict === 'missing' ? [`in ${seen} of ${of}`] : found,
})

const errorShape = propertiesOf(ApiError as ShapeSchema, () => ({}))

function errorOutcomes({ calls, attempts, provoked }: Survey): Outcome[] {
  const failed = calls.filter(({ answer }) => answer !== undefined && answer.status >= 400)
  const refused = AUTH_RULES.filter(({ accepted }) => !accepted)
    .flatMap(({ name }) => attempts.get(name) ?? [])
    .filter(call => failed.includes(call))
  const expected = new Map<ErrorCode, Call[]>([...provoked, ['AC1002', refused]])
  const findings = compare(
    errorShape,
    failed.map(({ answer }) => answer?.json),
  )
  return [
    ...findings.map(finding => propertyOutcome(errorPropertyId(finding.path), null, finding)),
    ...Object.values(ERROR_CASES).map(({ status, errorCode }) => {
      // What nobody provokes may still have come.
      const others = failed.filter(({ answer }) => answer?.status === status)
      return errorOutcome(status, errorCode, expected.get(errorCode) ?? (status === 404 ? [] : others))
    }),
  ]
}

function errorOutcome(status: number, code: ErrorCode, calls: Call[]): Outcome {
  const answers = calls.flatMap(({ answer }) => answer ?? [])
  const expected = `${status} ${code}`
  const found = [...new Set(answers.map(({ status, json }) => `${status} ${codeIn(json)}`))].sort()
  const shapely = compare(
    errorShape,
    answers.map(({ json }) => json),
  ).every(({ verdict }) => verdict === 'matches' || verdict === 'extra')
  const holds = shapely && found.every(text => text === expected)
  const verdict = answers.length === 0 ? 'not seen' : holds ? 'holds' : 'does not hold'
  return { id: errorId(code), operation: null, verdict, expected, found }
}

/** The code of an error, as far as it is one: a code names a kind of error, where another value may name a person. */
function codeIn(body: unknown): string {
  const code = (body as { errorCode?: unknown } | null | undefined)?.errorCode
  if (code === undefined) return 'without errorCode'
  return /^([A-Z][A-Z0-9_]{0,49}|\d{1,6})$/.test(String(code)) ? String(code) : 'with another errorCode'
}

const MEANT_TO_WAIT = [429, 503]

function authOutcome({ name, accepted }: AuthRule, attempts: Map<AuthRuleName, Call>): Outcome {
  const call = attempts.get(name)
  const status = call?.answer?.status
  const expected = accepted ? 'answered 200' : 'answered 401'
  const kept = accepted ? status === 200 : status === 401
  // A server that is busy, or does not answer, has not said what it thinks of the token.
  const told = status !== undefined && !MEANT_TO_WAIT.includes(status)
  return {
    ...{ id: authRuleId(name), operation: call?.operation ?? null, expected },
    verdict: !told ? 'not seen' : kept ? 'holds' : 'does not hold',
    found: call ? [describeCall(call)] : [],
  }
}

function ruleOutcome(name: string, each: boolean[]): Outcome {
  const kept = each.filter(Boolean).length
  return {
    ...{ id: ruleId(name), operation: null, expected: null },
    verdict: each.length === 0 ? 'not seen' : kept === each.length ? 'holds' : 'does not hold',
    found: each.length === 0 ? [] : [`in ${kept} of ${each.length}`],
  }
}
