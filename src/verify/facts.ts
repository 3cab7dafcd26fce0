import type { TObject, TSchema } from '@sinclair/typebox'
import { AUTH_RULES, type AuthRule } from '../auth/rules.ts'
import {
  ApiError,
  ERROR_CASES,
  ERROR_CODES,
  ERROR_MESSAGES,
  type ErrorCode,
  type ErrorName,
} from '../contract/errors.ts'
import { PROVENANCE_KEYWORD, type Provenance } from '../contract/formats.ts'
import { isObject } from '../contract/json.ts'
import {
  JourneyParams,
  MemberParams,
  OPERATION_IDS,
  type OperationId,
  operations,
} from '../contract/operations.ts'
import { RULES, type RuleName } from '../contract/rules.ts'
import { answerProperties, type Property, propertiesOf } from '../contract/schemas.ts'
import { compareProperty, expectationOf, type PropertyVerdict, unknownProperties } from './compare.ts'
import { errorCodeIn } from './live-api.ts'
import { isGood, type Observed, RULE_CHECKS } from './rule-checks.ts'
import { type Call, callsFor } from './survey.ts'

/** A statement of the contract, with its provenance. */
export interface Fact {
  /** Identifies the fact, such as `getJourney.nodes[].id`, `auth.exp-past`, `rule.hold-keys`, `code.AC1005` or `error.memberNotFound`. */
  id: string
  kind: 'operation' | 'parameter' | 'property' | 'rule' | 'authentication' | 'code' | 'error'
  what: string
  /** What is expected of a property or an error; null for any other fact. */
  expected: string | null
  provenance: Provenance
}

type FactVerdict = PropertyVerdict | 'holds' | 'does not hold'

/** What the answers of a server show of a fact. */
export interface FactFinding {
  verdict: FactVerdict
  /** Kinds of values, statuses and error codes, never a value. */
  found: string[]
}

export const agrees = (verdict: FactVerdict): boolean => verdict === 'matches' || verdict === 'holds'
export const differs = (verdict: FactVerdict): boolean => verdict !== 'not seen' && !agrees(verdict)

interface CheckedFact extends Fact {
  check(observed: Observed): FactFinding
}

/** Every fact of the contract, in the order of CONTRACT.md, and how the answers of a server show it. */
export const FACTS: readonly CheckedFact[] = [
  ...OPERATION_IDS.flatMap(operationFacts),
  ...AUTH_RULES.map(authFact),
  ...(Object.keys(RULES) as RuleName[]).map(ruleFact),
  ...propertiesOf(ApiError).map(property => propertyFact('ApiError', property, errorBodies)),
  ...ERROR_CODES.map(codeFact),
  ...(Object.keys(ERROR_CASES) as ErrorName[]).map(errorFact),
]

/** The properties that only the server has. */
export function unknownFacts(observed: Observed): (Fact & FactFinding)[] {
  const toFacts = (of: string, properties: Property[], answers: unknown[]) =>
    unknownProperties(properties, answers).map(({ path, verdict, expected, found }): Fact & FactFinding => ({
      ...{ id: `${of}.${path}`, kind: 'property', provenance: 'observed' },
      ...{ what: 'a property that the contract does not have', expected, verdict, found },
    }))
  return [
    ...OPERATION_IDS.flatMap(id => toFacts(id, answerProperties(id), observed.bodies[id])),
    ...toFacts('ApiError', propertiesOf(ApiError), errorBodies(observed)),
  ]
}

const judge = (each: boolean[]): FactVerdict => {
  if (each.length === 0) return 'not seen'
  return each.every(Boolean) ? 'holds' : 'does not hold'
}

/** The journey or member is unknown, blocked or opted out: no difference from the contract of the operation. */
const ABSENT = /^404 |^400 AC100[589]$/

function operationFacts(operation: OperationId): CheckedFact[] {
  const { path, identifier, summary } = operations[operation]
  const what = `GET ${path.replace(/:(\w+)/, '{$1}')}: ${summary}`
  const check = ({ survey }: Observed): FactFinding => {
    const calls = survey.reads.filter(call => call.operation === operation)
    const conclusive = calls.filter(call => identifier === null || !ABSENT.test(statusAndCode(call)))
    return { verdict: judge(conclusive.map(isGood)), found: [...new Set(calls.map(describeCall))].sort() }
  }
  const { properties }: TObject = identifier === 'email_id' ? MemberParams : JourneyParams
  const parameters = identifier === null ? [] : [identifier]
  return [
    { id: operation, kind: 'operation', what, expected: null, provenance: 'documented', check },
    ...parameters.map((name): CheckedFact => {
      const statement = statementOf(properties[name] as TSchema)
      return { id: `${operation}{${name}}`, kind: 'parameter', ...statement, check }
    }),
    ...answerProperties(operation).map(property =>
      propertyFact(operation, property, ({ bodies }) => bodies[operation]),
    ),
  ]
}

