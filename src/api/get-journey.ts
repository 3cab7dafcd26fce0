import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { JourneyParams } from '../contract/parameters.ts'
import { journeyAsOf } from '../engine/as-of.ts'
import type { Site } from '../sites/site.ts'
import type { Body } from './answer.ts'
import { isLeftOut } from './extended.ts'
import { Failure } from './failure.ts'
import { operationRoute } from './operation.ts'

/** `GET /journeys/{journey_id}`: one journey with its graph. A journey of another site is not found. */
export const getJourney: FastifyPluginAsyncTypebox = async api => {
  api.route(operationRoute('getJourney', JourneyParams, journeyWithGraph))
}

function journeyWithGraph({ store, site_id }: Site, id: string, now: string): Body {
  const journey = store.journey(id)
  if (!journey || isLeftOut(journey, 'getJourney')) throw new Failure('JOURNEY_NOT_FOUND')
  const ofJourney = { journey_id: journey.id }
  const body = {
    ...journeyAsOf(journey, now),
    site_id,
    nodes: journey.nodes.map(node => ({ ...node, ...ofJourney })),
    connections: journey.connections.map(connection => ({ ...connection, ...ofJourney })),
  }
  return { body, moments: [journey.end_date] }
}
