import type { ParticipationState } from '../contract/state.ts'

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
