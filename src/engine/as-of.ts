import type { ParticipationStatus } from '../contract/participation.ts'

/**
 * What stored facts amount to at a moment in time. Times and `now` are vendor timestamps, which compare as text.
 * Nothing here is ever stored: a hold ends and a journey expires because time passes (CONTRACT.md section 2).
 */

interface JourneyFacts {
  end_date: string | null
}

interface EndFacts {
  completed_at: string | null
  /** When it expired by itself; it also does with its journey. */
  expired_at: string | null
  journey: JourneyFacts
}

interface ParticipationFacts extends EndFacts {
  rewards: readonly RewardFacts[]
}

interface RewardFacts {
  hold_start_datetime: string | null
  hold_end_datetime: string | null
  blocked_by: string | null
  blocked_at: string | null
}

export type RewardView<R> = Omit<R, keyof RewardFacts> &
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

/** The moments at which the status of a participation may change. */
export const endsOf = ({ expired_at, journey }: EndFacts): (string | null)[] => [expired_at, journey.end_date]

/** The moments at which the view of a participation may change. */
export const momentsOf = (participation: ParticipationFacts): (string | null)[] => [
  ...endsOf(participation),
  ...participation.rewards.map(({ hold_end_datetime }) => hold_end_datetime),
]

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
