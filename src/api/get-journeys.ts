import { extensionsOf } from '../contract/extension.ts'
import { NoParams } from '../contract/parameters.ts'
import type { Site } from '../sites/site.ts'
import type { JourneyRecord } from '../store/records.ts'
import type { Body } from './answer.ts'
import { journeyViews } from './journey-views.ts'
import { answerOperation } from './operation.ts'

/** `GET /journeys`: the journeys of the calling site. */
export const getJourneys = answerOperation('getJourneys', NoParams, journeyList)

function journeyList({ store, site_id }: Site, _identifier: string, now: string): Body {
  const journeys = store.journeys()
  return {
    body: {
      ...extensionsOf(store.site),
      journeys: journeys.map(journey => viewOf(journey, site_id, now)),
    },
    moments: journeys.map(({ end_date }) => end_date),
  }
}

const viewOf = journeyViews((journey: JourneyRecord, site_id) => ({ ...journey, site_id }))
