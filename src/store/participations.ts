import type { NodeType } from '../contract/journey.ts'
import type { JourneyRecord, ParticipationRecord, RewardRecord, StepRecord } from '../contract/records.ts'
import type { Db } from './database.ts'
import { type ExtraColumn, extensionIn, extraColumn, withExtension } from './extensions.ts'

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
    participation_key: number
    waiting_at: string | null
    name: string
    description: string
    open_ended: 0 | 1
    end_date: string | null
  }

/** An event or a reward of a participation. */
type PartRow<T> = Omit<T, 'extra'> & { participation_key: number; extra: string | null }
type StepRow = PartRow<ParticipationDetail['events'][number]>
type RewardRow = PartRow<ParticipationDetail['rewards'][number]>

const toSummary = (row: SummaryRow): ParticipationSummary => {
  const { participation_key, waiting_at, name, description, open_ended, end_date, ...participation } = row
  return {
    ...withExtension(participation),
    journey: { name, description, open_ended: open_ended === 1, end_date },
  }
}

const toPart = <R extends PartRow<object>>({ participation_key, extra, ...part }: R) => ({
  ...part,
  ...extensionIn(extra),
})

/** What a list has beyond another; undefined when it does not begin with the objects of that one. */
const addedTo = <T>(before: readonly T[], after: readonly T[]): T[] | undefined =>
  before.every((item, i) => item === after[i]) ? after.slice(before.length) : undefined

export type ParticipationTables = ReturnType<typeof participationTables>

