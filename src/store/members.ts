import { extensionsOf } from '../contract/extension.ts'
import { foldEmail } from '../contract/formats.ts'
import type { NodeType } from '../contract/journey.ts'
import type { Db } from './database.ts'
import {
  answersColumn,
  type ExtensionColumns,
  extensionsIn,
  extraColumn,
  withExtensions,
} from './extensions.ts'
import type { KeptJourneys } from './kept-journeys.ts'
import type {
  HistoryRecord,
  JourneyRecord,
  MemberRecord,
  NodeRecord,
  ParticipationRecord,
  RewardRecord,
  StepRecord,
} from './records.ts'

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

type SummaryRow = Omit<ParticipationSummary, 'journey_id' | 'journey'> &
  ExtensionColumns & { journey_key: number }

type ParticipationRow = SummaryRow & {
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

type MemberRow = ExtensionColumns & { member_key: number; email: string; attributes: string }

const valuesOf = (member: MemberRecord) => [
  member.email,
  JSON.stringify(member.attributes),
  extraColumn(member),
  answersColumn(member),
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
  ...extensionsIn(row.extra, row.answers),
})

const toStep = ([, completed_at, extra]: StepRow, { id: node_id, name, type }: NodeRecord) => ({
  ...{ completed_at, node_id, name, type },
  ...extensionsIn(extra),
})

const toReward = (
  [, hold_start_datetime, hold_end_datetime, blocked_by, blocked_at, extra]: RewardRow,
  node: NodeRecord,
) => ({
  ...{ hold_start_datetime, hold_end_datetime, blocked_by, blocked_at },
  ...{ node_id: node.id, name: node.name, type: outcomeOf(node) },
  ...extensionsIn(extra),
})

