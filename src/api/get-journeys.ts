import { extensionOf } from '../contract/extension.ts'
import { NoParams } from '../contract/parameters.ts'
import { journeyAsOf } from '../engine/as-of.ts'
import type { JourneyRecord } from '../store/records.ts'
import { journeyBodies } from './journey-bodies.ts'
import { answerOperation } from './operation.ts'

const bodyOf = journeyBodies(
  (journeys: readonly JourneyRecord[], { store, site_id }, now) => ({
    ...extensionOf(store.site),
    journeys: journeys.map(journey => ({ ...journeyAsOf(journey, now), site_id })),
  }),
  journeys => journeys.map(({ end_date }) => end_date),
)

/** `GET /journeys`: the journeys of the calling site. */
export const getJourneys = answerOperation('getJourneys', NoParams, (site, _identifier, now) =>
  bodyOf(site.store.journeys(), site, now),
)