/** The statements of participations, with their events and rewards. Lists are in the order of creation, then id. */
export function participationTables(db: Db) {
  const ofMember = db.prepare<[number], SummaryRow>(`
    SELECT p.participation_key, p.id, j.id AS journey_id, p.started_at, p.progress_percentage, p.completed_at,
      p.expired_at, p.created_at, p.updated_at, p.waiting_at, p.extra,
      j.name, j.description, j.open_ended, j.end_date
    FROM participations p JOIN journeys j USING (journey_key)
    WHERE p.member_key = +? ORDER BY p.created_at, p.id`)
  const steps = db.prepare<[number], StepRow>(`
    SELECT s.participation_key, n.id AS node_id, s.completed_at, n.name, n.type, s.extra
    FROM participations p JOIN completed_steps s USING (participation_key) JOIN nodes n USING (node_key)
    WHERE p.member_key = +? ORDER BY s.step_key`)
  const rewards = db.prepare<[number], RewardRow>(`
    SELECT r.participation_key, n.id AS node_id, r.hold_start_datetime, r.hold_end_datetime, r.blocked_by, r.blocked_at,
      n.name, iif(n.type = 'badge', 'badge', coalesce(n.config ->> '$.type', 'reward')) AS type, r.extra
    FROM participations p JOIN rewards r USING (participation_key) JOIN nodes n USING (node_key)
    WHERE p.member_key = +? ORDER BY r.reward_key`)
  const insertParticipation = db.prepare(`
    INSERT INTO participations (member_key, journey_key, id, started_at, progress_percentage, completed_at, expired_at,
      created_at, updated_at, waiting_at, extra)
    VALUES (@memberKey, (SELECT journey_key FROM journeys WHERE content_key = @contentKey AND id = @journey_id),
      @id, @started_at, @progress_percentage, @completed_at, @expired_at, @created_at, @updated_at, @waiting_at,
      @extra)`)
  const updateParticipation = db
    .prepare<Record<string, unknown>, number>(`
      UPDATE participations SET started_at = @started_at, progress_percentage = @progress_percentage,
        completed_at = @completed_at, expired_at = @expired_at, created_at = @created_at, updated_at = @updated_at,
        waiting_at = @waiting_at, extra = @extra
      WHERE member_key = @memberKey AND id = @id RETURNING participation_key`)
    .pluck()
  const removeSteps = db.prepare('DELETE FROM completed_steps WHERE participation_key = ?')
  const removeRewards = db.prepare('DELETE FROM rewards WHERE participation_key = ?')
  const nodeOf = `(SELECT node_key FROM nodes WHERE id = @node_id
    AND journey_key = (SELECT journey_key FROM participations WHERE participation_key = @participationKey))`
  const insertStep = db.prepare(`
    INSERT INTO completed_steps (participation_key, node_key, completed_at, extra)
    VALUES (@participationKey, ${nodeOf}, @completed_at, @extra)`)
  const insertReward = db.prepare(`
    INSERT INTO rewards (participation_key, node_key, hold_start_datetime, hold_end_datetime, blocked_by, blocked_at,
      extra)
    VALUES (@participationKey, ${nodeOf}, @hold_start_datetime, @hold_end_datetime, @blocked_by, @blocked_at, @extra)`)
  const removeParticipations = db.prepare('DELETE FROM participations WHERE member_key = ?')
  const removeFromJourney = db.prepare(`DELETE FROM participations WHERE journey_key =
    (SELECT journey_key FROM journeys WHERE content_key = ? AND id = ?)`)
  const holder = db
    .prepare<[number, string], string>(`
      SELECT m.email_folded FROM participations p JOIN members m USING (member_key)
      WHERE m.content_key = +? AND p.id = +?`)
    .pluck()
  const usedNodes = db.prepare<{ contentKey: number; journeyId: string }, UsedNode>(`
    SELECT DISTINCT n.id AS node_id, u.used AS "as"
    FROM journeys j JOIN nodes n USING (journey_key)
    JOIN (SELECT node_key, 'event' AS used FROM completed_steps UNION SELECT node_key, 'reward' FROM rewards) u
      USING (node_key)
    WHERE j.content_key = @contentKey AND j.id = @journeyId
    UNION SELECT w.value ->> '$.node_id', 'waiting member'
    FROM journeys j JOIN participations p USING (journey_key), json_each(p.waiting_at) w
    WHERE j.content_key = @contentKey AND j.id = @journeyId`)

  const summariesOf = (memberKey: number): ParticipationSummary[] => ofMember.all(memberKey).map(toSummary)

  function detailsOf(memberKey: number): ParticipationDetail[] {
    const stepsOf = Map.groupBy(steps.all(memberKey), step => step.participation_key)
    const rewardsOf = Map.groupBy(rewards.all(memberKey), reward => reward.participation_key)
    return ofMember.all(memberKey).map(row => ({
      ...toSummary(row),
      waiting_at: row.waiting_at === null ? null : JSON.parse(row.waiting_at),
      events: (stepsOf.get(row.participation_key) ?? []).map(toPart),
      rewards: (rewardsOf.get(row.participation_key) ?? []).map(toPart),
    }))
  }

  const recordsOf = (memberKey: number): ParticipationRecord[] =>
    detailsOf(memberKey).map(({ journey, events, rewards, ...participation }) => ({
      ...participation,
      events: events.map(({ name, type, ...step }) => step),
      rewards: rewards.map(({ name, type, ...reward }) => reward),
    }))

  function insert(
    contentKey: number,
    memberKey: number,
    { events, rewards, waiting_at, ...participation }: ParticipationRecord,
  ): void {
    const row = {
      contentKey,
      memberKey,
      ...participation,
      waiting_at: waiting_at && JSON.stringify(waiting_at),
    }
    const { lastInsertRowid: participationKey } = insertParticipation.run({
      ...row,
      extra: extraColumn(participation),
    })
    insertParts(Number(participationKey), events, rewards)
  }

  function insertParts(participationKey: number, events: StepRecord[], rewards: RewardRecord[]): void {
    for (const step of events) insertStep.run({ participationKey, ...step, extra: extraColumn(step) })
    for (const reward of rewards)
      insertReward.run({ participationKey, ...reward, extra: extraColumn(reward) })
  }

  /**
   * Changes a participation of a member from `before`, as it is stored, to `after`. Events and rewards that are added at
   * the end are inserted; when others change, all of them are written again.
   */
  function update(memberKey: number, before: ParticipationRecord, after: ParticipationRecord): void {
    const { events, rewards, waiting_at, ...participation } = after
    const key = updateParticipation.get({
      memberKey,
      ...participation,
      waiting_at: waiting_at && JSON.stringify(waiting_at),
      extra: extraColumn(participation),
    }) as number
    const newEvents = addedTo(before.events, events)
    const newRewards = addedTo(before.rewards, rewards)
    if (!newEvents) removeSteps.run(key)
    if (!newRewards) removeRewards.run(key)
    insertParts(key, newEvents ?? events, newRewards ?? rewards)
  }

  return {
    summariesOf,
    detailsOf,
    /** As they were put in. */
    recordsOf,
    insert,
    update,
    removeOf: (memberKey: number) => removeParticipations.run(memberKey),
    removeFromJourney: (contentKey: number, journeyId: string) =>
      removeFromJourney.run(contentKey, journeyId),
    /** The nodes of a journey at which members have completed an event, reached a reward, or wait. */
    usedNodes: (contentKey: number, journeyId: string) => usedNodes.all({ contentKey, journeyId }),
    /** The folded email of the member whose participation has this id. */
    holderOf: (contentKey: number, participationId: string) => holder.get(contentKey, participationId),
  }
}
