import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { MemberParams } from '../contract/parameters.ts'
import { operationRoute } from './operation.ts'
import { participationList } from './participations.ts'

/** `GET /user_journeys/{email_id}`: a member's journey instances with the journey each belongs to. */
export const getUserJourneysByEmail: FastifyPluginAsyncTypebox = async api => {
  api.route(operationRoute('getUserJourneysByEmail', MemberParams, userJourneys))
}

const userJourneys = participationList('getUserJourneysByEmail', (view, { site_id }) => {
  const { name, description, open_ended } = view.journey
  return { ...view, site_id, name, description, open_ended }
})
