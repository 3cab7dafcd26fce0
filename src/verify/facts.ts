import type { TObject, TSchema } from '@sinclair/typebox'
import { AUTH_RULES } from '../auth/rules.ts'
import { ApiError, ERROR_CASES, ERROR_MESSAGES } from '../contract/errors.ts'
import { PROVENANCE_KEYWORD, type Provenance } from '../contract/formats.ts'
import {
  JourneyParams,
  MemberParams,
  OPERATION_IDS,
  type OperationId,
  operations,
} from '../contract/operations.ts'
import { RULES } from '../contract/rules.ts'
import { answerProperties, propertiesOf } from '../contract/schemas.ts'
import { expectationOf } from './compare.ts'

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

/** Every fact of the contract, in the order of CONTRACT.md. */
export const FACTS: readonly Fact[] = [
  ...OPERATION_IDS.flatMap(operationFacts),
  ...AUTH_RULES.map(
    ({ name, what, provenance }): Fact => ({
      ...{ id: `auth.${name}`, kind: 'authentication', what, expected: null, provenance },
    }),
  ),
  ...Object.entries(RULES).map(
    ([name, rule]): Fact => ({ id: `rule.${name}`, kind: 'rule', expected: null, ...rule }),
  ),
  ...propertiesOf(ApiError).map(({ path, schema }) => schemaFact('property', `ApiError.${path}`, schema)),
  ...Object.entries(ERROR_MESSAGES).map(
    ([code, message]): Fact => ({
      ...{ id: `code.${code}`, kind: 'code', what: message, expected: null, provenance: 'documented' },
    }),
  ),
  ...Object.entries(ERROR_CASES).map(
    ([name, { status, errorCode, description, provenance }]): Fact => ({
      ...{ id: `error.${name}`, kind: 'error', what: description, provenance },
      expected: `${status} ${errorCode}`,
    }),
  ),
]

function operationFacts(operation: OperationId): Fact[] {
  const { path, identifier, summary } = operations[operation]
  const { properties }: TObject = identifier === 'email_id' ? MemberParams : JourneyParams
  const what = `GET ${path.replace(/:(\w+)/, '{$1}')}: ${summary}`
  return [
    { id: operation, kind: 'operation', what, expected: null, provenance: 'documented' },
    ...(identifier === null
      ? []
      : [schemaFact('parameter', `${operation}{${identifier}}`, properties[identifier] as TSchema)]),
    ...answerProperties(operation).map(property =>
      schemaFact('property', `${operation}.${property.path}`, property.schema),
    ),
  ]
}

function schemaFact(kind: Fact['kind'], id: string, schema: TSchema): Fact {
  return {
    ...{ id, kind, expected: expectationOf(schema) },
    what: String(schema.description ?? ''),
    provenance: schema[PROVENANCE_KEYWORD] as Provenance,
  }
}
