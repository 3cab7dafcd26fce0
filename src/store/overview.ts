import { foldEmail } from '../contract/formats.ts'
import type { Db } from './database.ts'
import type { Slice } from './members.ts'

/** How many members have come how far in a journey. */
export interface JourneyCount {
  id: string
  entered: number
  completed: number
  expired: number
}

/** An open participation, and where the member waits in it. */
export interface OpenParticipation {
  member_key: number
  /** JSON, as stored; null where it follows from the nodes done and reached. */
  waiting_at: string | null
  /** The ids of the nodes done and reached, as JSON; null where `waiting_at` is stored. */
  done: string | null
  reached: string | null
}

/** Which of the open participations of a journey: those of a slice of the members. */
export interface OpenPage extends Slice {
  now: string
}

/** A reward that is held. */
export interface HeldReward {
  email: string
  journey_id: string
  journey_name: string
  node_name: string
  hold_end_datetime: string
}

/** A participation that expires. */
export interface ExpiringParticipation {
  email: string
  journey_id: string
  journey_name: string
  /** A vendor timestamp. */
  at: string
}

/** What lies after `now` and not after `until`, both vendor timestamps. */
export interface Between {
  now: string
  until: string
}

/** The next moments at which something changes by itself; null for none. */
export interface NextMoments {
  hold_end: string | null
  /** The end of a journey, or of one member's participation in it. */
  journey_end: string | null
  journey_start: string | null
}

/** Which of the members, in the order of their emails. */
export interface MemberPage {
  /** A part of the email, found without regard to case; all members, when empty. */
  search: string
  limit: number
  offset: number
}

/**
 * The statements of what the pages count and list, which no operation of the vendor's needs. `now` is a vendor timestamp.
 * With 100,000 members in a journey each of them takes milliseconds, from the indexes of participations, steps and rewards.
 */
