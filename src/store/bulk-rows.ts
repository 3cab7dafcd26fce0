import { foldEmail } from '../contract/formats.ts'
import type { MemberRecord, ParticipationRecord, RewardRecord, StepRecord } from './records.ts'

/** A member of whom nothing is known but how far each journey has gone: no attributes, no history, nothing extra. */
export interface BulkMember extends Pick<MemberRecord, 'email'> {
  participations: readonly BulkParticipation[]
}

export interface BulkParticipation extends Omit<Plain<ParticipationRecord>, 'events' | 'rewards'> {
  events: readonly Plain<StepRecord>[]
  rewards: readonly Plain<RewardRecord>[]
}

type Plain<T> = Omit<T, 'extra'>

/** What the rows of a site that its members refer to are known by. */
export interface BulkKeys {
  site: number
  /** By the id of the journey. */
  journeys: ReadonlyMap<string, { journey: number; nodes: ReadonlyMap<string, number> }>
}

/** What can be in a column. */
export type Value = string | number | null

/** The columns of members and of what they have done and reached. What is no column here has its default. */
export const BULK_COLUMNS = {
  members: ['site_key', 'email', 'email_folded'],
  participations: [
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
  ],
  completed_steps: ['participation_key', 'node_key', 'completed_at'],
  rewards: [
    'participation_key',
    'node_key',
    'hold_start_datetime',
    'hold_end_datetime',
    'blocked_by',
    'blocked_at',
  ],
} as const

type Columns = typeof BULK_COLUMNS

export type BulkTable = keyof Columns

/** Rows of each table, the values of all of them in a single list, which is soon sent from one thread to another. */
export type BulkRows = Record<BulkTable, Value[]>

/**
 * Takes members apart into rows of tables that are still empty: their keys are counted from 1, as SQLite does.
 * @returns what does so for the members that come after those before. @throws RangeError for a journey or node that there is not
 */
export function memberRows({ site, journeys }: BulkKeys): (members: Iterable<BulkMember>) => BulkRows {
  let memberKey = 0
  let participationKey = 0
  return members => {
    const rows: BulkRows = { members: [], participations: [], completed_steps: [], rewards: [] }
    const add = {
      member: adding<Columns['members']>(rows.members),
      participation: adding<Columns['participations']>(rows.participations),
      step: adding<Columns['completed_steps']>(rows.completed_steps),
      reward: adding<Columns['rewards']>(rows.rewards),
    }
    for (const { email, participations } of members) {
      memberKey++
      add.member(site, email, foldEmail(email))
      for (const participation of participations) {
        const { journey, nodes } = known(journeys, participation.journey_id)
        participationKey++
        add.participation(
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
          add.step(participationKey, known(nodes, node_id), completed_at)
        for (const { node_id, ...reward } of participation.rewards) {
          const { hold_start_datetime, hold_end_datetime, blocked_by, blocked_at } = reward
          const node = known(nodes, node_id)
          add.reward(participationKey, node, hold_start_datetime, hold_end_datetime, blocked_by, blocked_at)
        }
      }
    }
    return rows
  }
}

/** Adds a row, a value for each column. */
const adding =
  <C extends readonly string[]>(values: Value[]) =>
  (...row: { [I in keyof C]: Value }): void => {
    values.push(...row)
  }

function known<T>(keys: ReadonlyMap<string, T>, id: string): T {
  const key = keys.get(id)
  if (key === undefined) throw new RangeError(`nothing has the id ${id}`)
  return key
}
