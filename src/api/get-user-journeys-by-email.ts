import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { MemberParams } from '../contract/parameters.ts'
import { endsOf, statusAsOf } from '../engine/as-of.ts'
import { operationRoute } from './operation.ts'
import { participationList } from './participations.ts'

/** `GET /user_journeys/{email_id}`: a member's journey instances with the journey each belongs to. */
export const getUserJourneysByEmail: FastifyPluginAsyncTypebox = async api => {
  api.route(operationRoute('getUserJourneysByEmail', MemberParams, userJourneys))
}

const userJourneys = participationList('getUserJourneysByEmail', {
  find: (store, email) => store.memberWithSummaries(email),
  show(participation, now, { site_id }) {
    const { name, description, open_ended } = participation.journey
    return { ...participation, ...statusAsOf(participation, now), site_id, name, description, open_ended }
  },
  moments: endsOf,
})
