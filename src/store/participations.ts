import type { NodeType } from '../contract/journey.ts'
import type { JourneyRecord, ParticipationRecord, RewardRecord, StepRecord } from '../contract/records.ts'
import {
  type Db,
  type ExtraColumn,
  extensionIn,
  extraColumn,
  type Statement,
  withExtension,
} from './database.ts'

/** A participation with its journey, but without its events and rewards. */
export type ParticipationSummary = Omit<ParticipationRecord, 'events' | 'rewards' | 'waiting_at'> & {
  journey: Pick<JourneyRecord, 'name' | 'description' | 'open_ended' | 'end_date'>
}

/** A participation with its journey, and its events and rewards with the names of their nodes. */
export interface ParticipationDetail extends ParticipationSummary {
  waiting_at: ParticipationRecord['waiting_at']
  events: (StepRecord & { name: string; type: NodeType })[]
  rewards: (RewardRecord & { name: string; type: string })[]
}

/** A node that members need, and for what. */
export interface UsedNode {
  node_id: string
  as: 'event' | 'reward' | 'waiting member'
}

type SummaryRow = Omit<ParticipationSummary, 'journey'> &
  ExtraColumn & {
    waiting_at: string | null
    name: string
    description: string
    open_ended: 0 | 1
    end_date: string | null
  }

/** An event or a reward of a participation. */
type PartRow<T> = Omit<T, 'extra'> & { participation_id: string; extra: string | null }
type StepRow = PartRow<ParticipationDetail['events'][number]>
type RewardRow = PartRow<ParticipationDetail['rewards'][number]>

const toSummary = (row: SummaryRow): ParticipationSummary => {
  const { waiting_at, name, description, open_ended, end_date, ...participation } = row
  return {
    ...withExtension(participation),
    journey: { name, description, open_ended: open_ended === 1, end_date },
  }
}

const toPart = <R extends PartRow<object>>({ participation_id, extra, ...part }: R) => ({
  ...part,
  ...extensionIn(extra),
})

/** What a list has beyond another; undefined when it does not begin with the objects of that one. */
const addedTo = <T>(before: readonly T[], after: readonly T[]): T[] | undefined =>
  before.every((item, i) => item === after[i]) ? after.slice(before.length) : undefined

export type ParticipationTables = ReturnType<typeof participationTables>

