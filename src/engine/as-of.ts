import type { ParticipationStatus } from '../contract/participation.ts'
import type { JourneyRecord, ParticipationRecord, RewardRecord } from '../contract/records.ts'

/**
 * What stored facts amount to at a moment in time. Times and `now` are vendor timestamps, which compare as text.
 * Nothing here is ever stored: a hold ends and a journey expires because time passes (CONTRACT.md section 2).
 */

type JourneyFacts = Pick<JourneyRecord, 'end_date'>
type EndFacts = Pick<ParticipationRecord, 'completed_at' | 'expired_at'> & { journey: JourneyFacts }
type RewardFacts = Omit<RewardRecord, 'node_id' | 'extra'>
type ParticipationFacts = EndFacts & { rewards: readonly RewardFacts[] }

type RewardView<R> = Omit<R, keyof RewardFacts> &
  (
    | { status: 'held'; hold_start_datetime: string; hold_end_datetime: string }
    | { status: 'blocked'; blocked_by: string; blocked_at: string }
    | { status: 'issued' }
  )

interface StatusView {
  status: ParticipationStatus
  expired_at: string | null
}

export type ParticipationView<P extends ParticipationFacts> = Omit<P, 'expired_at' | 'rewards'> &
  StatusView & { rewards: RewardView<P['rewards'][number]>[] }

const reached = (moment: string | null, now: string): moment is string => moment !== null && moment <= now

/** When a journey past its end date expired; its status stays (CONTRACT.md, Formats, I). */
export const expiryOf = ({ end_date }: JourneyFacts, now: string): string | null =>
  reached(end_date, now) ? end_date : null

/** Why no member can enter a journey; `undefined` when they can. */
export function closedReason(
  journey: Pick<JourneyRecord, 'status' | 'start_date' | 'end_date'>,
  now: string,
): 'draft' | 'archived' | 'ended' | 'not_started' | undefined {
  if (journey.status === 'Draft') return 'draft'
  if (journey.status === 'Archived') return 'archived'
  if (expiryOf(journey, now) !== null) return 'ended'
  return journey.start_date !== null && now < journey.start_date ? 'not_started' : undefined
}

/** Why no event can move a participation; `undefined` when one can. */
export function inactiveReason(
  journey: Pick<JourneyRecord, 'status' | 'end_date'>,
  { completed_at, expired_at }: Omit<EndFacts, 'journey'>,
  now: string,
): 'completed' | 'expired' | 'draft' | undefined {
  const { status } = statusAsOf({ completed_at, expired_at, journey }, now)
  if (status === 'Completed') return 'completed'
  if (status === 'Expired') return 'expired'
  return journey.status === 'Draft' ? 'draft' : undefined
}

/** A participation that is open when its journey ends is expired from then on (CONTRACT.md, Formats, I). */
export function statusAsOf({ completed_at, expired_at, journey }: EndFacts, now: string): StatusView {
  if (completed_at !== null) return { status: 'Completed', expired_at: null }
  const [expiredAt = null] = [expired_at, journey.end_date].filter(end => reached(end, now)).sort()
  return { status: expiredAt === null ? 'InProgress' : 'Expired', expired_at: expiredAt }
}

/** A participation, its status and its rewards. */
export const participationAsOf = <P extends ParticipationFacts>(
  participation: P,
  now: string,
): ParticipationView<P> => ({
  ...participation,
  ...statusAsOf(participation, now),
  rewards: participation.rewards.map(reward => rewardAsOf(reward, now)),
})

/** The hold rule (CONTRACT.md section 2, D): which of the four keys are present says what the reward's status is. */
export function rewardAsOf<R extends RewardFacts>(reward: R, now: string): RewardView<R> {
  const { hold_start_datetime, hold_end_datetime, blocked_by, blocked_at, ...rest } = reward
  if (blocked_by !== null && blocked_at !== null)
    return { ...rest, status: 'blocked', blocked_by, blocked_at }
  if (hold_start_datetime !== null && hold_end_datetime !== null && now < hold_end_datetime) {
    return { ...rest, status: 'held', hold_start_datetime, hold_end_datetime }
  }
  return { ...rest, status: 'issued' }
}
