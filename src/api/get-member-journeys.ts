import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { MemberParams, operationRoute } from './operation.ts'
import { participationsNow } from './participations.ts'

/** `GET /user/{email_id}/journeys`: a member's journey instances with progress, events and rewards. */
export const getMemberJourneys: FastifyPluginAsyncTypebox = async api => {
  api.route({
    ...operationRoute('getMemberJourneys', MemberParams, 'MemberJourneyList'),
    handler: ({ caller, params }, reply) => {
      const journeys = participationsNow(caller, params.email_id).map(({ journey, ...view }) => {
        const { name, description } = journey
        // A string here, a boolean everywhere else: CONTRACT.md section 2 (D).
        const open_ended = journey.open_ended ? ('true' as const) : ('false' as const)
        const events = view.events.map(event => ({ ...event, status: 'Completed' as const }))
        return { ...view, name, description, open_ended, events }
      })
      return reply.send({ journeys })
    },
  })
}
