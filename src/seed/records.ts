import { extensionOf } from '../contract/extension.ts'
import { compileJourney, type JourneyGraph } from '../engine/graph.ts'
import type { GraphRecord, MemberRecord, ParticipationRecord } from '../store/records.ts'
import { type Graphs, live } from './live.ts'
import type { SeedDocument, SeedJourney, SeedMember, SeedParticipation } from './schema.ts'

/**
 * A checked document as what is stored, every default filled in, and members that are given by their history alone
 * taken through it. `now` is a vendor timestamp.
 */
export function toRecords({ journeys, members }: SeedDocument, now: string) {
  const graphs = journeys.map(journey => toGraph(journey, now))
  let compiled: JourneyGraph[] | undefined
  const compile = () => {
    compiled ??= [...graphs].sort(byCreation).map(compileJourney)
    return compiled
  }
  const taken = new Set(members.flatMap(({ participations = [] }) => participations.map(({ id }) => id)))
  return {
    journeys: graphs,
    members: members.map(member => {
      const record = toMember(member, compile, id => taken.has(id))
      for (const { id } of record.participations) taken.add(id)
      return record
    }),
  }
}

/** The order in which members enter journeys, which is that of the lists: by creation, then id. */
const byCreation = (a: GraphRecord, b: GraphRecord): number =>
  a.created_at < b.created_at || (a.created_at === b.created_at && a.id < b.id) ? -1 : 1

export function toGraph(journey: SeedJourney, now: string): GraphRecord {
  const created_at = journey.created_at ?? now
  return {
    id: journey.id,
    multi_template_id: journey.multi_template_id ?? '0',
    name: journey.name,
    description: journey.description ?? '',
    publish_at: journey.publish_at ?? null,
    open_ended: journey.open_ended ?? true,
    status: journey.status,
    start_date: journey.start_date ?? null,
    end_date: journey.end_date ?? null,
    created_at,
    updated_at: journey.updated_at ?? created_at,
    created_by: journey.created_by ?? null,
    ...extensionOf(journey),
    nodes: journey.nodes.map(({ config = {}, position = { x: 0, y: 0 }, ...node }) => ({
      ...node,
      config,
      position,
    })),
    connections: journey.connections.map(({ condition = null, ...connection }) => ({
      ...connection,
      condition,
    })),
  }
}

export function toMember(
  { email, status = 'active', attributes = {}, participations, history = [], ...extensions }: SeedMember,
  graphs: Graphs,
  isTaken: (participationId: string) => boolean,
): MemberRecord {
  const past = history.map(({ event, attributes = {}, at }) => ({ event, attributes, at }))
  const member = { email, status, attributes, history: past, ...extensionOf(extensions) }
  const lives = participations === undefined && past.length > 0
  return {
    ...member,
    participations: lives ? live(member, graphs, isTaken) : (participations ?? []).map(toParticipation),
  }
}

function toParticipation(participation: SeedParticipation): ParticipationRecord {
  const { id, journey_id, started_at, progress_percentage, events = [], rewards = [] } = participation
  const completed_at = participation.completed_at ?? null
  const expired_at = participation.expired_at ?? null
  const rewardTimes = rewards.map(({ hold_start_datetime, blocked_at }) => blocked_at ?? hold_start_datetime)
  const times = [
    started_at,
    completed_at,
    expired_at,
    ...rewardTimes,
    ...events.map(event => event.completed_at),
  ]
  return {
    id,
    journey_id,
    started_at,
    progress_percentage,
    completed_at,
    expired_at,
    created_at: participation.created_at ?? started_at,
    updated_at:
      participation.updated_at ??
      (times
        .filter(time => typeof time === 'string')
        .sort()
        .at(-1) as string),
    events,
    rewards: rewards.map(reward => ({
      node_id: reward.node_id,
      hold_start_datetime: reward.hold_start_datetime ?? null,
      hold_end_datetime: reward.hold_end_datetime ?? null,
      blocked_by: reward.blocked_by ?? null,
      blocked_at: reward.blocked_at ?? null,
      ...extensionOf(reward),
    })),
    standing: participation.standing ?? null,
    ...extensionOf(participation),
  }
}
