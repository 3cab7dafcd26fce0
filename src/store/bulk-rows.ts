import { foldEmail } from '../contract/formats.ts'
import type { Db } from './database.ts'
import type { MemberRecord, ParticipationRecord, RewardRecord, StepRecord } from './records.ts'

/** A member of whom nothing is known but how far each journey has gone: no attributes, no history, nothing extra. */
export interface BulkMember extends Pick<MemberRecord, 'email'> {
  participations: readonly BulkParticipation[]
}

export interface BulkParticipation extends Omit<Plain<ParticipationRecord>, 'events' | 'rewards'> {
  events: readonly Plain<StepRecord>[]
  rewards: readonly Plain<RewardRecord>[]
}

type Plain<T> = Omit<T, 'x-extra' | 'x-answers'>

/** What the rows of a site that its members refer to are known by. */
export interface BulkKeys {
  site: number
  /** By the id of the journey. */
  journeys: ReadonlyMap<string, { journey: number; nodes: ReadonlyMap<string, number> }>
}

type Value = string | number | null

// To bind a value takes longer than to write it, and fewer rows at once longer still.
const ROWS_AT_ONCE = 100

/** Rows of a table that is still empty, many of them in one statement. What is no column here has its default. */
function bulkTable<const C extends readonly string[]>(db: Db, table: string, columns: C) {
  const row = `(${columns.map(() => '?')})`
  const insert = (rows: number) =>
    db.prepare<[Value[]]>(`INSERT INTO ${table} (${columns}) VALUES ${Array(rows).fill(row)}`)
  const insertMany = insert(ROWS_AT_ONCE)
  let waiting: Value[] = []
  let rows = 0
  return {
    get rows() {
      return rows
    },
    /** @returns the key of the row: SQLite counts them from 1, and so it is done here */
    add(...values: { [I in keyof C]: Value }): number {
      for (const value of values) waiting.push(value)
      rows++
      if (rows % ROWS_AT_ONCE === 0) {
        insertMany.run(waiting)
        waiting = []
      }
      return rows
    },
    /** Writes what still waits. */
    flush(): void {
      if (waiting.length > 0) insert(waiting.length / columns.length).run(waiting)
      waiting = []
    },
  }
}

/** The tables of members and what they have done and reached. */
export const bulkTables = (db: Db) => ({
  members: bulkTable(db, 'members', ['site_key', 'email', 'email_folded']),
  participations: bulkTable(db, 'participations', [
    'member_key',
    'journey_key',
    'id',
    'started_at',
    'progress_percentage',
    'completed_at',
    'expired_at',
    'created_at',
    'updated_at',
    'standing',
  ]),
  steps: bulkTable(db, 'completed_steps', ['participation_key', 'node_key', 'completed_at']),
  rewards: bulkTable(db, 'rewards', [
    'participation_key',
    'node_key',
    'hold_start_datetime',
    'hold_end_datetime',
    'blocked_by',
    'blocked_at',
  ]),
})

/** Takes members apart into rows. @throws RangeError for a journey or a node that there is not */
export function memberWriter(
  { members, participations, steps, rewards }: ReturnType<typeof bulkTables>,
  { site, journeys }: BulkKeys,
): (member: BulkMember) => void {
  return member => {
    const memberKey = members.add(site, member.email, foldEmail(member.email))
    for (const participation of member.participations) write(memberKey, participation)
  }

  function write(memberKey: number, participation: BulkParticipation): void {
    const { journey, nodes } = known(journeys, participation.journey_id)
    const key = participations.add(
      memberKey,
      journey,
      participation.id,
      participation.started_at,
      participation.progress_percentage,
      participation.completed_at,
      participation.expired_at,
      participation.created_at,
      participation.updated_at,
      participation.standing && JSON.stringify(participation.standing),
    )
    for (const { node_id, completed_at } of participation.events)
      steps.add(key, known(nodes, node_id), completed_at)
    for (const {
      node_id,
      hold_start_datetime,
      hold_end_datetime,
      blocked_by,
      blocked_at,
    } of participation.rewards)
      rewards.add(key, known(nodes, node_id), hold_start_datetime, hold_end_datetime, blocked_by, blocked_at)
  }
}

function known<T>(keys: ReadonlyMap<string, T>, id: string): T {
  const key = keys.get(id)
  if (key === undefined) throw new RangeError(`nothing has the id ${id}`)
  return key
}
