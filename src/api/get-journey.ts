import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { journeyAsOf } from '../engine/as-of.ts'
import { Failure } from './failure.ts'
import { JourneyParams, operationRoute } from './operation.ts'

/** `GET /journeys/{journey_id}`: one journey with its graph. A journey of another site is not found. */
export const getJourney: FastifyPluginAsyncTypebox = async api => {
  api.route({
    ...operationRoute('getJourney', JourneyParams, 'Journey'),
    handler: (request, reply) => {
      const { store, site_id, now } = request.caller
      const journey = store.journey(request.params.journey_id)
      if (!journey) throw new Failure('JOURNEY_NOT_FOUND')
      const ofJourney = { journey_id: journey.id }
      return reply.send({
        ...journeyAsOf(journey, now()),
        site_id,
        nodes: journey.nodes.map(node => ({ ...node, ...ofJourney })),
        connections: journey.connections.map(connection => ({ ...connection, ...ofJourney })),
      })
    },
  })
}
