import { type Static, Type } from '@sinclair/typebox'
import { OneOf, Text } from '../contract/formats.ts'
import { Criteria } from '../contract/node-config.ts'
import { PARTICIPATION_STATUSES } from '../contract/participation.ts'
import {
  annotated,
  ConnectionRecord,
  closed,
  HistoryRecord,
  JourneyRecord,
  MemberRecord,
  ParticipationRecord,
  RewardRecord,
  SiteRecord,
  StepRecord,
  WaitingRecord,
} from '../contract/records.ts'
import { label, NodeInput, optional, optionalTime, optionalTimeOrNull } from './schema-nodes.ts'

/**
 * What people write: the short form of a seed, in which everything but names and types can be left out, and the long
 * form that the sandbox exports. Both have the same objects, and may be mixed.
 */

/** The well-known credentials of the demo site. They open nothing but a sandbox. */
export const DEMO_SITE = { site_id: '9991331', name: 'demo-site', secret: 'sandbox-secret' } as const

const site = SiteRecord.properties

const SiteInput = closed(
  {
    site_id: optional(site.site_id, `"${DEMO_SITE.site_id}"`, DEMO_SITE.site_id),
    name: optional(site.name, `"${DEMO_SITE.name}"`, 'shop'),
    secret: optional(site.secret, `"${DEMO_SITE.secret}"`, DEMO_SITE.secret),
    extra: site.extra,
  },
  'The site, with the credentials of its clients; left out, that of the demo',
)

const reference = (description: string, ...examples: string[]) =>
  Type.String({ minLength: 1, description, examples })

const ends = (description: string, example: string) =>
  Type.Optional(
    Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })], {
      description: `${description}, by id or name; a list makes a connection for each`,
      examples: [example, [example, 'points']],
    }),
  )

const long = (description: string) => Type.Optional(Text(`Long form: ${description}`))

export const ConnectionInput = closed(
  {
    from: ends('The node it leaves', 'how-much'),
    to: ends('The node it leads to', 'big'),
    when: Type.Optional(
      annotated(Criteria, {
        description: `When it is taken, where it leaves a condition node. ${Criteria.description}`,
      }),
    ),
    else: Type.Optional(
      Type.Literal(true, { description: 'It is taken when no other connection of its condition node is' }),
    ),
    id: label('Unique within the journey', 'made from both ends', 'to-big'),
    source_node_id: long('the node it leaves'),
    target_node_id: long('the node it leads to'),
    condition: Type.Optional(
      Type.Union([Type.String(), Type.Null()], {
        description: `Long form: ${ConnectionRecord.properties.condition.description}`,
      }),
    ),
    extra: ConnectionRecord.properties.extra,
  },
  'A directed link between nodes',
  { title: 'ConnectionInput' },
)

const journey = JourneyRecord.properties

export const JourneyInput = closed(
  {
    name: Type.String({ description: 'What the journey is called', examples: ['Welcome'] }),
    id: label('Unique within the site', 'the name', 'welcome'),
    description: optional(journey.description, 'empty', 'For new members'),
    status: optional(journey.status, 'Published'),
    nodes: Type.Optional(
      Type.Array(NodeInput, { description: 'Its blocks, each reachable from an entry (none)' }),
    ),
    connections: Type.Optional(
      Type.Array(ConnectionInput, {
        description: 'How the blocks are joined (each node leads to the next one)',
      }),
    ),
    start_date: optionalTimeOrNull('From when on members may enter'),
    end_date: optionalTimeOrNull(
      'When it ends; from then on it shows expired_at, and open participations are Expired',
    ),
    open_ended: optional(journey.open_ended, 'true'),
    publish_at: optionalTimeOrNull('When it was published', 'created_at; null for a draft'),
    created_at: optionalTime('When it was created', 'one fixed instant'),
    updated_at: optionalTime('When it was last changed', 'created_at'),
    created_by: optional(journey.created_by, 'null', 'maren@example.com'),
    multi_template_id: optional(journey.multi_template_id, '"0"'),
    extra: journey.extra,
  },
  'A journey with its graph',
  { title: 'JourneyInput' },
)

const node = (description: string) => Type.Optional(reference(`${description}, by id or name`, 'big'))

const StepInput = closed(
  {
    node: node('The event or action node that the member completed'),
    at: optionalTime('When', 'one fixed instant, or just after the step before'),
    node_id: long('the node'),
    completed_at: optionalTime('Long form: when', 'at'),
    extra: StepRecord.properties.extra,
  },
  'A step that the member has completed',
)

