import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { MemberParams, operationRoute } from './operation.ts'
import { participationsNow } from './participations.ts'

/** `GET /user_journeys/{email_id}`: a member's journey instances with the journey each belongs to. */
export const getUserJourneysByEmail: FastifyPluginAsyncTypebox = async api => {
  api.route({
    ...operationRoute('getUserJourneysByEmail', MemberParams, 'UserJourneyList'),
    handler: ({ caller, params }, reply) => {
      const { site_id } = caller
      const journeys = participationsNow(caller, params.email_id).map(({ journey, ...view }) => {
        const { name, description, open_ended } = journey
        return { ...view, site_id, name, description, open_ended }
      })
      return reply.send({ journeys })
    },
  })
}