/** The statements of members with their participations. Lists are in the order of creation, then id. */
export function memberTables(db: Db) {
  const find = db.prepare<[number, string], MemberRow>(
    'SELECT member_key, email, attributes, extra, answers FROM members WHERE site_key = +? AND email_folded = +?',
  )
  const emails = db
    .prepare<[number, number], string>(
      'SELECT email FROM members WHERE site_key = +? ORDER BY member_key LIMIT ?',
    )
    .pluck()
  const count = db.prepare<[number], number>('SELECT count(*) FROM members WHERE site_key = +?').pluck()
  const summary = `journey_key, id, started_at, progress_percentage, completed_at, expired_at, created_at, updated_at,
    extra, answers`
  const ofMember = 'FROM participations p WHERE member_key = +? ORDER BY created_at, id'
  const summaries = db.prepare<[number], SummaryRow>(`SELECT ${summary} ${ofMember}`)
  // The steps and rewards come along as JSON: as rows of their own they took longer.
  const participations = db.prepare<[number], ParticipationRow>(`
    SELECT ${summary}, standing,
      (SELECT json_group_array(json_array(node_key, completed_at, extra))
        FROM (SELECT * FROM completed_steps s WHERE s.participation_key = p.participation_key ORDER BY step_key)) AS steps,
      (SELECT json_group_array(json_array(node_key, hold_start_datetime, hold_end_datetime, blocked_by, blocked_at, extra))
        FROM (SELECT * FROM rewards r WHERE r.participation_key = p.participation_key ORDER BY reward_key)) AS rewards
    ${ofMember}`)
  const insertMember = db.prepare(`
    INSERT INTO members (site_key, email_folded, email, attributes, extra, answers) VALUES (?, ?, ?, ?, ?, ?)`)
  const insertParticipation = db.prepare(`
    INSERT INTO participations (member_key, journey_key, id, started_at, progress_percentage, completed_at, expired_at,
      created_at, updated_at, standing, extra, answers)
    VALUES (@memberKey, (SELECT journey_key FROM journeys WHERE site_key = @siteKey AND id = @journey_id),
      @id, @started_at, @progress_percentage, @completed_at, @expired_at, @created_at, @updated_at, @standing,
      @extra, @answers)`)
  const nodeOf = `(SELECT n.node_key FROM nodes n JOIN participations p USING (journey_key)
    WHERE p.participation_key = @participationKey AND n.id = @node_id)`
  const insertStep = db.prepare(`
    INSERT INTO completed_steps (participation_key, node_key, completed_at, extra)
    VALUES (@participationKey, ${nodeOf}, @completed_at, @extra)`)
  const insertReward = db.prepare(`
    INSERT INTO rewards (participation_key, node_key, hold_start_datetime, hold_end_datetime, blocked_by, blocked_at,
      extra)
    VALUES (@participationKey, ${nodeOf}, @hold_start_datetime, @hold_end_datetime, @blocked_by, @blocked_at, @extra)`)
  const remove = db.prepare('DELETE FROM members WHERE site_key = ? AND email_folded = ?')
  const rename = db.prepare(
    'UPDATE members SET email = ?, attributes = ?, extra = ?, answers = ? WHERE member_key = ?',
  )
  const history = db.prepare<[number], Omit<HistoryRecord, 'attributes'> & { attributes: string }>(
    'SELECT event, attributes, at FROM member_events WHERE member_key = +? ORDER BY event_key',
  )
  const insertEvent = db.prepare(
    'INSERT INTO member_events (member_key, event, attributes, at) VALUES (?, ?, ?, ?)',
  )
  const removeHistory = db.prepare('DELETE FROM member_events WHERE member_key = ?')
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
  const removeAll = db.prepare('DELETE FROM members WHERE site_key = ?')

  const summariesOf = (memberKey: number, journeys: KeptJourneys): ParticipationSummary[] =>
    summaries.all(memberKey).map(row => toSummary(row, journeys.graph(row.journey_key).record))

  const participationsOf = (memberKey: number, journeys: KeptJourneys): ParticipationDetail[] =>
    participations.all(memberKey).map(row => {
      const { nodes, record: journey } = journeys.graph(row.journey_key)
      const nodeAt = (key: number) => nodes.get(key) as NodeRecord
      return {
        ...toSummary(row, journey),
        events: (JSON.parse(row.steps) as StepRow[]).map(step => toStep(step, nodeAt(step[0]))),
        rewards: (JSON.parse(row.rewards) as RewardRow[]).map(reward => toReward(reward, nodeAt(reward[0]))),
        standing: row.standing === null ? null : JSON.parse(row.standing),
      }
    })

  function get(siteKey: number, email: string, journeys: KeptJourneys): MemberRecord | undefined {
    const member = find.get(siteKey, foldEmail(email))
    if (!member) return undefined
    const participations = participationsOf(member.member_key, journeys).map(
      ({ journey, events, rewards, ...participation }) => ({
        ...participation,
        events: events.map(({ name, type, ...step }) => step),
        rewards: rewards.map(({ name, type, ...reward }) => reward),
      }),
    )
    return {
      ...extensionsOf(withExtensions(member)),
      email: member.email,
      attributes: JSON.parse(member.attributes),
      participations,
      history: historyOf(member.member_key),
    }
  }

  const historyOf = (memberKey: number): HistoryRecord[] =>
    history
      .all(memberKey)
      .map(({ event, attributes, at }) => ({ event, attributes: JSON.parse(attributes), at }))

  function insert(siteKey: number, member: MemberRecord): void {
    const { lastInsertRowid } = insertMember.run(siteKey, foldEmail(member.email), ...valuesOf(member))
    insertDeeds(siteKey, Number(lastInsertRowid), member)
  }

  function replace(siteKey: number, member: MemberRecord): void {
    const known = find.get(siteKey, foldEmail(member.email))
    if (known) {
      rename.run(...valuesOf(member), known.member_key)
      removeParticipations.run(known.member_key)
      removeHistory.run(known.member_key)
      insertDeeds(siteKey, known.member_key, member)
    } else insert(siteKey, member)
  }

  function insertDeeds(siteKey: number, memberKey: number, { participations, history }: MemberRecord): void {
    for (const { events, rewards, standing, ...participation } of participations) {
      const row = { siteKey, memberKey, ...participation, standing: standing && JSON.stringify(standing) }
      const extensions = { extra: extraColumn(participation), answers: answersColumn(participation) }
      const participationKey = insertParticipation.run({ ...row, ...extensions }).lastInsertRowid
      for (const step of events) insertStep.run({ participationKey, ...step, extra: extraColumn(step) })
      for (const reward of rewards)
        insertReward.run({ participationKey, ...reward, extra: extraColumn(reward) })
    }
    for (const { event, attributes, at } of history)
      insertEvent.run(memberKey, event, JSON.stringify(attributes), at)
  }

  return {
    find: (siteKey: number, email: string) => find.get(siteKey, foldEmail(email)),
    count: (siteKey: number) => count.get(siteKey) as number,
    /** The emails of at most `limit` members, in the order of insertion, which is that of the seed document. */
    emails: (siteKey: number, limit = -1) => emails.all(siteKey, limit),
    summariesOf,
    participationsOf,
    get,
    insert,
    replace,
    remove: (siteKey: number, email: string) => remove.run(siteKey, foldEmail(email)).changes > 0,
    removeFromJourney: (siteKey: number, journeyId: string) => removeFromJourney.run(siteKey, journeyId),
    /** The nodes of a journey at which members have done or reached something. */
    usedNodes: (siteKey: number, journeyId: string) => usedNodes.all({ siteKey, journeyId }),
    /** The folded email of the member whose participation has this id. */
    holderOf: (siteKey: number, participationId: string) => holder.get(siteKey, participationId),
    removeAll: (siteKey: number) => removeAll.run(siteKey),
  }
}
