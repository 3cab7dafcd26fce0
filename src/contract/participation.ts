import { type Static, Type } from '@sinclair/typebox'
import { documented, inferred, Nullable, OneOf, refTo, Text, Timestamp, Uuid } from './formats.ts'
import { NODE_TYPES } from './journey.ts'

export const PARTICIPATION_STATUSES = ['InProgress', 'Completed', 'Expired'] as const
export const REWARD_STATUSES = ['held', 'issued', 'blocked'] as const

export type ParticipationStatus = (typeof PARTICIPATION_STATUSES)[number]
type RewardStatus = (typeof REWARD_STATUSES)[number]

/** `"100.0"`, or a number below it with one decimal. */
export const PROGRESS_PATTERN = '^(100\\.0|[1-9]?[0-9]\\.[0-9])$'

/** An item of `GET /user_journeys/{email_id}`: CONTRACT.md section 2. */
export const UserJourney = Type.Object(
  {
    id: documented(Uuid("Identifies the member's instance of the journey")),
    name: documented(Text('What the journey is called')),
    site_id: documented(Text('The site the journey belongs to, the one that called')),
    journey_id: documented(Uuid('The journey that the member is in')),
    description: documented(Text('What the journey is about; may be empty')),
    open_ended: documented(
      Type.Boolean({
        description:
          'False when the journey has a fixed or defined entry condition. A boolean, as in the journey itself',
      }),
    ),
    started_at: documented(Timestamp('When the member entered')),
    status: documented(
      OneOf(
        PARTICIPATION_STATUSES,
        'How the member fares: under way, done, or overtaken by the end of the journey (Expired is inferred)',
      ),
    ),
    progress_percentage: documented(
      Type.String({
        pattern: PROGRESS_PATTERN,
        description: 'How far the member has come, 0.0 to 100.0 with one decimal. A string, not a number',
      }),
    ),
    expired_at: inferred(Nullable(Timestamp('When it expired; null unless it did'))),
    completed_at: inferred(Nullable(Timestamp('When the member finished; null until then'))),
    created_at: inferred(Timestamp('When the record was created')),
    updated_at: inferred(Timestamp('When the record was last changed')),
  },
  { $id: 'UserJourney', description: "A member's instance of a journey, with the journey it belongs to" },
)

/** A step that the member has completed. That events are listed is documented; their properties are inferred. */
export const MemberEvent = Type.Object(
  {
    node_id: inferred(Uuid('The node that waited for it')),
    name: inferred(Text('The label of that node')),
    type: inferred(OneOf(NODE_TYPES, 'The type of that node')),
    status: inferred(OneOf(['Completed'], 'Only what is done is listed')),
    completed_at: inferred(Timestamp('When the member did it')),
  },
  { $id: 'MemberEvent', description: 'An event, milestone or action that the member has completed' },
)

// These three are closed, so that no reward can have the keys of two statuses.
const rewardProperties = {
  node_id: inferred(Uuid('The node that grants it')),
  name: inferred(Text('The label of that node')),
  type: inferred(Text('What is granted, for example points, coupon or badge')),
}

const rewardStatus = <const T extends RewardStatus>(status: T) =>
  OneOf([status], 'The state of the reward, which tells its other keys; issued is inferred')

/** A reward during its hold: CONTRACT.md section 2, the hold rule (D). */
export const HeldReward = Type.Object(
  {
    ...rewardProperties,
    status: documented(rewardStatus('held')),
    hold_start_datetime: documented(Timestamp('When the hold began')),
    hold_end_datetime: documented(Timestamp('When the hold ends and the reward is issued')),
  },
  { $id: 'HeldReward', additionalProperties: false, description: 'A reward during its hold' },
)

/** A reward that an event blocked during its hold: the keys of the hold are not present at all (D). */
export const BlockedReward = Type.Object(
  {
    ...rewardProperties,
    status: documented(rewardStatus('blocked')),
    blocked_by: documented(Text('The event that blocked it')),
    blocked_at: documented(Timestamp('When it was blocked')),
  },
  {
    $id: 'BlockedReward',
    additionalProperties: false,
    description: 'A reward that was blocked during its hold',
  },
)

/** A reward without a hold, or after it. That there is this status is inferred. */
export const IssuedReward = Type.Object(
  {
    ...rewardProperties,
    status: inferred(rewardStatus('issued')),
  },
  { $id: 'IssuedReward', additionalProperties: false, description: 'A reward that the member has' },
)

/** A reward that the member has reached, by its status. */
export const MemberReward = Type.Unsafe<
  Static<typeof HeldReward> | Static<typeof BlockedReward> | Static<typeof IssuedReward>
>({
  $id: 'MemberReward',
  description: 'A reward the member has reached; its status tells which keys it has',
  oneOf: [HeldReward, BlockedReward, IssuedReward].map(refTo),
  discriminator: { propertyName: 'status' },
})

/** What both operations about a member show, in the order of `GET /user/{email_id}/journeys`. */
const shared = Type.Pick(UserJourney, [
  'id',
  'name',
  'description',
  'open_ended',
  'started_at',
  'expired_at',
  'status',
  'progress_percentage',
  'created_at',
  'updated_at',
]).properties

/** An item of `GET /user/{email_id}/journeys`: CONTRACT.md section 2. */
export const MemberJourney = Type.Object(
  {
    ...shared,
    open_ended: documented(
      OneOf(
        ['true', 'false'],
        'Whether the participation has no set end. A string, unlike in the other three operations',
      ),
    ),
    expired_at: documented(
      Nullable(
        Timestamp(
          'When it expired, if it did. Documented as a string; that it is null otherwise is inferred',
        ),
      ),
    ),
    created_at: documented(shared.created_at),
    events: documented(
      Type.Array(refTo(MemberEvent), { description: 'What the member has done so far, in that order' }),
    ),
    rewards: documented(
      Type.Array(refTo(MemberReward), {
        description:
          'The rewards the member has reached, in that order. That this is an array of objects is inferred',
      }),
    ),
  },
  {
    $id: 'MemberJourney',
    description: "A member's instance of a journey, with its progress, events and rewards",
  },
)

export const UserJourneyList = Type.Object(
  {
    journeys: documented(
      Type.Array(refTo(UserJourney), { description: 'One for every journey the member is in' }),
    ),
  },
  { $id: 'UserJourneyList', description: 'The journeys a member is in' },
)

export const MemberJourneyList = Type.Object(
  {
    journeys: documented(
      Type.Array(refTo(MemberJourney), { description: 'One for every journey the member is in' }),
    ),
  },
  { $id: 'MemberJourneyList', description: 'The journeys a member is in, with events and rewards' },
)

export type UserJourney = Static<typeof UserJourney>
export type MemberEvent = Static<typeof MemberEvent>
export type MemberReward = Static<typeof MemberReward>
export type MemberJourney = Static<typeof MemberJourney>
export type UserJourneyList = Static<typeof UserJourneyList>
export type MemberJourneyList = Static<typeof MemberJourneyList>