/** The statements of participations, with their events and rewards. Lists are in the order of creation, then id. */
export function participationTables(db: Db) {
  const ofMember = db.prepare<[number, number], SummaryRow>(`
    SELECT p.id, p.journey_id, p.started_at, p.progress_percentage, p.completed_at, p.expired_at, p.created_at,
      p.updated_at, p.waiting_at, p.extra, j.name, j.description, j.open_ended, j.end_date
    FROM participations p JOIN journeys j ON j.content_key = p.content_key AND j.id = p.journey_id
    WHERE p.content_key = +? AND p.member_key = +? ORDER BY p.created_at, p.id`)
  const nodeOf = (part: string) =>
    `JOIN nodes n ON n.content_key = ${part}.content_key AND n.journey_id = ${part}.journey_id AND n.id = ${part}.node_id`
  const steps = db.prepare<[number, number], StepRow>(`
    SELECT s.participation_id, s.node_id, s.completed_at, n.name, n.type, s.extra
    FROM completed_steps s ${nodeOf('s')}
    WHERE s.content_key = +? AND s.member_key = +? ORDER BY s.participation_id, s.ordinal`)
  const rewards = db.prepare<[number, number], RewardRow>(`
    SELECT r.participation_id, r.node_id, r.hold_start_datetime, r.hold_end_datetime, r.blocked_by, r.blocked_at,
      n.name, iif(n.type = 'badge', 'badge', coalesce(n.config ->> '$.type', 'reward')) AS type, r.extra
    FROM rewards r ${nodeOf('r')}
    WHERE r.content_key = +? AND r.member_key = +? ORDER BY r.participation_id, r.ordinal`)
  const insertParticipation = db.prepare(`
    INSERT INTO participations (content_key, member_key, id, journey_id, started_at, progress_percentage, completed_at,
      expired_at, created_at, updated_at, waiting_at, extra)
    VALUES (@contentKey, @memberKey, @id, @journey_id, @started_at, @progress_percentage, @completed_at, @expired_at,
      @created_at, @updated_at, @waiting_at, @extra)`)
  const updateParticipation = db.prepare(`
    UPDATE participations SET started_at = @started_at, progress_percentage = @progress_percentage,
      completed_at = @completed_at, expired_at = @expired_at, created_at = @created_at, updated_at = @updated_at,
      waiting_at = @waiting_at, extra = @extra
    WHERE content_key = @contentKey AND member_key = @memberKey AND id = @id`)
  const ofParticipation = 'content_key = @contentKey AND member_key = @memberKey AND participation_id = @id'
  const removeSteps = db.prepare(`DELETE FROM completed_steps WHERE ${ofParticipation}`)
  const removeRewards = db.prepare(`DELETE FROM rewards WHERE ${ofParticipation}`)
  const insertStep = db.prepare(`
    INSERT INTO completed_steps (content_key, member_key, participation_id, ordinal, journey_id, node_id, completed_at,
      extra)
    VALUES (@contentKey, @memberKey, @id, @ordinal, @journey_id, @node_id, @completed_at, @extra)`)
  const insertReward = db.prepare(`
    INSERT INTO rewards (content_key, member_key, participation_id, ordinal, journey_id, node_id, hold_start_datetime,
      hold_end_datetime, blocked_by, blocked_at, extra)
    VALUES (@contentKey, @memberKey, @id, @ordinal, @journey_id, @node_id, @hold_start_datetime, @hold_end_datetime,
      @blocked_by, @blocked_at, @extra)`)
  const removeParticipations = db.prepare(
    'DELETE FROM participations WHERE content_key = ? AND member_key = ?',
  )
  const removeFromJourney = db.prepare('DELETE FROM participations WHERE content_key = ? AND journey_id = ?')
  const holder = db
    .prepare<[number, string], string>(`
      SELECT m.email_folded FROM participations p JOIN members m USING (content_key, member_key)
      WHERE p.content_key = +? AND p.id = +?`)
    .pluck()
  const inJourney = 'content_key = @contentKey AND journey_id = @journeyId'
  const usedNodes = db.prepare<{ contentKey: number; journeyId: string }, UsedNode>(`
    SELECT node_id, 'event' AS "as" FROM completed_steps WHERE ${inJourney}
    UNION SELECT node_id, 'reward' FROM rewards WHERE ${inJourney}
    UNION SELECT w.value ->> '$.node_id', 'waiting member' FROM participations, json_each(waiting_at) w
    WHERE ${inJourney}`)

  const summariesOf = (contentKey: number, memberKey: number): ParticipationSummary[] =>
    ofMember.all(contentKey, memberKey).map(toSummary)

  function detailsOf(contentKey: number, memberKey: number): ParticipationDetail[] {
    const stepsOf = Map.groupBy(steps.all(contentKey, memberKey), step => step.participation_id)
    const rewardsOf = Map.groupBy(rewards.all(contentKey, memberKey), reward => reward.participation_id)
    return ofMember.all(contentKey, memberKey).map(row => ({
      ...toSummary(row),
      waiting_at: row.waiting_at === null ? null : JSON.parse(row.waiting_at),
      events: (stepsOf.get(row.id) ?? []).map(toPart),
      rewards: (rewardsOf.get(row.id) ?? []).map(toPart),
    }))
  }

  const recordsOf = (contentKey: number, memberKey: number): ParticipationRecord[] =>
    detailsOf(contentKey, memberKey).map(({ journey, events, rewards, ...participation }) => ({
      ...participation,
      events: events.map(({ name, type, ...step }) => step),
      rewards: rewards.map(({ name, type, ...reward }) => reward),
    }))

  const rowOf = (
    contentKey: number,
    memberKey: number,
    { events, rewards, waiting_at, ...participation }: ParticipationRecord,
  ) => ({
    contentKey,
    memberKey,
    ...participation,
    waiting_at: waiting_at && JSON.stringify(waiting_at),
    extra: extraColumn(participation),
  })

  function insert(contentKey: number, memberKey: number, participation: ParticipationRecord): void {
    const row = rowOf(contentKey, memberKey, participation)
    insertParticipation.run(row)
    insertParts(insertStep, row, participation.events, 0)
    insertParts(insertReward, row, participation.rewards, 0)
  }

  /** Inserts events or rewards as those from the place `from` on. */
  function insertParts(
    statement: Statement,
    { contentKey, memberKey, id, journey_id }: ReturnType<typeof rowOf>,
    parts: readonly (StepRecord | RewardRecord)[],
    from: number,
  ): void {
    for (const [i, part] of parts.entries()) {
      const ordinal = from + i
      statement.run({ contentKey, memberKey, id, journey_id, ordinal, ...part, extra: extraColumn(part) })
    }
  }

  /**
   * Changes a participation of a member from `before`, as it is stored, to `after`. Events and rewards that are added at
   * the end are inserted; when others change, all of them are written again.
   */
  function update(
    contentKey: number,
    memberKey: number,
    before: ParticipationRecord,
    after: ParticipationRecord,
  ): void {
    const row = rowOf(contentKey, memberKey, after)
    updateParticipation.run(row)
    const replaceParts = <P extends StepRecord | RewardRecord>(
      remove: Statement,
      insert: Statement,
      stored: readonly P[],
      parts: readonly P[],
    ) => {
      const added = addedTo(stored, parts)
      if (!added) remove.run({ contentKey, memberKey, id: row.id })
      insertParts(insert, row, added ?? parts, added ? stored.length : 0)
    }
    replaceParts(removeSteps, insertStep, before.events, after.events)
    replaceParts(removeRewards, insertReward, before.rewards, after.rewards)
  }

  return {
    summariesOf,
    detailsOf,
    /** As they were put in. */
    recordsOf,
    insert,
    update,
    removeOf: (contentKey: number, memberKey: number) => removeParticipations.run(contentKey, memberKey),
    removeFromJourney: (contentKey: number, journeyId: string) =>
      removeFromJourney.run(contentKey, journeyId),
    /** The nodes of a journey at which members have completed an event, reached a reward, or wait. */
    usedNodes: (contentKey: number, journeyId: string) => usedNodes.all({ contentKey, journeyId }),
    /** The folded email of the member whose participation has this id. */
    holderOf: (contentKey: number, participationId: string) => holder.get(contentKey, participationId),
  }
}