function propertyFact(
  of: string,
  property: Property,
  answersIn: (observed: Observed) => unknown[],
): CheckedFact {
  return {
    ...{ id: `${of}.${property.path}`, kind: 'property', ...statementOf(property.schema) },
    check(observed) {
      const { verdict, found, seen, of: all } = compareProperty(property, answersIn(observed))
      return { verdict, found: verdict === 'missing' ? [`in ${seen} of ${all}`] : found }
    },
  }
}

/** What a schema says of its values. */
function statementOf(schema: TSchema): Pick<Fact, 'what' | 'expected' | 'provenance'> {
  return {
    what: String(schema.description ?? ''),
    expected: expectationOf(schema),
    provenance: schema[PROVENANCE_KEYWORD] as Provenance,
  }
}

function ruleFact(name: RuleName): CheckedFact {
  return {
    ...{ id: `rule.${name}`, kind: 'rule', expected: null, ...RULES[name] },
    check(observed) {
      const each = RULE_CHECKS[name](observed)
      const found = each.length === 0 ? [] : [`in ${each.filter(Boolean).length} of ${each.length}`]
      return { verdict: judge(each), found }
    },
  }
}

/** Whether a server accepts or refuses a token as it should. `error.unauthorized` compares the code of the refusals. */
function authFact({ name, what, provenance, accepted }: AuthRule): CheckedFact {
  return {
    ...{ id: `auth.${name}`, kind: 'authentication', what, expected: null, provenance },
    check({ survey }) {
      const calls = callsFor(survey, `auth ${name}`)
      const statuses = calls.map(({ answer }) => answer?.status)
      // A server that is busy, or does not answer, has not judged the token.
      const judged = statuses.filter(status => status !== undefined && status !== 429 && status !== 503)
      const verdict = judge(judged.map(status => status === (accepted ? 200 : 401)))
      return { verdict, found: calls.map(describeCall) }
    },
  }
}

function errorBodies({ refused }: Observed): unknown[] {
  return refused.map(({ answer }) => answer?.json)
}

function codeFact(code: ErrorCode): CheckedFact {
  const what = ERROR_MESSAGES[code]
  return {
    ...{ id: `code.${code}`, kind: 'code', what, expected: null, provenance: 'documented' },
    check(observed) {
      const bodies = errorBodies(observed).filter(isObject)
      const each = bodies
        .filter(({ errorCode }) => errorCode === code)
        .map(({ errorMessage }) => errorMessage === what)
      return { verdict: judge(each), found: each.includes(false) ? ['another message'] : [] }
    },
  }
}

function errorFact(name: ErrorName): CheckedFact {
  const { status, errorCode, description: what, provenance } = ERROR_CASES[name]
  const expected = `${status} ${errorCode}`
  return {
    ...{ id: `error.${name}`, kind: 'error', what, expected, provenance },
    check(observed) {
      const found = [...new Set(callsWith(name, observed).map(statusAndCode))].sort()
      return { verdict: judge(found.map(each => each === expected)), found }
    },
  }
}

/** The answered calls that should be refused with an error, and those that were. */
function callsWith(name: ErrorName, { survey, refused }: Observed): Call[] {
  const { status, errorCode } = ERROR_CASES[name]
  const provoked = callsFor(survey, `error ${name}`)
  if (provoked.length > 0) return provoked.filter(({ answer }) => answer !== undefined)
  if (name === 'unauthorized')
    return AUTH_RULES.filter(({ accepted }) => !accepted).flatMap(rule =>
      refused.filter(({ purpose }) => purpose === `auth ${rule.name}`),
    )
  if (name === 'blocked' || name === 'optedOut')
    return survey.reads.filter(({ answer }) => errorCodeIn(answer?.json) === errorCode)
  // No call provokes the other errors. Those with a status of their own are recognised by it.
  return status > 404 ? refused.filter(({ answer }) => answer?.status === status) : []
}

/** How a call ended, in a few words. */
export function describeCall(call: Call): string {
  const { answer, failure } = call
  if (!answer) return failure === 'timeout' ? 'no answer in time' : `no answer (${failure})`
  if (answer.json === undefined) return `answered ${answer.status}, not JSON`
  return `answered ${hasErrorCode(answer.json) ? statusAndCode(call) : answer.status}`
}

export function statusAndCode({ answer }: Call): string {
  const otherwise = hasErrorCode(answer?.json) ? 'with another errorCode' : 'without errorCode'
  return `${answer?.status} ${errorCodeIn(answer?.json) ?? otherwise}`
}

const hasErrorCode = (body: unknown): boolean => isObject(body) && body.errorCode !== undefined
