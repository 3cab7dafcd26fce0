import { getJourney } from './get-journey.ts'
import { getJourneys } from './get-journeys.ts'
import { getMemberJourneys } from './get-member-journeys.ts'
import { getUserJourneysByEmail } from './get-user-journeys-by-email.ts'
import type { Operation } from './operation.ts'

/** The four operations of the Journeys API. */
export const OPERATIONS: readonly Operation[] = [
  getJourneys,
  getJourney,
  getUserJourneysByEmail,
  getMemberJourneys,
]
