import type { NodeType } from '../contract/journey.ts'
import type { Db } from './database.ts'
import { type ExtraColumn, extensionIn, extraColumn } from './extensions.ts'
import type { KeptJourneys } from './kept-journeys.ts'
import type { JourneyRecord, NodeRecord, ParticipationRecord, RewardRecord, StepRecord } from './records.ts'

/** A participation without what was done in it, but with its journey. */
export type ParticipationSummary = Omit<ParticipationRecord, 'events' | 'rewards' | 'standing'> & {
  journey: JourneyRecord
}

/** A participation with its journey, and with what the nodes say of all that was done in it. */
export interface ParticipationDetail extends ParticipationSummary {
  standing: ParticipationRecord['standing']
  events: (StepRecord & { name: string; type: NodeType })[]
  rewards: (RewardRecord & { name: string; type: string })[]
}

type SummaryRow = Omit<ParticipationSummary, 'journey_id' | 'journey' | 'extra'> &
  ExtraColumn & { journey_key: number }

type DetailRow = SummaryRow & {
  standing: string | null
  /** JSON, as are the rewards. */
  steps: string
  rewards: string
}

type StepRow = [nodeKey: number, completed_at: string, extra: string | null]
type RewardRow = [
  nodeKey: number,
  hold_start_datetime: string | null,
  hold_end_datetime: string | null,
  blocked_by: string | null,
  blocked_at: string | null,
  extra: string | null,
]

/** What a reward node gives, in a word. */
const outcomeOf = ({ type, config }: NodeRecord): string =>
  type === 'badge' ? 'badge' : String(config.type ?? 'reward')

const toSummary = (row: SummaryRow, journey: JourneyRecord): ParticipationSummary => ({
  id: row.id,
  journey_id: journey.id,
  journey,
  started_at: row.started_at,
  progress_percentage: row.progress_percentage,
  completed_at: row.completed_at,
  expired_at: row.expired_at,
  created_at: row.created_at,
  updated_at: row.updated_at,
  ...extensionIn(row.extra),
})

const toStep = ([, completed_at, extra]: StepRow, { id: node_id, name, type }: NodeRecord) => ({
  ...{ completed_at, node_id, name, type },
  ...extensionIn(extra),
})

const toReward = (
  [, hold_start_datetime, hold_end_datetime, blocked_by, blocked_at, extra]: RewardRow,
  node: NodeRecord,
) => ({
  ...{ hold_start_datetime, hold_end_datetime, blocked_by, blocked_at },
  ...{ node_id: node.id, name: node.name, type: outcomeOf(node) },
  ...extensionIn(extra),
})

export type ParticipationTables = ReturnType<typeof participationTables>

