import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { participationAsOf } from '../engine/as-of.ts'
import { Failure } from './failure.ts'
import { MemberParams, operationRoute } from './operation.ts'

/** `GET /user_journeys/{email_id}`: a member's journey instances with the journey each belongs to. */
export const getUserJourneysByEmail: FastifyPluginAsyncTypebox = async api => {
  api.route({
    ...operationRoute('getUserJourneysByEmail', MemberParams, 'UserJourneyList'),
    handler: (request, reply) => {
      const { store, site_id, now } = request.caller
      const participations = store.participations(request.params.email_id)
      if (!participations) throw new Failure('MEMBER_NOT_FOUND')
      const instant = now()
      const journeys = participations.map(participation => {
        const { journey, ...view } = participationAsOf(participation, instant)
        const { name, description, open_ended } = journey
        return { ...view, site_id, name, description, open_ended }
      })
      return reply.send({ journeys })
    },
  })
}
