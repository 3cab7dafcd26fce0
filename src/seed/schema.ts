import { type Static, type TObject, type TProperties, Type } from '@sinclair/typebox'
import {
  annotated,
  ConnectionRecord,
  closed,
  GraphRecord,
  HistoryRecord,
  MemberRecord,
  NodeRecord,
  ParticipationRecord,
  RewardRecord,
  SiteRecord,
} from '../contract/records.ts'

/**
 * The long form of a seed: one site with everything in it, in the words of the records. The sandbox exports it with
 * nothing left out. What people write is a `SeedInput`, of which the long form is a part.
 */

/** A record of which these properties may be left out. */
const withOptional = <P extends TProperties, K extends keyof P & string>(
  record: TObject<P>,
  keys: readonly K[],
) =>
  Type.Composite([Type.Omit(record, keys), Type.Partial(Type.Pick(record, keys))], {
    additionalProperties: false,
    description: record.description as string,
  })

const SeedNode = annotated(withOptional(NodeRecord, ['config', 'position']), { title: 'Node' })
const SeedConnection = annotated(withOptional(ConnectionRecord, ['condition']), { title: 'Connection' })

export const SeedSite = SiteRecord

export const SeedJourney = closed(
  {
    ...withOptional(GraphRecord, [
      'multi_template_id',
      'description',
      'publish_at',
      'open_ended',
      'start_date',
      'end_date',
      'created_at',
      'updated_at',
      'created_by',
    ]).properties,
    nodes: Type.Array(SeedNode, { description: GraphRecord.properties.nodes.description as string }),
    connections: Type.Array(SeedConnection, {
      description: GraphRecord.properties.connections.description as string,
    }),
  },
  'A journey with its graph',
  { title: 'Journey' },
)

const SeedReward = withOptional(RewardRecord, [
  'hold_start_datetime',
  'hold_end_datetime',
  'blocked_by',
  'blocked_at',
])

export const SeedParticipation = closed(
  {
    ...withOptional(ParticipationRecord, [
      'completed_at',
      'expired_at',
      'created_at',
      'updated_at',
      'events',
      'waiting_at',
    ]).properties,
    rewards: Type.Optional(
      Type.Array(SeedReward, { description: ParticipationRecord.properties.rewards.description as string }),
    ),
  },
  "A member's instance of a journey",
  { title: 'Participation' },
)

export const SeedHistory = annotated(withOptional(HistoryRecord, ['attributes']), { title: 'Event' })

export const SeedMember = closed(
  {
    ...withOptional(MemberRecord, ['status', 'attributes']).properties,
    participations: Type.Optional(
      Type.Array(SeedParticipation, { description: 'The journeys the member is in' }),
    ),
    history: Type.Optional(
      Type.Array(SeedHistory, { description: 'The events of the member, oldest first' }),
    ),
  },
  'A member of the loyalty programme',
  { title: 'Member' },
)

export const SeedDocument = closed(
  {
    $schema: Type.Optional(Type.String({ description: 'Where editors find this schema' })),
    site: SiteRecord,
    journeys: Type.Array(SeedJourney, { description: 'The journeys of the site' }),
    members: Type.Array(SeedMember, { description: 'The members of the site' }),
  },
  'One site with its journeys and members',
  { title: 'SeedDocument' },
)

/** A seed as it is stored: the long form with nothing left out. */
export interface SeedRecords {
  site: SiteRecord
  journeys: GraphRecord[]
  members: MemberRecord[]
}

export type SeedDocument = Static<typeof SeedDocument>
export type SeedJourney = Static<typeof SeedJourney>
export type SeedMember = Static<typeof SeedMember>
export type SeedParticipation = Static<typeof SeedParticipation>
export type SeedSite = Static<typeof SeedSite>
