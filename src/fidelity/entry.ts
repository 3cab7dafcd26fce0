import { type Static, Type } from '@sinclair/typebox'
import { OneOf } from '../contract/formats.ts'
import { OPERATION_IDS } from '../contract/operations.ts'

export const KINDS = ['operation', 'parameter', 'property', 'rule', 'error'] as const
export type Kind = (typeof KINDS)[number]

/** How surely something is known. The first three are the contract's; `contradicted` is what a live server did otherwise. */
export const STANDINGS = ['inferred', 'observed', 'documented', 'contradicted'] as const

const PROPERTY_VERDICTS = ['matches', 'missing', 'extra', 'other type', 'other format'] as const
const RULE_VERDICTS = ['holds', 'does not hold'] as const

/** What came of comparing a property; what is not seen is neither right nor wrong. */
export type PropertyVerdict = (typeof PROPERTY_VERDICTS)[number] | 'not seen'
/** The same of anything else. */
export type RuleVerdict = (typeof RULE_VERDICTS)[number] | 'not seen'
export type Verdict = PropertyVerdict | RuleVerdict
export type SeenVerdict = Exclude<Verdict, 'not seen'>

export const agrees = (verdict: Verdict): boolean => verdict === 'matches' || verdict === 'holds'
export const isSeen = (verdict: Verdict): verdict is SeenVerdict => verdict !== 'not seen'

/** What a live server was seen to do; never what it said of a person. */
export const Observation = Type.Object(
  {
    date: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'When, a day in UTC' }),
    operation: Type.Union([OneOf(OPERATION_IDS), Type.Null()], {
      description: 'In which operation; null where in several',
    }),
    verdict: OneOf([...PROPERTY_VERDICTS, ...RULE_VERDICTS], { description: 'What came of the comparison' }),
    found: Type.Array(Type.String(), { description: 'What was there: kinds of values, never the values' }),
  },
  { additionalProperties: false, description: 'What a live server was seen to do' },
)

export const Entry = Type.Object(
  {
    id: Type.String({ minLength: 1, description: 'Identifies the entry: the same in every version' }),
    kind: OneOf(KINDS, { description: 'What kind of thing it is' }),
    what: Type.String({ description: 'What the sandbox takes for true' }),
    provenance: OneOf(STANDINGS, { description: 'How surely that is known' }),
    source: Type.String({ description: 'Where that is from' }),
    since: Type.String({ description: 'The first version of the sandbox that does so' }),
    tested: Type.Array(Type.String(), { description: 'The tests that hold the sandbox to it' }),
    observation: Type.Optional(Observation),
  },
  { additionalProperties: false, description: 'A property, a rule or an error, and how surely it is known' },
)

export const Ledger = Type.Object(
  { entries: Type.Array(Entry) },
  { additionalProperties: false, description: 'What the sandbox takes for true, and why' },
)

export type Observation = Static<typeof Observation>
export type Entry = Static<typeof Entry>
export type Ledger = Static<typeof Ledger>
