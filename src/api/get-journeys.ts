import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { journeyAsOf } from '../engine/as-of.ts'
import { NoParams, operationRoute } from './operation.ts'

/** `GET /journeys`: the journeys of the calling site. */
export const getJourneys: FastifyPluginAsyncTypebox = async api => {
  api.route({
    ...operationRoute('getJourneys', NoParams, 'JourneyList'),
    handler: (request, reply) => {
      const { store, site_id, now } = request.caller
      const instant = now()
      const journeys = store.journeys().map(journey => ({ ...journeyAsOf(journey, instant), site_id }))
      return reply.send({ journeys })
    },
  })
}
