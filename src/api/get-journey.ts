import { JourneyParams } from '../contract/parameters.ts'
import type { Site } from '../sites/site.ts'
import type { GraphRecord } from '../store/records.ts'
import type { Body } from './answer.ts'
import { Failure } from './failure.ts'
import { journeyViews } from './journey-views.ts'
import { answerOperation } from './operation.ts'
import { isLeftOut } from './writing.ts'

/** `GET /journeys/{journey_id}`: one journey with its graph. A journey of another site is not found. */
export const getJourney = answerOperation('getJourney', JourneyParams, journeyWithGraph)

function journeyWithGraph({ store, site_id }: Site, id: string, now: string): Body {
  const journey = store.journey(id)
  if (!journey || isLeftOut(journey, 'getJourney')) throw new Failure('JOURNEY_NOT_FOUND')
  return { body: viewOf(journey, site_id, now), moments: [journey.end_date] }
}

const viewOf = journeyViews((journey: GraphRecord, site_id) => {
  const ofJourney = { journey_id: journey.id }
  return {
    ...journey,
    site_id,
    nodes: journey.nodes.map(node => ({ ...node, ...ofJourney })),
    connections: journey.connections.map(connection => ({ ...connection, ...ofJourney })),
  }
})
