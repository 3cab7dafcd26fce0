import type { ParticipationRecord, RewardRecord, StandingRecord, StepRecord } from '../contract/records.ts'

/** A step that waits, and how often its event has happened there so far. */
export type Standing = StandingRecord

export type StepDone = StepRecord

export type RewardReached = RewardRecord

/** A member's instance of a journey, as stored. */
export type ParticipationState = ParticipationRecord

export interface MemberState {
  email: string
  attributes: Readonly<Record<string, unknown>>
  participations: readonly ParticipationState[]
}

/** An event of a member. */
export interface Occurrence {
  name: string
  attributes: Readonly<Record<string, unknown>>
  /** A vendor timestamp, not before the member's previous event. */
  at: string
}
