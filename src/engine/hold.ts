import { Temporal } from 'temporal-polyfill'
import { LAST_TIMESTAMP } from '../contract/formats.ts'
import type { HistoryRecord, RewardRecord } from '../contract/records.ts'

export type Hold = Temporal.Duration

const SOME_DAY = Temporal.PlainDateTime.from('2000-01-01')
const LONGEST = SOME_DAY.add({ years: 100 })

const LAST_MOMENT = Temporal.PlainDateTime.from(LAST_TIMESTAMP)

/** Reads an ISO 8601 duration. @throws RangeError for anything else. */
export const parseHold = (hold: string): Hold => Temporal.Duration.from(hold)

/** What is wrong with a hold that has the form of a duration, as a sentence without its subject. */
export function holdIssue(hold: string): string | undefined {
  try {
    const end = SOME_DAY.add(parseHold(hold))
    if (Temporal.PlainDateTime.compare(end, SOME_DAY) <= 0) return 'lasts no time; leave it out'
    return Temporal.PlainDateTime.compare(end, LONGEST) > 0 ? 'lasts longer than 100 years' : undefined
  } catch (error) {
    if (error instanceof RangeError) return 'is not a duration'
    throw error
  }
}

/** A reward that never was held or blocked. */
export const NEVER_HELD = {
  hold_start_datetime: null,
  hold_end_datetime: null,
  blocked_by: null,
  blocked_at: null,
}

/**
 * A reward as it is from the moment it is reached: held where it has a hold (CONTRACT.md section 2, the hold rule).
 * Months and years are those of the calendar. A hold ends with the year 9999 at the latest.
 */
export const reachReward = (node_id: string, hold: Hold | null, at: string): RewardRecord => ({
  node_id,
  ...NEVER_HELD,
  ...(hold && { hold_start_datetime: at, hold_end_datetime: endOf(at, hold) }),
})

function endOf(at: string, hold: Hold): string {
  const end = Temporal.PlainDateTime.from(at).add(hold)
  const last = Temporal.PlainDateTime.compare(end, LAST_MOMENT) > 0 ? LAST_MOMENT : end
  return last.toString({ fractionalSecondDigits: 6 })
}

/**
 * The hold rule (CONTRACT.md section 2, D): a blocking event during the hold replaces the hold keys by the event and the
 * time of the block. The first moment of the hold is part of it; at the last moment the reward is issued.
 * @param blockedBy The names of the events that block it.
 * @returns The reward itself where the event does not block it.
 */
export function blockReward(
  reward: RewardRecord,
  blockedBy: ReadonlySet<string>,
  { event, at }: Pick<HistoryRecord, 'event' | 'at'>,
): RewardRecord {
  const { hold_start_datetime: start, hold_end_datetime: end } = reward
  if (start === null || end === null || at < start || at >= end || !blockedBy.has(event)) return reward
  return { ...reward, ...NEVER_HELD, blocked_by: event, blocked_at: at }
}