/** The statements of participations, with the steps and rewards in them. Lists are in the order of creation, then id. */
export function participationTables(db: Db) {
  const summary = `journey_key, id, started_at, progress_percentage, completed_at, expired_at, created_at, updated_at,
    extra`
  const ofMember = 'FROM participations p WHERE member_key = +? ORDER BY created_at, id'
  const summaries = db.prepare<[number], SummaryRow>(`SELECT ${summary} ${ofMember}`)
  // The steps and rewards come along as JSON: as rows of their own they took longer.
  const details = db.prepare<[number], DetailRow>(`
    SELECT ${summary}, standing,
      (SELECT json_group_array(json_array(node_key, completed_at, extra))
        FROM (SELECT * FROM completed_steps s WHERE s.participation_key = p.participation_key ORDER BY step_key)) AS steps,
      (SELECT json_group_array(json_array(node_key, hold_start_datetime, hold_end_datetime, blocked_by, blocked_at, extra))
        FROM (SELECT * FROM rewards r WHERE r.participation_key = p.participation_key ORDER BY reward_key)) AS rewards
    ${ofMember}`)
  const insertParticipation = db.prepare(`
    INSERT INTO participations (member_key, journey_key, id, started_at, progress_percentage, completed_at, expired_at,
      created_at, updated_at, standing, extra)
    VALUES (@memberKey, (SELECT journey_key FROM journeys WHERE site_key = @siteKey AND id = @journey_id),
      @id, @started_at, @progress_percentage, @completed_at, @expired_at, @created_at, @updated_at, @standing,
      @extra)`)
  const nodeOf = `(SELECT n.node_key FROM nodes n JOIN participations p USING (journey_key)
    WHERE p.participation_key = @participationKey AND n.id = @node_id)`
  const insertStep = db.prepare(`
    INSERT INTO completed_steps (participation_key, node_key, completed_at, extra)
    VALUES (@participationKey, ${nodeOf}, @completed_at, @extra)`)
  const insertReward = db.prepare(`
    INSERT INTO rewards (participation_key, node_key, hold_start_datetime, hold_end_datetime, blocked_by, blocked_at,
      extra)
    VALUES (@participationKey, ${nodeOf}, @hold_start_datetime, @hold_end_datetime, @blocked_by, @blocked_at, @extra)`)
  const removeParticipations = db.prepare('DELETE FROM participations WHERE member_key = ?')
  const removeFromJourney = db.prepare(`DELETE FROM participations WHERE journey_key =
    (SELECT journey_key FROM journeys WHERE site_key = ? AND id = ?)`)
  const holder = db
    .prepare<[number, string], string>(`
      SELECT m.email_folded FROM participations p JOIN members m USING (member_key)
      WHERE m.site_key = +? AND p.id = +?`)
    .pluck()
  const usedNodes = db.prepare<
    { siteKey: number; journeyId: string },
    { node_id: string; as: 'event' | 'reward' }
  >(`
    SELECT DISTINCT n.id AS node_id, u.used AS "as"
    FROM journeys j JOIN nodes n USING (journey_key)
    JOIN (SELECT node_key, 'event' AS used FROM completed_steps UNION SELECT node_key, 'reward' FROM rewards) u
      USING (node_key)
    WHERE j.site_key = @siteKey AND j.id = @journeyId`)

  const summariesOf = (memberKey: number, journeys: KeptJourneys): ParticipationSummary[] =>
    summaries.all(memberKey).map(row => toSummary(row, journeys.graph(row.journey_key).record))

  const detailsOf = (memberKey: number, journeys: KeptJourneys): ParticipationDetail[] =>
    details.all(memberKey).map(row => {
      const { nodes, record: journey } = journeys.graph(row.journey_key)
      const nodeAt = (key: number) => nodes.get(key) as NodeRecord
      return {
        ...toSummary(row, journey),
        events: (JSON.parse(row.steps) as StepRow[]).map(step => toStep(step, nodeAt(step[0]))),
        rewards: (JSON.parse(row.rewards) as RewardRow[]).map(reward => toReward(reward, nodeAt(reward[0]))),
        standing: row.standing === null ? null : JSON.parse(row.standing),
      }
    })

  const recordsOf = (memberKey: number, journeys: KeptJourneys): ParticipationRecord[] =>
    detailsOf(memberKey, journeys).map(({ journey, events, rewards, ...participation }) => ({
      ...participation,
      events: events.map(({ name, type, ...step }) => step),
      rewards: rewards.map(({ name, type, ...reward }) => reward),
    }))

  function insert(
    siteKey: number,
    memberKey: number,
    { events, rewards, standing, ...participation }: ParticipationRecord,
  ): void {
    const row = { siteKey, memberKey, ...participation, standing: standing && JSON.stringify(standing) }
    const { lastInsertRowid: participationKey } = insertParticipation.run({
      ...row,
      extra: extraColumn(participation),
    })
    for (const step of events) insertStep.run({ participationKey, ...step, extra: extraColumn(step) })
    for (const reward of rewards)
      insertReward.run({ participationKey, ...reward, extra: extraColumn(reward) })
  }

  return {
    summariesOf,
    detailsOf,
    /** As they were put in. */
    recordsOf,
    insert,
    removeOf: (memberKey: number) => removeParticipations.run(memberKey),
    removeFromJourney: (siteKey: number, journeyId: string) => removeFromJourney.run(siteKey, journeyId),
    /** The nodes of a journey at which members have done or reached something. */
    usedNodes: (siteKey: number, journeyId: string) => usedNodes.all({ siteKey, journeyId }),
    /** The folded email of the member whose participation has this id. */
    holderOf: (siteKey: number, participationId: string) => holder.get(siteKey, participationId),
  }
}
