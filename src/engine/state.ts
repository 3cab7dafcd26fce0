import type { ParticipationRecord } from '../contract/records.ts'

export interface MemberState {
  email: string
  attributes: Readonly<Record<string, unknown>>
  participations: readonly ParticipationRecord[]
}

/** An event of a member. */
export interface Occurrence {
  name: string
  attributes: Readonly<Record<string, unknown>>
  /** A vendor timestamp, not before the member's previous event. */
  at: string
}
