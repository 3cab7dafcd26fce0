import { type Static, type TProperties, Type } from '@sinclair/typebox'
import { Nullable, OneOf, Text, Timestamp, Uuid } from './formats.ts'

/**
 * The effects of an event, one object each, distinguished by `type`. They are the sandbox's own: the caller that sends the event
 * gets them.
 */

const message = Text('The same, as a sentence')

const inJourney = {
  participation_id: Uuid("The member's instance of the journey"),
  journey_id: Uuid('The journey'),
  journey_name: Text('What the journey is called'),
}

const atNode = {
  ...inJourney,
  node_id: Uuid('Where in the journey'),
  node_name: Text('The label of that node'),
}

const outcome = <const T extends string, P extends TProperties>(
  type: T,
  properties: P,
  description: string,
) => Type.Object({ type: Type.Literal(type), ...properties, message }, { description })

const NO_EFFECT_REASONS = [
  'waits_for_other_event',
  'criteria_do_not_hold',
  'entry_criteria_do_not_hold',
  'waits_for_nothing',
  'completed',
  'expired',
  'draft',
  'archived',
  'not_started',
  'ended',
] as const

const NoEffect = outcome(
  'no_effect',
  {
    reasons: Type.Array(
      Type.Object({
        journey_id: inJourney.journey_id,
        journey_name: inJourney.journey_name,
        participation_id: Nullable(
          Uuid("The member's instance; null where the member is not in the journey"),
        ),
        reason: OneOf(NO_EFFECT_REASONS, 'Why, for programs'),
        message,
      }),
      { description: 'Why, journey by journey: those the member is in first, and at most 10' },
    ),
  },
  'The event changed nothing',
)

/** An effect of an event. */
export const Outcome = Type.Union(
  [
    outcome('entered', atNode, 'The member entered a journey, through this entry'),
    outcome(
      'step_counted',
      {
        ...atNode,
        count: Type.Integer({ description: 'How often the event has happened by now' }),
        times: Type.Integer({ description: 'How often it must' }),
      },
      'A step that wants its event several times counted it, and waits for more',
    ),
    outcome('step_completed', atNode, 'The member did what a step waited for'),
    outcome(
      'reward_held',
      {
        ...atNode,
        hold_start_datetime: Timestamp('When the hold began'),
        hold_end_datetime: Timestamp('When it ends, and the reward is issued'),
      },
      'The member reached a reward that is held at first',
    ),
    outcome('reward_issued', atNode, 'The member reached a reward that is not held'),
    outcome(
      'reward_blocked',
      {
        ...atNode,
        blocked_by: Text('The event that blocked it'),
        blocked_at: Timestamp('When'),
      },
      'The event blocked a reward that was held, for good',
    ),
    outcome('badge_awarded', { ...atNode, code: Text('Which badge') }, 'The member reached a badge'),
    outcome('journey_completed', inJourney, 'The member reached an exit, or the end of every branch'),
    NoEffect,
  ],
  { title: 'Outcome', description: 'An effect of an event, or why there is none' },
)

export type Outcome = Static<typeof Outcome>
export type NoEffect = Static<typeof NoEffect>
export type NoEffectReason = NoEffect['reasons'][number]
