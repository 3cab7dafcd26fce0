import { foldEmail } from '../contract/formats.ts'
import type { Db } from './database.ts'

/** How many members are how far in a journey. */
export interface JourneyCount {
  id: string
  entered: number
  completed: number
  expired: number
}

/** The number of open participations of a journey that wait alike. */
export interface WaitingCount {
  /** JSON, as stored; null where it follows from events and rewards. */
  waiting_at: string | null
  /** The ids of the nodes done and reached, as JSON; null where waiting_at is stored. */
  done: string | null
  reached: string | null
  members: number
}

/** A page of the members, in the order of creation. */
export interface MemberPage {
  /** A part of the email, found without regard to case; all members, when empty. */
  search: string
  limit: number
  offset: number
}

/** The statements of counts and pages, which no operation of the vendor's needs. `now` is a vendor timestamp. */
export function overviewStatements(db: Db) {
  const journeys = db.prepare<{ siteKey: number; now: string }, JourneyCount>(`
    SELECT j.id, count(*) AS entered, count(p.completed_at) AS completed,
      sum(p.completed_at IS NULL AND (coalesce(p.expired_at <= @now, 0) OR coalesce(j.end_date <= @now, 0))) AS expired
    FROM journeys j JOIN participations p USING (journey_key)
    WHERE j.site_key = @siteKey GROUP BY j.journey_key`)
  const idsOf = (table: 'completed_steps' | 'rewards', key: string) => `
    CASE WHEN p.waiting_at IS NULL THEN (
      SELECT json_group_array(n.id ORDER BY u.${key}) FROM ${table} u JOIN nodes n USING (node_key)
      WHERE u.participation_key = p.participation_key) END`
  const waiting = db.prepare<{ siteKey: number; journeyId: string; now: string }, WaitingCount>(`
    SELECT waiting_at, done, reached, count(*) AS members FROM (
      SELECT p.waiting_at, ${idsOf('completed_steps', 'step_key')} AS done, ${idsOf('rewards', 'reward_key')} AS reached
      FROM journeys j JOIN participations p USING (journey_key)
      WHERE j.site_key = @siteKey AND j.id = @journeyId AND p.completed_at IS NULL
        AND (p.expired_at IS NULL OR p.expired_at > @now) AND (j.end_date IS NULL OR j.end_date > @now))
    GROUP BY waiting_at, done, reached`)
  const matching =
    "FROM members WHERE site_key = @siteKey AND (@search = '' OR instr(email_folded, @search) > 0)"
  const members = db
    .prepare<{ siteKey: number } & MemberPage, string>(
      `SELECT email ${matching} ORDER BY member_key LIMIT @limit OFFSET @offset`,
    )
    .pluck()
  const countMembers = db
    .prepare<{ siteKey: number; search: string }, number>(`SELECT count(*) ${matching}`)
    .pluck()

  const ofSite = 'FROM journeys j JOIN nodes n USING (journey_key)'
  const eventNames = db
    .prepare<{ siteKey: number; limit: number }, string>(`
      SELECT n.config ->> '$.event' ${ofSite}
      WHERE j.site_key = @siteKey AND n.type IN ('event', 'action') AND n.config ->> '$.event' IS NOT NULL
      UNION SELECT blocking.value ${ofSite}, json_each(n.config, '$.blocking_events') AS blocking
      WHERE j.site_key = @siteKey AND n.type = 'reward'
      ORDER BY 1 LIMIT @limit`)
    .pluck()

  return {
    eventNames: (siteKey: number, limit: number) => eventNames.all({ siteKey, limit }),
    journeys: (siteKey: number, now: string) => journeys.all({ siteKey, now }),
    waiting: (siteKey: number, journeyId: string, now: string) => waiting.all({ siteKey, journeyId, now }),
    members(siteKey: number, { search, limit, offset }: MemberPage) {
      const folded = foldEmail(search)
      return {
        emails: members.all({ siteKey, search: folded, limit, offset }),
        total: countMembers.get({ siteKey, search: folded }) as number,
      }
    },
  }
}
