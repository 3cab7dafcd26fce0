import { type Static, type TObject, type TSchema, Type } from '@sinclair/typebox'
import { Email, LowerCaseUuid, OneOf, Timestamp } from '../contract/formats.ts'
import { JOURNEY_STATUSES, NODE_TYPES } from '../contract/journey.ts'
import { MEMBER_STATUSES } from '../contract/member.ts'

/** A seed document: one site with everything in it. What is left out gets the default its description names. */

const closed = <P extends Record<string, TSchema>>(properties: P, description: string): TObject<P> =>
  Type.Object(properties, { additionalProperties: false, description })

const orNull = <T extends TSchema>(schema: T, description: string) =>
  Type.Union([schema, Type.Null()], { description })

const optionalTime = (description: string) => Type.Optional(orNull(Timestamp(), `${description} (null)`))

const extra = Type.Optional(
  Type.Record(Type.String(), Type.Unknown(), {
    description:
      'Properties that the API serves as they are: beyond the contract, or instead of a value that the contract has',
  }),
)

export const SeedNode = closed(
  {
    id: LowerCaseUuid({ description: 'Unique within the journey' }),
    type: OneOf(NODE_TYPES, { description: 'What kind of block this is' }),
    name: Type.String({ description: 'The label of the block' }),
    config: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { description: 'The settings of the block ({})' }),
    ),
    position: Type.Optional(
      closed({ x: Type.Number(), y: Type.Number() }, 'Where the block stands on the canvas (0, 0)'),
    ),
    extra,
  },
  'A block of the journey',
)

export const SeedConnection = closed(
  {
    id: LowerCaseUuid({ description: 'Unique within the journey' }),
    source_node_id: LowerCaseUuid({ description: 'The node it leaves' }),
    target_node_id: LowerCaseUuid({ description: 'The node it leads to' }),
    condition: Type.Optional(orNull(Type.String(), 'What must hold for a member to take it (null)')),
    extra,
  },
  'A directed link between two nodes',
)

export const SeedJourney = closed(
  {
    id: LowerCaseUuid({ description: 'Unique within the site' }),
    multi_template_id: Type.Optional(
      Type.String({ description: 'The multi-template it was made from ("0")' }),
    ),
    name: Type.String({ description: 'What the journey is called' }),
    description: Type.Optional(Type.String({ description: 'What it is about ("")' })),
    publish_at: optionalTime('When it was published'),
    open_ended: Type.Optional(Type.Boolean({ description: 'Whether members may always enter (true)' })),
    status: OneOf(JOURNEY_STATUSES, { description: 'Where it is in its life' }),
    start_date: optionalTime('From when on members may enter'),
    end_date: optionalTime(
      'When it ends; from then on it shows expired_at, and so do the participations still open',
    ),
    created_at: Type.Optional(Timestamp({ description: 'When it was created (when the seed is loaded)' })),
    updated_at: Type.Optional(Timestamp({ description: 'When it was last changed (created_at)' })),
    created_by: Type.Optional(orNull(Type.String(), 'Who created it (null)')),
    nodes: Type.Array(SeedNode, { description: 'Its blocks, each reachable from an entry' }),
    connections: Type.Array(SeedConnection, { description: 'How the blocks are joined' }),
    extra,
  },
  'A journey with its graph',
)

export const SeedEvent = closed(
  {
    node_id: LowerCaseUuid({ description: 'An event or action node of the journey' }),
    completed_at: Timestamp({ description: 'When the member did it' }),
    extra,
  },
  'Something the member has done',
)

export const SeedReward = closed(
  {
    node_id: LowerCaseUuid({ description: 'A reward or badge node of the journey' }),
    hold_start_datetime: Type.Optional(
      Timestamp({ description: 'When its hold began; goes with hold_end_datetime' }),
    ),
    hold_end_datetime: Type.Optional(
      Timestamp({ description: 'When its hold ends: held until then, issued from then on' }),
    ),
    blocked_by: Type.Optional(
      Type.String({ description: 'The event that blocked it; goes with blocked_at' }),
    ),
    blocked_at: Type.Optional(Timestamp({ description: 'When it was blocked' })),
    extra,
  },
  'A reward the member has reached: held, or blocked, or with none of the four keys issued',
)

