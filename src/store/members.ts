import { foldEmail } from '../contract/formats.ts'
import type { HistoryRecord, MemberRecord } from '../contract/records.ts'
import type { Db } from './database.ts'
import { type ExtraColumn, extensionIn, extraColumn } from './extensions.ts'
import type { ParticipationTables } from './participations.ts'

/** A member with the time of the last event in place of the event history, which may be long. */
export type MemberState = Omit<MemberRecord, 'history'> & { last_event_at: string | null }

/** What events have changed of a member: `before` is undefined for one whom they create. */
export interface MemberChange {
  before: MemberState | undefined
  after: MemberState
  events: HistoryRecord[]
}

type MemberRow = ExtraColumn &
  Pick<MemberRecord, 'email' | 'status'> & { member_key: number; attributes: string }

const valuesOf = (member: Omit<MemberRecord, 'history'>) => [
  member.email,
  member.status,
  JSON.stringify(member.attributes),
  extraColumn(member),
]

export type MemberTables = ReturnType<typeof memberTables>

/** The statements of members, with their participations and events. */
export function memberTables(db: Db, participations: ParticipationTables) {
  const find = db.prepare<[number, string], MemberRow>(
    'SELECT member_key, email, status, attributes, extra FROM members WHERE site_key = +? AND email_folded = +?',
  )
  const emails = db
    .prepare<[number, number], string>(
      'SELECT email FROM members WHERE site_key = +? ORDER BY member_key LIMIT ?',
    )
    .pluck()
  const count = db.prepare<[number], number>('SELECT count(*) FROM members WHERE site_key = +?').pluck()
  const insertMember = db.prepare(`
    INSERT INTO members (site_key, email_folded, email, status, attributes, extra) VALUES (?, ?, ?, ?, ?, ?)`)
  const remove = db.prepare('DELETE FROM members WHERE site_key = ? AND email_folded = ?')
  const update = db.prepare(
    'UPDATE members SET email = ?, status = ?, attributes = ?, extra = ? WHERE member_key = ?',
  )
  const history = db.prepare<[number], Omit<HistoryRecord, 'attributes'> & { attributes: string }>(
    'SELECT event, attributes, at FROM member_events WHERE member_key = +? ORDER BY event_key',
  )
  const lastEventAt = db
    .prepare<[number], string>(
      'SELECT at FROM member_events WHERE member_key = +? ORDER BY event_key DESC LIMIT 1',
    )
    .pluck()
  const insertEvent = db.prepare(
    'INSERT INTO member_events (member_key, event, attributes, at) VALUES (?, ?, ?, ?)',
  )
  const removeHistory = db.prepare('DELETE FROM member_events WHERE member_key = ?')

  const withoutHistory = (member: MemberRow) => ({
    ...extensionIn(member.extra),
    email: member.email,
    status: member.status,
    attributes: JSON.parse(member.attributes),
    participations: participations.recordsOf(member.member_key),
  })

  function get(siteKey: number, email: string): MemberRecord | undefined {
    const member = find.get(siteKey, foldEmail(email))
    return member && { ...withoutHistory(member), history: historyOf(member.member_key) }
  }

  function state(siteKey: number, email: string): MemberState | undefined {
    const member = find.get(siteKey, foldEmail(email))
    return member && { ...withoutHistory(member), last_event_at: lastEventAt.get(member.member_key) ?? null }
  }

  const historyOf = (memberKey: number): HistoryRecord[] =>
    history
      .all(memberKey)
      .map(({ event, attributes, at }) => ({ event, attributes: JSON.parse(attributes), at }))

  function insert(siteKey: number, member: MemberRecord): void {
    const { lastInsertRowid } = insertMember.run(siteKey, foldEmail(member.email), ...valuesOf(member))
    insertParts(siteKey, Number(lastInsertRowid), member)
  }

  function replace(siteKey: number, member: MemberRecord): void {
    const known = find.get(siteKey, foldEmail(member.email))
    if (!known) insert(siteKey, member)
    else {
      update.run(...valuesOf(member), known.member_key)
      participations.removeOf(known.member_key)
      removeHistory.run(known.member_key)
      insertParts(siteKey, known.member_key, member)
    }
  }

  /** Writes what is new or different, so that the cost does not grow with the history. */
  function append(siteKey: number, { before, after, events }: MemberChange): void {
    const key = before && find.get(siteKey, foldEmail(before.email))?.member_key
    const known = new Map(before?.participations.map(participation => [participation.id, participation]))
    const memberKey =
      key ?? Number(insertMember.run(siteKey, foldEmail(after.email), ...valuesOf(after)).lastInsertRowid)
    for (const participation of after.participations) {
      const stored = known.get(participation.id)
      if (!stored) participations.insert(siteKey, memberKey, participation)
      else if (stored !== participation) participations.update(memberKey, stored, participation)
    }
    insertHistory(memberKey, events)
  }

  function insertHistory(memberKey: number, events: readonly HistoryRecord[]): void {
    for (const { event, attributes, at } of events)
      insertEvent.run(memberKey, event, JSON.stringify(attributes), at)
  }

  function insertParts(siteKey: number, memberKey: number, member: MemberRecord): void {
    for (const participation of member.participations)
      participations.insert(siteKey, memberKey, participation)
    insertHistory(memberKey, member.history)
  }

  return {
    find: (siteKey: number, email: string) => find.get(siteKey, foldEmail(email)),
    count: (siteKey: number) => count.get(siteKey) as number,
    /** The emails of at most `limit` members, in the order of insertion, which is that of the seed document. */
    emails: (siteKey: number, limit = -1) => emails.all(siteKey, limit),
    get,
    state,
    append,
    insert,
    replace,
    remove: (siteKey: number, email: string) => remove.run(siteKey, foldEmail(email)).changes > 0,
  }
}
