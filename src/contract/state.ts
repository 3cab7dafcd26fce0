import { type Static, Type } from '@sinclair/typebox'
import { LowerCaseUuid, Nullable, Timestamp } from './formats.ts'

/**
 * A member's instance of a journey as it is stored, from which the answers of the operations are computed. Times are vendor
 * timestamps, which compare as text; null stands for what has not happened.
 */

export const WaitingStep = Type.Object(
  {
    node_id: LowerCaseUuid({ description: 'An event or action node of the journey' }),
    count: Type.Integer({ minimum: 0, description: 'How often its event has happened there so far' }),
  },
  { additionalProperties: false, description: 'A step at which the member waits' },
)

export const CompletedStep = Type.Object({
  node_id: LowerCaseUuid({ description: 'An event or action node of the journey' }),
  completed_at: Timestamp({ description: 'When the member completed it' }),
})

/** All null is a reward that was never held: CONTRACT.md section 2, the hold rule. */
export const ReachedReward = Type.Object({
  node_id: LowerCaseUuid({ description: 'A reward or badge node of the journey' }),
  hold_start_datetime: Nullable(Timestamp({ description: 'When its hold began' })),
  hold_end_datetime: Nullable(Timestamp({ description: 'When its hold ends' })),
  blocked_by: Nullable(Type.String({ description: 'The event that blocked it' })),
  blocked_at: Nullable(Timestamp({ description: 'When it was blocked' })),
})

export const ParticipationState = Type.Object({
  id: LowerCaseUuid({ description: 'Unique within the site' }),
  journey_id: LowerCaseUuid({ description: 'The journey' }),
  started_at: Timestamp({ description: 'When the member entered' }),
  progress_percentage: Type.String({
    description: '"0.0" to "100.0", one decimal; never falls, and is "100.0" exactly when completed',
  }),
  completed_at: Nullable(Timestamp({ description: 'When the member finished' })),
  expired_at: Nullable(
    Timestamp({ description: 'When it expired by itself; it also expires with its journey' }),
  ),
  created_at: Timestamp({ description: 'When the record was created' }),
  updated_at: Timestamp({ description: 'When it was last changed' }),
  events: Type.Array(CompletedStep, {
    description: 'In the order of completion; a step that a cycle leads back to may be there several times',
  }),
  rewards: Type.Array(ReachedReward, { description: 'In the order in which they were reached' }),
  waiting_at: Type.Union([Type.Array(WaitingStep), Type.Null()], {
    description: 'null: it follows from events and rewards',
  }),
})

export type WaitingStep = Static<typeof WaitingStep>
export type CompletedStep = Static<typeof CompletedStep>
export type ReachedReward = Static<typeof ReachedReward>
export type ParticipationState = Static<typeof ParticipationState>
