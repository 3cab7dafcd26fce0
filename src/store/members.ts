import { foldEmail } from '../contract/formats.ts'
import type { HistoryRecord, MemberRecord } from '../contract/records.ts'
import { type Db, type ExtraColumn, extensionIn, extraColumn } from './database.ts'
import type { ParticipationTables } from './participations.ts'

/** A member with the time of the last event in place of the event history, which may be long. */
export type MemberState = Omit<MemberRecord, 'history'> & { last_event_at: string | null }

/** The members with a key after the first of these and up to the other one. */
export interface Slice {
  after: number
  last: number
}

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
    'SELECT member_key, email, status, attributes, extra FROM members WHERE content_key = +? AND email_folded = +?',
  )
  const emailsAfter = db.prepare<[number, number, number], { member_key: number; email: string }>(
    'SELECT member_key, email FROM members WHERE content_key = ? AND member_key > ? ORDER BY member_key LIMIT ?',
  )
  const count = db.prepare<[number], number>('SELECT count(*) FROM members WHERE content_key = +?').pluck()
  const lastKey = db
    .prepare<[number], number>('SELECT coalesce(max(member_key), 0) FROM members WHERE content_key = ?')
    .pluck()
  const insertMember = db
    .prepare<[number, number, ...unknown[]], number>(`
      INSERT INTO members (content_key, member_key, email_folded, email, status, attributes, extra)
      VALUES (?, (SELECT coalesce(max(member_key), 0) + 1 FROM members WHERE content_key = ?), ?, ?, ?, ?, ?)
      RETURNING member_key`)
    .pluck()
  const remove = db.prepare('DELETE FROM members WHERE content_key = ? AND email_folded = ?')
  const update = db.prepare(
    'UPDATE members SET email = ?, status = ?, attributes = ?, extra = ? WHERE content_key = ? AND member_key = ?',
  )
  const history = db.prepare<[number, number], Omit<HistoryRecord, 'attributes'> & { attributes: string }>(
    'SELECT event, attributes, at FROM member_events WHERE content_key = +? AND member_key = +? ORDER BY ordinal',
  )
  const lastEventAt = db
    .prepare<[number, number], string>(`
      SELECT at FROM member_events WHERE content_key = +? AND member_key = +? ORDER BY ordinal DESC LIMIT 1`)
    .pluck()
  const insertEvent = db.prepare(`
    INSERT INTO member_events (content_key, member_key, ordinal, event, attributes, at)
    VALUES (@contentKey, @memberKey,
      (SELECT coalesce(max(ordinal), 0) + 1 FROM member_events
        WHERE content_key = @contentKey AND member_key = @memberKey),
      @event, @attributes, @at)`)
  const removeHistory = db.prepare('DELETE FROM member_events WHERE content_key = ? AND member_key = ?')

  const withoutHistory = (contentKey: number, member: MemberRow) => ({
    ...extensionIn(member.extra),
    email: member.email,
    status: member.status,
    attributes: JSON.parse(member.attributes),
    participations: participations.recordsOf(contentKey, member.member_key),
  })

  function get(contentKey: number, email: string): MemberRecord | undefined {
    const member = find.get(contentKey, foldEmail(email))
    if (!member) return undefined
    const events = history.all(contentKey, member.member_key)
    return {
      ...withoutHistory(contentKey, member),
      history: events.map(({ event, attributes, at }) => ({ event, attributes: JSON.parse(attributes), at })),
    }
  }

  function state(contentKey: number, email: string): MemberState | undefined {
    const member = find.get(contentKey, foldEmail(email))
    if (!member) return undefined
    const last_event_at = lastEventAt.get(contentKey, member.member_key) ?? null
    return { ...withoutHistory(contentKey, member), last_event_at }
  }

  /** @returns the key of the new member */
  const insertRow = (contentKey: number, member: Omit<MemberRecord, 'history'>): number =>
    insertMember.get(contentKey, contentKey, foldEmail(member.email), ...valuesOf(member)) as number

  const insert = (contentKey: number, member: MemberRecord): void =>
    insertParts(contentKey, insertRow(contentKey, member), member)

  function replace(contentKey: number, member: MemberRecord): void {
    const known = find.get(contentKey, foldEmail(member.email))
    if (!known) insert(contentKey, member)
    else {
      update.run(...valuesOf(member), contentKey, known.member_key)
      participations.removeOf(contentKey, known.member_key)
      removeHistory.run(contentKey, known.member_key)
      insertParts(contentKey, known.member_key, member)
    }
  }

  /** Writes what is new or different, so that the cost does not grow with the history. */
  function append(contentKey: number, { before, after, events }: MemberChange): void {
    const key = before && find.get(contentKey, foldEmail(before.email))?.member_key
    const known = new Map(before?.participations.map(participation => [participation.id, participation]))
    const memberKey = key ?? insertRow(contentKey, after)
    for (const participation of after.participations) {
      const stored = known.get(participation.id)
      if (!stored) participations.insert(contentKey, memberKey, participation)
      else if (stored !== participation) participations.update(contentKey, memberKey, stored, participation)
    }
    insertHistory(contentKey, memberKey, events)
  }

  function insertHistory(contentKey: number, memberKey: number, events: readonly HistoryRecord[]): void {
    for (const { event, attributes, at } of events)
      insertEvent.run({ contentKey, memberKey, event, attributes: JSON.stringify(attributes), at })
  }

  function insertParts(contentKey: number, memberKey: number, member: MemberRecord): void {
    for (const participation of member.participations)
      participations.insert(contentKey, memberKey, participation)
    insertHistory(contentKey, memberKey, member.history)
  }

  return {
    find: (contentKey: number, email: string) => find.get(contentKey, foldEmail(email)),
    count: (contentKey: number) => count.get(contentKey) as number,
    /** All members, in slices of so many keys. */
    slices: (contentKey: number, size: number): Slice[] =>
      Array.from({ length: Math.ceil((lastKey.get(contentKey) as number) / size) }, (_, i) => ({
        after: i * size,
        last: (i + 1) * size,
      })),
    /** The emails of at most `limit` members, in the order of insertion, which is that of the seed document. */
    emails: (contentKey: number, limit = -1) =>
      emailsAfter.all(contentKey, 0, limit).map(({ email }) => email),
    /** The same for all members, `size` at a time. */
    *emailPages(contentKey: number, size: number): Generator<string[]> {
      for (let after = 0; ; ) {
        const page = emailsAfter.all(contentKey, after, size)
        const last = page.at(-1)
        if (!last) return
        yield page.map(({ email }) => email)
        after = last.member_key
      }
    },
    get,
    state,
    append,
    insert,
    replace,
    remove: (contentKey: number, email: string) => remove.run(contentKey, foldEmail(email)).changes > 0,
  }
}