const RewardInput = closed(
  {
    node: node('The reward or badge node that the member reached'),
    hold_start_datetime: optionalTimeOrNull('When its hold began; goes with hold_end_datetime', 'not held'),
    hold_end_datetime: optionalTimeOrNull(
      'When its hold ends: it is held until then, and issued from then on',
      'not held',
    ),
    blocked_by: optional(RewardRecord.properties.blocked_by, 'not blocked', 'return'),
    blocked_at: optionalTimeOrNull('When it was blocked', 'not blocked'),
    node_id: long('the node'),
    extra: RewardRecord.properties.extra,
  },
  'A reward that the member has reached: held, or blocked, or with none of the four keys issued',
)

const WaitingInput = closed(
  {
    node: node('A step at which the member waits'),
    count: optional(WaitingRecord.properties.count, '0'),
    node_id: long('the node'),
  },
  'Where a member waits',
)

const participation = ParticipationRecord.properties

export const ParticipationInput = closed(
  {
    journey: Type.Optional(reference('The journey, by name or id', 'Welcome')),
    status: Type.Optional(OneOf(PARTICIPATION_STATUSES, 'How the member fares (follows from the events)')),
    events: Type.Optional(
      Type.Array(StepInput, {
        description:
          'The steps that the member completed, in that order (those that the member’s events complete)',
      }),
    ),
    rewards: Type.Optional(
      Type.Array(RewardInput, {
        description: 'The rewards that the member reached (follow from the events)',
      }),
    ),
    started_at: optionalTime('When the member entered', 'the first of its events'),
    completed_at: optionalTimeOrNull('When the member finished', 'follows from the events'),
    expired_at: optionalTimeOrNull('When it expired by itself; it also expires with its journey'),
    progress_percentage: Type.Optional(
      Type.Union(
        [
          Type.String({ pattern: participation.progress_percentage.pattern as string }),
          Type.Number({ minimum: 0, maximum: 100 }),
        ],
        {
          description:
            'How far the member has come (follows from the events). Where it is stated, everything is taken as stated, and nothing follows',
          examples: ['33.3'],
        },
      ),
    ),
    id: label('Unique within the site', 'made from the member and the journey', 'anns-welcome'),
    journey_id: long('the journey'),
    waiting_at: Type.Optional(
      Type.Union([Type.Array(WaitingInput), Type.Null()], {
        description: `${participation.waiting_at.description} (follows from the events)`,
      }),
    ),
    created_at: optionalTime('When the record was created', 'started_at'),
    updated_at: optionalTime('When it was last changed', 'the latest of its times'),
    extra: participation.extra,
  },
  "A member's instance of a journey",
  { title: 'ParticipationInput' },
)

const EventInput = closed(
  {
    event: annotated(HistoryRecord.properties.event, { examples: ['purchase'] }),
    attributes: optional(HistoryRecord.properties.attributes, 'none', { amount: 60 }),
    at: optionalTime('When', 'one fixed instant, or just after the event before'),
  },
  'An event of a member',
  { title: 'EventInput' },
)

const member = MemberRecord.properties

export const MemberInput = closed(
  {
    email: annotated(member.email, { examples: ['ann@example.com'] }),
    status: optional(member.status, 'active', 'blocked'),
    attributes: optional(member.attributes, 'none', { tier: 'gold' }),
    events: Type.Optional(
      Type.Array(EventInput, {
        description: 'What the member did, oldest first: it leads the member through the journeys (nothing)',
      }),
    ),
    participations: Type.Optional(
      Type.Array(ParticipationInput, {
        description: 'The journeys the member is in (those that the events lead into)',
      }),
    ),
    history: Type.Optional(Type.Array(EventInput, { description: 'Long form: the events' })),
    extra: member.extra,
  },
  'A member of the loyalty programme',
  { title: 'MemberInput' },
)

export const SeedInput = Type.Object(
  {
    $schema: Type.Optional(Text('Where editors find this schema')),
    site: Type.Optional(SiteInput),
    journeys: Type.Optional(Type.Array(JourneyInput, { description: 'The journeys of the site (none)' })),
    members: Type.Optional(Type.Array(MemberInput, { description: 'The members of the site (none)' })),
  },
  {
    additionalProperties: false,
    title: 'Seed',
    description: 'One site with its journeys and members, in the short form or in the long one',
  },
)

export type SeedInput = Static<typeof SeedInput>
export type JourneyInput = Static<typeof JourneyInput>
export type ConnectionInput = Static<typeof ConnectionInput>
export type MemberInput = Static<typeof MemberInput>
export type ParticipationInput = Static<typeof ParticipationInput>
