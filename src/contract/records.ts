import {
  type SchemaOptions,
  type Static,
  type TObject,
  type TProperties,
  type TSchema,
  Type,
} from '@sinclair/typebox'
import { Email, LowerCaseUuid, OneOf, Text, Timestamp } from './formats.ts'
import { JOURNEY_STATUSES, NODE_TYPES } from './journey.ts'
import { PROGRESS_PATTERN } from './participation.ts'

/**
 * What a site consists of, as it is stored: the facts in the vendor's words, without anything that depends on the time.
 * Times are vendor timestamps, which compare as text; `null` means that something has not happened.
 */

/** An object with these properties and no others. */
export const closed = <P extends TProperties>(
  properties: P,
  description: string,
  options: SchemaOptions = {},
): TObject<P> => Type.Object(properties, { additionalProperties: false, description, ...options })

/** A schema with other annotations, such as examples of its own. */
export const annotated = <T extends TSchema>(schema: T, annotations: SchemaOptions): T => ({
  ...schema,
  ...annotations,
})

/** A value that is read, and may be null. */
export const orNull = <T extends TSchema>(schema: T) => {
  const { description } = schema
  return Type.Union([schema, Type.Null()], description === undefined ? {} : { description })
}

const extra = Type.Optional(
  Type.Record(Type.String(), Type.Unknown(), {
    description:
      'Properties that the API serves as they are: beyond the contract, or instead of a value that the contract has',
  }),
)

export const SiteRecord = closed(
  {
    site_id: Type.String({
      pattern: '^[!-~]{1,64}$',
      description: 'What X-AnnexCloud-Site names: up to 64 visible ASCII characters',
    }),
    name: Text('What the site is called'),
    secret: Type.String({ minLength: 1, description: 'The key of its tokens, used raw' }),
    extra,
  },
  'The site',
)

export const NodeRecord = closed(
  {
    id: LowerCaseUuid('Unique within the journey'),
    type: OneOf(NODE_TYPES, 'What kind of block this is'),
    name: Text('The label of the block'),
    config: Type.Record(Type.String(), Type.Unknown(), {
      description: 'The settings of the block; which there are depends on its type',
    }),
    position: closed(
      { x: Type.Number({ description: 'To the right' }), y: Type.Number({ description: 'Downwards' }) },
      'Where the block is on the canvas',
    ),
    extra,
  },
  'A block of the journey',
)

export const ConnectionRecord = closed(
  {
    id: LowerCaseUuid('Unique within the journey'),
    source_node_id: LowerCaseUuid('The node it leaves'),
    target_node_id: LowerCaseUuid('The node it leads to'),
    condition: orNull(
      Text('A rule of JSON Logic as text, or "else", where it leaves a condition node; otherwise null'),
    ),
    extra,
  },
  'A directed link between two nodes',
)

export const JourneyRecord = closed(
  {
    id: LowerCaseUuid('Unique within the site'),
    multi_template_id: Text('The multi-template it was made from; "0" for none'),
    name: Text('What the journey is called'),
    description: Text('What it is about'),
    publish_at: orNull(Timestamp('When it was published')),
    open_ended: Type.Boolean({ description: 'Whether members may always enter' }),
    status: OneOf(JOURNEY_STATUSES, 'Where it is in its life'),
    start_date: orNull(Timestamp('From when on members may enter')),
    end_date: orNull(
      Timestamp('When it ends. From then on it shows expired_at, and open participations are Expired'),
    ),
    created_at: Timestamp('When it was created'),
    updated_at: Timestamp('When it was last changed'),
    created_by: orNull(Text('Who created it')),
    extra,
  },
  'A journey without its graph',
)

export const GraphRecord = closed(
  {
    ...JourneyRecord.properties,
    nodes: Type.Array(NodeRecord, { description: 'Its blocks, each reachable from an entry' }),
    connections: Type.Array(ConnectionRecord, { description: 'How the blocks are joined' }),
  },
  'A journey with its graph',
)

