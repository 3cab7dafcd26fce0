/** Where a member stands: at a step that waits, and how often the event it waits for has happened there so far. */
export interface Standing {
  node_id: string
  count: number
}

export interface StepDone {
  node_id: string
  completed_at: string
}

/** A reward or badge that was reached. All `null` is one that was never held; CONTRACT.md section 2, the hold rule. */
export interface RewardReached {
  node_id: string
  hold_start_datetime: string | null
  hold_end_datetime: string | null
  blocked_by: string | null
  blocked_at: string | null
}

/** A member's instance of a journey, as stored. Times are vendor timestamps, which compare as text. */
export interface ParticipationState {
  id: string
  journey_id: string
  started_at: string
  /** `"0.0"` to `"100.0"`, one decimal; never falls, and is `"100.0"` exactly when completed. */
  progress_percentage: string
  completed_at: string | null
  /** When it expired by itself; it also does with its journey. */
  expired_at: string | null
  created_at: string
  updated_at: string
  /** The steps completed, in that order; one that a cycle leads back to may be there several times. */
  events: StepDone[]
  rewards: RewardReached[]
  /** `null` where nobody has said so yet: then it follows from `events` and `rewards`. */
  standing: Standing[] | null
}

export interface MemberState {
  email: string
  attributes: Readonly<Record<string, unknown>>
  participations: readonly ParticipationState[]
}

/** Something a member did. */
export interface Occurrence {
  name: string
  attributes: Readonly<Record<string, unknown>>
  /** A vendor timestamp, not before the member's previous event. */
  at: string
}