export function overviewStatements(db: Db) {
  const ofJourney = 'p.content_key = j.content_key AND p.journey_id = j.id'
  const inJourney = (rest = '') => `(SELECT count(*) FROM participations p WHERE ${ofJourney} ${rest})`
  const journey = db.prepare<{ contentKey: number; id: string; now: string }, JourneyCount>(`
    SELECT j.id, ${inJourney()} AS entered, ${inJourney("AND p.completed_at > ''")} AS completed,
      CASE WHEN j.end_date <= @now THEN ${inJourney('AND p.completed_at IS NULL')}
        ELSE ${inJourney('AND p.completed_at IS NULL AND p.expired_at <= @now')} END AS expired
    FROM journeys j WHERE j.content_key = @contentKey AND j.id = @id`)
  const atNode = 'content_key = @contentKey AND journey_id = @journeyId AND node_id = @nodeId'
  const passed = db
    .prepare<{ contentKey: number; journeyId: string; nodeId: string }, number>(`
      SELECT (SELECT count(*) FROM completed_steps WHERE ${atNode}) + (SELECT count(*) FROM rewards WHERE ${atNode})`)
    .pluck()
  const idsOf = (table: 'completed_steps' | 'rewards') => `
    CASE WHEN p.waiting_at IS NULL THEN (
      SELECT json_group_array(u.node_id ORDER BY u.ordinal) FROM ${table} u
      WHERE u.content_key = p.content_key AND u.member_key = p.member_key AND u.participation_id = p.id) END`
  // The plus keeps SQLite at the keys of the members, of which each page has some.
  const open = db.prepare<{ contentKey: number; journeyId: string } & OpenPage, OpenParticipation>(`
    SELECT p.member_key, p.waiting_at, ${idsOf('completed_steps')} AS done, ${idsOf('rewards')} AS reached
    FROM journeys j JOIN participations p ON ${ofJourney}
    WHERE p.content_key = @contentKey AND p.member_key > @after AND p.member_key <= @last AND +p.journey_id = @journeyId
      AND p.completed_at IS NULL AND (p.expired_at IS NULL OR p.expired_at > @now)
      AND (j.end_date IS NULL OR j.end_date > @now)
    ORDER BY p.member_key, p.id`)
  const emailOf = db
    .prepare<[number, number], string>('SELECT email FROM members WHERE content_key = ? AND member_key = ?')
    .pluck()

  const matching =
    "FROM members WHERE content_key = @contentKey AND (@search = '' OR instr(email_folded, @search) > 0)"
  // The page is found in the index, and only its emails are read from the table.
  const members = db
    .prepare<{ contentKey: number } & MemberPage, string>(`
      SELECT m.email FROM (
        SELECT content_key, member_key, email_folded ${matching} ORDER BY email_folded LIMIT @limit OFFSET @offset
      ) CROSS JOIN members m USING (content_key, member_key) ORDER BY m.email_folded`)
    .pluck()
  const countMembers = db
    .prepare<{ contentKey: number; search: string }, number>(`SELECT count(*) ${matching}`)
    .pluck()

  const eventNames = db
    .prepare<{ contentKey: number; limit: number }, string>(`
      SELECT config ->> '$.event' FROM nodes
      WHERE content_key = @contentKey AND type IN ('event', 'action') AND config ->> '$.event' IS NOT NULL
      UNION SELECT blocking.value FROM nodes, json_each(config, '$.blocking_events') AS blocking
      WHERE content_key = @contentKey AND nodes.type = 'reward'
      ORDER BY 1 LIMIT @limit`)
    .pluck()

  const rewardNodes = "FROM nodes n WHERE n.content_key = @contentKey AND n.type = 'reward'"
  const ofNode = (reward: string) =>
    `${reward}.content_key = n.content_key AND ${reward}.journey_id = n.journey_id AND ${reward}.node_id = n.id`
  const moments = db.prepare<{ contentKey: number; now: string }, NextMoments>(`
    SELECT
      (SELECT min((SELECT min(r.hold_end_datetime) FROM rewards r
        WHERE ${ofNode('r')} AND r.hold_end_datetime > @now)) ${rewardNodes}) AS hold_end,
      (SELECT min(at) FROM (
        SELECT end_date AS at FROM journeys WHERE content_key = @contentKey AND end_date > @now
        UNION ALL SELECT (SELECT min(p.expired_at) FROM participations p
          WHERE ${ofJourney} AND p.completed_at IS NULL AND p.expired_at > @now)
        FROM journeys j WHERE j.content_key = @contentKey)) AS journey_end,
      (SELECT min(start_date) FROM journeys WHERE content_key = @contentKey AND start_date > @now) AS journey_start`)
  const countHeld = db
    .prepare<{ contentKey: number; now: string }, number>(`
      SELECT coalesce(sum((SELECT count(*) FROM rewards r
        WHERE ${ofNode('r')} AND r.hold_end_datetime > @now)), 0) ${rewardNodes}`)
    .pluck()
  // The next ones of each node from the index, and of those the next ones.
  const held = db.prepare<{ contentKey: number; now: string; until: string; limit: number }, HeldReward>(`
    SELECT m.email, j.id AS journey_id, j.name AS journey_name, n.name AS node_name, r.hold_end_datetime
    FROM nodes n JOIN journeys j ON j.content_key = n.content_key AND j.id = n.journey_id
    JOIN rewards r ON (r.content_key, r.member_key, r.participation_id, r.ordinal) IN (
      SELECT h.content_key, h.member_key, h.participation_id, h.ordinal FROM rewards h
      WHERE ${ofNode('h')} AND h.hold_end_datetime > @now AND h.hold_end_datetime <= @until
      ORDER BY h.hold_end_datetime LIMIT @limit)
    JOIN members m ON m.content_key = r.content_key AND m.member_key = r.member_key
    WHERE n.content_key = @contentKey AND n.type = 'reward'
    ORDER BY r.hold_end_datetime LIMIT @limit`)

  // By its own end, or by that of its journey: each from an index, which both at once would not be.
  const openUntil = (end: string) => `
    FROM journeys j JOIN participations p ON ${ofJourney}
    WHERE j.content_key = @contentKey AND p.completed_at IS NULL AND ${end}`
  const ownEnd = openUntil(
    'p.expired_at > @now AND p.expired_at <= @until AND (j.end_date IS NULL OR j.end_date >= p.expired_at)',
  )
  const journeyEnd = openUntil(
    'j.end_date > @now AND j.end_date <= @until AND (p.expired_at IS NULL OR p.expired_at > j.end_date)',
  )
  const expiring = [
    ['p.expired_at', ownEnd],
    ['j.end_date', journeyEnd],
  ].map(([at, found]) => ({
    list: db.prepare<{ contentKey: number; limit: number } & Between, ExpiringParticipation>(`
      SELECT (SELECT email FROM members m WHERE m.content_key = p.content_key AND m.member_key = p.member_key) AS email,
        j.id AS journey_id, j.name AS journey_name, ${at} AS at ${found} LIMIT @limit`),
    count: db.prepare<{ contentKey: number } & Between, number>(`SELECT count(*) ${found}`).pluck(),
  }))

  return {
    eventNames: (contentKey: number, limit: number) => eventNames.all({ contentKey, limit }),
    journey: (contentKey: number, id: string, now: string) => journey.get({ contentKey, id, now }),
    passed: (contentKey: number, journeyId: string, nodeId: string) =>
      passed.get({ contentKey, journeyId, nodeId }) ?? 0,
    open: (contentKey: number, journeyId: string, page: OpenPage) =>
      open.all({ contentKey, journeyId, ...page }),
    emailOf: (contentKey: number, memberKey: number) => emailOf.get(contentKey, memberKey),
    moments: (contentKey: number, now: string) => moments.get({ contentKey, now }) as NextMoments,
    countHeld: (contentKey: number, now: string) => countHeld.get({ contentKey, now }) as number,
    held: (contentKey: number, between: Between & { limit: number }) => held.all({ contentKey, ...between }),
    expiring: (contentKey: number, between: Between & { limit: number }) =>
      expiring.flatMap(({ list }) => list.all({ contentKey, ...between })).slice(0, between.limit),
    expiringCount: (contentKey: number, between: Between) =>
      expiring.reduce((sum, { count }) => sum + (count.get({ contentKey, ...between }) as number), 0),
    members: (contentKey: number, { search, ...page }: MemberPage) =>
      members.all({ contentKey, search: foldEmail(search), ...page }),
    memberCount: (contentKey: number, search: string) =>
      countMembers.get({ contentKey, search: foldEmail(search) }) as number,
  }
}