export const StepRecord = closed(
  {
    node_id: LowerCaseUuid('An event or action node of the journey'),
    completed_at: Timestamp('When the member did it'),
    extra,
  },
  'A step that the member has completed',
)

/** A reward or badge that a member has reached. With four nulls it was never held: CONTRACT.md section 2, the hold rule. */
export const RewardRecord = closed(
  {
    node_id: LowerCaseUuid('A reward or badge node of the journey'),
    hold_start_datetime: orNull(Timestamp('When its hold began; goes with hold_end_datetime')),
    hold_end_datetime: orNull(
      Timestamp('When its hold ends: it is held until then, and issued from then on'),
    ),
    blocked_by: orNull(Text('The event that blocked it; goes with blocked_at')),
    blocked_at: orNull(Timestamp('When it was blocked')),
    extra,
  },
  'A reward that the member has reached: held, or blocked, or with none of the four keys issued',
)

export const WaitingRecord = closed(
  {
    node_id: LowerCaseUuid('A step at which the member waits'),
    count: Type.Integer({ minimum: 0, description: 'How often its event has happened there' }),
  },
  'Where a member waits',
)

export const ParticipationRecord = closed(
  {
    id: LowerCaseUuid('Unique within the site'),
    journey_id: LowerCaseUuid('A journey of the site'),
    started_at: Timestamp('When the member entered'),
    progress_percentage: Type.String({
      pattern: PROGRESS_PATTERN,
      description:
        'How far the member has come, "0.0" to "100.0"; never falls, and is "100.0" exactly when completed',
    }),
    completed_at: orNull(Timestamp('When the member finished')),
    expired_at: orNull(Timestamp('When it expired by itself; it also expires with its journey')),
    created_at: Timestamp('When the record was created'),
    updated_at: Timestamp('When it was last changed'),
    events: Type.Array(StepRecord, {
      description: 'The steps completed, in that order; one that a cycle leads back to may be there again',
    }),
    rewards: Type.Array(RewardRecord, { description: 'The rewards reached, in that order' }),
    waiting_at: orNull(
      Type.Array(WaitingRecord, {
        description: 'The steps at which the member waits; null where that follows from events and rewards',
      }),
    ),
    extra,
  },
  "A member's instance of a journey",
)

export const HistoryRecord = closed(
  {
    event: Type.String({ minLength: 1, description: 'What the member did, for example purchase' }),
    attributes: Type.Record(Type.String(), Type.Unknown(), { description: 'What criteria may ask of it' }),
    at: Timestamp('When'),
  },
  'An event of a member, with or without effect',
)

/** Whether a member takes part: CONTRACT.md section 4. One who is blocked or has opted out gets AC1008 or AC1009 (I). */
export const MEMBER_STATUSES = ['active', 'blocked', 'opted_out'] as const
export type MemberStatus = (typeof MEMBER_STATUSES)[number]

export const MemberRecord = closed(
  {
    email: Email('Unique within the site, without regard to case'),
    status: OneOf(
      MEMBER_STATUSES,
      'Both operations about a member refuse one who is blocked or has opted out',
    ),
    attributes: Type.Record(Type.String(), Type.Unknown(), {
      description: 'What criteria may ask of the member',
    }),
    participations: Type.Array(ParticipationRecord, { description: 'The journeys the member is in' }),
    history: Type.Array(HistoryRecord, { description: 'The events of the member, oldest first' }),
    extra,
  },
  'A member of the loyalty programme',
)

export type SiteRecord = Static<typeof SiteRecord>
export type NodeRecord = Static<typeof NodeRecord>
export type ConnectionRecord = Static<typeof ConnectionRecord>
export type JourneyRecord = Static<typeof JourneyRecord>
export type GraphRecord = Static<typeof GraphRecord>
export type StepRecord = Static<typeof StepRecord>
export type RewardRecord = Static<typeof RewardRecord>
export type WaitingRecord = Static<typeof WaitingRecord>
export type ParticipationRecord = Static<typeof ParticipationRecord>
export type HistoryRecord = Static<typeof HistoryRecord>
export type MemberRecord = Static<typeof MemberRecord>
