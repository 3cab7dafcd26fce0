import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { inferred } from './formats.ts'
import type { NodeType } from './journey.ts'
import { annotated, closed } from './records.ts'

/**
 * The settings of a node, by its type. The types are documented (CONTRACT.md section 5, D); the settings are inferred.
 */

/** The condition of a connection that is taken when no other connection of its node is. */
export const ELSE = 'else'

/** An ISO 8601 duration with a part at least, and nothing finer than a microsecond, as the vendor's times have it. */
export const DURATION_PATTERN =
  '^P(?=[0-9T])([0-9]{1,5}Y)?([0-9]{1,5}M)?([0-9]{1,5}W)?([0-9]{1,6}D)?(T(?=[0-9])([0-9]{1,7}H)?([0-9]{1,8}M)?([0-9]{1,10}(\\.[0-9]{1,6})?S)?)?$'

const name = (description: string, example: string) =>
  Type.String({ minLength: 1, description, examples: [example] })

/** A rule of JSON Logic, as JSON. */
export const Criteria = Type.Record(Type.String(), Type.Unknown(), {
  minProperties: 1,
  maxProperties: 1,
  description:
    'A rule of JSON Logic. It reads the event by var: event, at, attributes.…, member.email, member.attributes.…',
  examples: [{ '>=': [{ var: 'attributes.amount' }, 50] }],
})

export const EntryConfig = closed(
  {
    criteria: Type.Optional(
      inferred(
        annotated(Criteria, {
          description: `Which event lets a member in, whether or not a step waits for it. ${Criteria.description}`,
        }),
      ),
    ),
  },
  'How members qualify; without criteria, by the first event that a step behind the entry waits for',
)

export const StepConfig = closed(
  {
    event: inferred(name('The event that the step waits for', 'purchase')),
    criteria: Type.Optional(
      inferred(annotated(Criteria, { description: `Which of these events count. ${Criteria.description}` })),
    ),
    times: Type.Optional(
      inferred(
        Type.Integer({
          minimum: 1,
          maximum: 1_000_000,
          description: 'How often the event must happen (1)',
          examples: [3],
        }),
      ),
    ),
  },
  'What the member must do',
)

export const ConditionConfig = closed({}, 'None: each connection that leaves the node says when it is taken')

export const RewardConfig = closed(
  {
    type: inferred(name('What is granted, for example points or coupon', 'coupon')),
    amount: Type.Optional(inferred(Type.Number({ description: 'How much of it', examples: [20] }))),
    hold: Type.Optional(
      inferred(
        Type.String({
          pattern: DURATION_PATTERN,
          description:
            'How long it is held before it is issued: an ISO 8601 duration of at most 100 years (not held)',
          examples: ['P14D', 'PT36H'],
        }),
      ),
    ),
    blocking_events: Type.Optional(
      inferred(
        Type.Array(name('An event', 'return'), {
          description: 'The events that block the reward for good while it is held (none)',
          examples: [['return']],
        }),
      ),
    ),
  },
  'What the member is given, and whether it is held at first',
)

export const BadgeConfig = closed(
  { code: inferred(name('Which badge', 'trailhead')) },
  'The badge that is awarded',
)

export const ExitConfig = closed({}, 'None: a member who comes here has completed the journey')

/** The schema of `config` for each type of node. */
export const NODE_CONFIGS = {
  entry: EntryConfig,
  event: StepConfig,
  action: StepConfig,
  condition: ConditionConfig,
  reward: RewardConfig,
  badge: BadgeConfig,
  exit: ExitConfig,
} as const satisfies Record<NodeType, TSchema>

export type Criteria = Static<typeof Criteria>
export type NodeConfigs = { [T in NodeType]: Static<(typeof NODE_CONFIGS)[T]> }