export const SeedStanding = closed(
  {
    node_id: LowerCaseUuid({ description: 'A step that waits' }),
    count: Type.Integer({ minimum: 0, description: 'How often its event has happened there' }),
  },
  'Where a member stands',
)

export const SeedParticipation = closed(
  {
    id: LowerCaseUuid({ description: 'Unique within the site' }),
    journey_id: LowerCaseUuid({ description: 'A journey of this document' }),
    started_at: Timestamp({ description: 'When the member entered' }),
    progress_percentage: Type.String({
      pattern: '^(100\\.0|[1-9]?[0-9]\\.[0-9])$',
      description: 'How far the member has come, "0.0" to "100.0"; "100.0" exactly when completed',
    }),
    completed_at: optionalTime('When the member finished'),
    expired_at: optionalTime('When it expired by itself; with its journey it does so anyway'),
    created_at: Type.Optional(Timestamp({ description: 'When the record was created (started_at)' })),
    updated_at: Type.Optional(
      Timestamp({ description: 'When it was last changed (the latest of its times)' }),
    ),
    events: Type.Optional(
      Type.Array(SeedEvent, { description: 'What the member has done so far, in that order ([])' }),
    ),
    rewards: Type.Optional(
      Type.Array(SeedReward, { description: 'What the member has reached, in that order ([])' }),
    ),
    standing: Type.Optional(
      orNull(Type.Array(SeedStanding), 'At which steps the member waits (null: it follows from the events)'),
    ),
    extra,
  },
  "A member's instance of a journey",
)

export const SeedHistory = closed(
  {
    event: Type.String({ minLength: 1, description: 'What the member did, for example purchase' }),
    attributes: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { description: 'What is to be known of it ({})' }),
    ),
    at: Timestamp({ description: 'When' }),
  },
  'Something the member did, whatever came of it',
)

export const SeedMember = closed(
  {
    email: Email({ description: 'Unique within the site, without regard to case' }),
    status: Type.Optional(
      OneOf(MEMBER_STATUSES, {
        description: 'Both operations about a member refuse one who is blocked or has opted out (active)',
      }),
    ),
    attributes: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { description: 'What criteria may ask of the member ({})' }),
    ),
    participations: Type.Optional(
      Type.Array(SeedParticipation, {
        description: 'The journeys the member is in; left out, those that the history leads through',
      }),
    ),
    history: Type.Optional(
      Type.Array(SeedHistory, { description: 'What the member did, oldest first ([])' }),
    ),
    extra,
  },
  'A member of the loyalty programme',
)

export const SeedSite = closed(
  {
    site_id: Type.String({
      pattern: '^[!-~]{1,64}$',
      description: 'What X-AnnexCloud-Site names; visible ASCII',
    }),
    name: Type.String({ description: 'What the site is called' }),
    secret: Type.String({ minLength: 1, description: 'The key of its tokens, used raw' }),
    extra,
  },
  'The site',
)

export const SeedDocument = Type.Object(
  {
    $schema: Type.Optional(Type.String({ description: 'Where editors find this schema' })),
    site: SeedSite,
    journeys: Type.Array(SeedJourney, { description: 'The journeys of the site' }),
    members: Type.Array(SeedMember, { description: 'The members of the site' }),
  },
  {
    additionalProperties: false,
    title: 'Seed of the journeys sandbox',
    description: 'One site with its journeys and members',
  },
)

export type SeedDocument = Static<typeof SeedDocument>
export type SeedJourney = Static<typeof SeedJourney>
export type SeedMember = Static<typeof SeedMember>
export type SeedParticipation = Static<typeof SeedParticipation>
export type SeedSite = Static<typeof SeedSite>
