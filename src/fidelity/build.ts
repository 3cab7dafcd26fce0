import type { TObject } from '@sinclair/typebox'
import { AUTH_RULES } from '../auth/rules.ts'
import { ApiError, ERROR_CASES } from '../contract/errors.ts'
import { OPERATION_IDS, type OperationId, operations } from '../contract/operations.ts'
import { JourneyParams, MemberParams } from '../contract/parameters.ts'
import { PROVENANCE_KEYWORD, type Provenance } from '../contract/provenance.ts'
import { RULES } from '../contract/rules.ts'
import { answerProperties } from '../contract/schemas.ts'
import { version } from '../version.ts'
import type { Entry, Kind, Ledger } from './entry.ts'
import { authRuleId, errorId, errorPropertyId, parameterId, propertyId, ruleId } from './ledger.ts'

// The first of each holds the sandbox to an entry as `verify` holds a live server to it.
const OWN = 'test/verify/sandbox.test.ts'
const TESTED: Record<Kind, string[]> = {
  operation: [OWN, 'test/api/operations.test.ts'],
  parameter: [OWN, 'test/api/errors.test.ts'],
  property: [OWN, 'test/openapi/openapi.test.ts'],
  rule: [OWN, 'test/api/operations.test.ts'],
  error: [OWN, 'test/api/errors.test.ts'],
}
const TESTED_AUTH = [OWN, 'test/auth/checks.test.ts']

type Fact = Omit<Entry, 'since'>

/**
 * The ledger as the contract has it. All of it is derived, but for the version in which an entry came to be: that is taken
 * over from the ledger before, and is this version for what is new.
 */
export function buildLedger(before: Ledger): Ledger {
  const since = new Map(before.entries.map(entry => [entry.id, entry.since]))
  const facts = [...OPERATION_IDS.flatMap(operationFacts), ...errorFacts(), ...authFacts(), ...ruleFacts()]
  return {
    entries: facts.map(({ tested, ...fact }) => ({ ...fact, since: since.get(fact.id) ?? version, tested })),
  }
}

const fact = (
  kind: Kind,
  id: string,
  what: string,
  provenance: Provenance,
  section: number,
  tested = TESTED[kind],
): Fact => ({ id, kind, what, provenance, source: `CONTRACT.md, section ${section}`, tested })

type Marked = { [PROVENANCE_KEYWORD]?: Provenance; description?: string }

const marked = (kind: Kind, id: string, schema: object, section: number): Fact => {
  const { [PROVENANCE_KEYWORD]: provenance = 'inferred', description = '' } = schema as Marked
  return fact(kind, id, description, provenance, section)
}

function operationFacts(operation: OperationId): Fact[] {
  const { path, identifier, summary } = operations[operation]
  const parameters: TObject = identifier === 'email_id' ? MemberParams : JourneyParams
  return [
    fact('operation', operation, `GET ${path.replace(/:(\w+)/, '{$1}')}: ${summary}`, 'documented', 1),
    ...(identifier === null
      ? []
      : [
          marked('parameter', parameterId(operation, identifier), parameters.properties[identifier] ?? {}, 1),
        ]),
    ...answerProperties(operation).map(property =>
      marked('property', propertyId(operation, property.path), property.schema, 2),
    ),
  ]
}

const errorFacts = (): Fact[] => [
  ...Object.entries(ApiError.properties).map(([name, schema]) =>
    marked('property', errorPropertyId(name), schema, 4),
  ),
  // Which codes exist, and which status goes with each, is inferred: all of it.
  ...Object.entries(ERROR_CASES).map(([name, { status, errorCode, description: errorMessage }]) =>
    fact('error', errorId(name), `${status} ${errorCode}: ${errorMessage}`, 'inferred', 4),
  ),
]

const authFacts = (): Fact[] =>
  AUTH_RULES.map(({ name, what, provenance }) =>
    fact('rule', authRuleId(name), what, provenance, 3, TESTED_AUTH),
  )

const ruleFacts = (): Fact[] =>
  Object.entries(RULES).map(([name, { what, provenance, section }]) =>
    fact('rule', ruleId(name), what, provenance, section),
  )
