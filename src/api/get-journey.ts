import { JourneyParams } from '../contract/parameters.ts'
import { journeyAsOf } from '../engine/as-of.ts'
import type { GraphRecord } from '../store/records.ts'
import { Failure } from './failure.ts'
import { journeyBodies } from './journey-bodies.ts'
import { answerOperation } from './operation.ts'

const bodyOf = journeyBodies(
  (journey: GraphRecord, { site_id }, now) => {
    const ofJourney = { journey_id: journey.id }
    return {
      ...journeyAsOf(journey, now),
      site_id,
      nodes: journey.nodes.map(node => ({ ...node, ...ofJourney })),
      connections: journey.connections.map(connection => ({ ...connection, ...ofJourney })),
    }
  },
  ({ end_date }) => [end_date],
)

/** `GET /journeys/{journey_id}`: one journey with its graph. A journey of another site is not found. */
export const getJourney = answerOperation('getJourney', JourneyParams, (site, id, now) => {
  const journey = site.store.journey(id)
  if (!journey) throw new Failure('JOURNEY_NOT_FOUND')
  return bodyOf(journey, site, now)
})
