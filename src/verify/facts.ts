import type { TObject } from '@sinclair/typebox'
import { AUTH_RULES } from '../auth/rules.ts'
import { ApiError } from '../contract/errors.ts'
import { OPERATION_IDS, type OperationId, operations } from '../contract/operations.ts'
import { JourneyParams, MemberParams } from '../contract/parameters.ts'
import { PROVENANCE_KEYWORD, type Provenance } from '../contract/provenance.ts'
import { REFUSALS, RULES } from '../contract/rules.ts'
import { answerProperties } from '../contract/schemas.ts'
import { propertiesOf, type ShapeSchema } from '../contract/shape.ts'
import { expectationOf } from './compare.ts'

/** Something that the contract says, and how surely it is known. */
export interface Fact {
  /** Identifies the fact, such as `getJourney.nodes[].id`, `auth.exp-past`, `rule.hold-keys` or `error.unknown-member`. */
  id: string
  kind: 'operation' | 'parameter' | 'property' | 'rule' | 'authentication' | 'error'
  what: string
  /** What is expected of a property; null for any other fact. */
  expected: string | null
  provenance: Provenance
  /** The section of CONTRACT.md. */
  section: number
}

/** Everything that the contract says, in the order of CONTRACT.md. */
export const FACTS: readonly Fact[] = [
  ...OPERATION_IDS.flatMap(operationFacts),
  ...AUTH_RULES.map(
    ({ name, what, provenance }): Fact => ({
      ...{ id: `auth.${name}`, kind: 'authentication', what, expected: null, provenance, section: 3 },
    }),
  ),
  ...Object.entries(RULES).map(
    ([name, rule]): Fact => ({ id: `rule.${name}`, kind: 'rule', expected: null, ...rule }),
  ),
  ...propertiesOf(ApiError as ShapeSchema, () => ({})).map(({ path, schema }) =>
    schemaFact('property', `ApiError.${path}`, schema, 4),
  ),
  ...Object.entries(REFUSALS).map(
    ([name, { what, status, code }]): Fact => ({
      ...{ id: `error.${name}`, kind: 'error', what, provenance: 'inferred', section: 4 },
      expected: [status, code].filter(part => part !== null).join(' '),
    }),
  ),
]

function operationFacts(operation: OperationId): Fact[] {
  const { path, identifier, summary } = operations[operation]
  const { properties }: TObject = identifier === 'email_id' ? MemberParams : JourneyParams
  const what = `GET ${path.replace(/:(\w+)/, '{$1}')}: ${summary}`
  return [
    { id: operation, kind: 'operation', what, expected: null, provenance: 'documented', section: 1 },
    ...(identifier === null
      ? []
      : [schemaFact('parameter', `${operation}{${identifier}}`, properties[identifier] as ShapeSchema, 1)]),
    ...answerProperties(operation).map(property =>
      schemaFact('property', `${operation}.${property.path}`, property.schema, 2),
    ),
  ]
}

function schemaFact(kind: Fact['kind'], id: string, schema: ShapeSchema, section: number): Fact {
  return {
    ...{ id, kind, section, expected: expectationOf(schema) },
    what: String(schema.description ?? ''),
    provenance: schema[PROVENANCE_KEYWORD] as Provenance,
  }
}
