import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Journey, JourneyList } from '../contract/journey.ts'
import { JourneyParams, NoParams } from '../contract/operations.ts'
import { journeySummaryView, journeyView } from '../engine/views.ts'
import { VendorError } from './errors.ts'
import { routeOf } from './route.ts'

/** `GET /journeys` and `GET /journeys/{journey_id}`: the journeys of the calling site. */
export const journeyRoutes: FastifyPluginAsyncTypebox = async scope => {
  scope.route({
    ...routeOf('getJourneys', NoParams),
    handler: ({ site }): JourneyList => {
      const now = site.now()
      return {
        journeys: site.store.journeys().map(journey => journeySummaryView(journey, site.site_id, now)),
        ...site.store.site.extra,
      }
    },
  })

  scope.route({
    ...routeOf('getJourney', JourneyParams),
    handler: ({ site, params: { journey_id } }): Journey => {
      const journey = site.store.journey(journey_id)
      // A journey of another site is not found either, so that nothing tells whether it exists (CONTRACT.md section 4).
      if (!journey)
        throw new VendorError('journeyNotFound', `journey: site ${site.site_id} has no journey ${journey_id}`)
      return journeyView(journey, site.site_id, site.now())
    },
  })
}
