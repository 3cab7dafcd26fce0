import { type Static, Type } from '@sinclair/typebox'
import { Email, OneOf, Uuid } from '../contract/formats.ts'
import { OPERATION_IDS } from '../contract/operations.ts'

/** What goes wrong with an answer, on purpose. */

const closed = { additionalProperties: false }
const Milliseconds = Type.Integer({ minimum: 0, maximum: 3_600_000 })

export const Fault = Type.Union(
  [
    Type.Object(
      {
        kind: Type.Literal('status'),
        status: Type.Integer({ minimum: 400, maximum: 599, description: 'Any 4xx or 5xx' }),
        body: Type.Optional(
          Type.Unknown({ description: "In place of the vendor's error body; a string is sent as it is" }),
        ),
        headers: Type.Optional(
          Type.Record(Type.String(), Type.String(), { description: 'For example Retry-After' }),
        ),
      },
      { ...closed, description: 'Answers with an error' },
    ),
    Type.Object(
      {
        kind: Type.Literal('delay'),
        ms: Type.Union([Milliseconds, Type.Object({ min: Milliseconds, max: Milliseconds }, closed)], {
          description: 'How long to wait, or between what bounds',
        }),
      },
      { ...closed, description: 'Gives the right answer, late' },
    ),
    Type.Object({ kind: Type.Literal('reset') }, { ...closed, description: 'Resets the TCP connection' }),
    Type.Object({ kind: Type.Literal('hang') }, { ...closed, description: 'Never answers' }),
    Type.Object(
      { kind: Type.Literal('truncate') },
      { ...closed, description: 'Announces the whole body, sends half of it and closes the connection' },
    ),
    Type.Object(
      { kind: Type.Literal('malformed') },
      { ...closed, description: 'Answers 200 with JSON that breaks off' },
    ),
    Type.Object(
      {
        kind: Type.Literal('drip'),
        bytes: Type.Integer({ minimum: 1, description: 'So many at a time' }),
        every_ms: Milliseconds,
      },
      { ...closed, description: 'Gives the right answer, slowly' },
    ),
  ],
  { description: 'What goes wrong' },
)

export const FaultRule = Type.Object(
  {
    match: Type.Optional(
      Type.Object(
        {
          operation: Type.Optional(OneOf(OPERATION_IDS, { description: 'Only this operation' })),
          email: Type.Optional(Email({ description: 'Only calls about this member' })),
          journey_id: Type.Optional(Uuid({ description: 'Only calls about this journey' })),
        },
        { ...closed, description: 'Which requests it is for; all, when left out' },
      ),
    ),
    after: Type.Optional(
      Type.Integer({ minimum: 0, description: 'So many matching requests pass first (0)' }),
    ),
    times: Type.Optional(
      Type.Integer({ minimum: 1, description: 'After so many faults the rule is gone (never)' }),
    ),
    probability: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: 'The share of matching requests that it spoils (1)',
      }),
    ),
    seed: Type.Optional(
      Type.Integer({
        description: 'Of its random choices; the same seed makes the same ones (one for each id)',
      }),
    ),
    fault: Fault,
  },
  { ...closed, description: 'A fault, and when it happens' },
)

export type Fault = Static<typeof Fault>
export type FaultRule = Static<typeof FaultRule>

/** A fault that is about to happen, its random choices made. */
export type ResolvedFault = Exclude<Fault, { kind: 'delay' }> | { kind: 'delay'; ms: number }
