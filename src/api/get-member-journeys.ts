import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { participationAsOf } from '../engine/as-of.ts'
import { Failure } from './failure.ts'
import { MemberParams, operationRoute } from './operation.ts'

/** `GET /user/{email_id}/journeys`: a member's journey instances with progress, events and rewards. */
export const getMemberJourneys: FastifyPluginAsyncTypebox = async api => {
  api.route({
    ...operationRoute('getMemberJourneys', MemberParams, 'MemberJourneyList'),
    handler: (request, reply) => {
      const { store, now } = request.caller
      const participations = store.participations(request.params.email_id)
      if (!participations) throw new Failure('MEMBER_NOT_FOUND')
      const instant = now()
      const journeys = participations.map(participation => {
        const { journey, ...view } = participationAsOf(participation, instant)
        const { name, description, open_ended } = journey
        const events = view.events.map(event => ({ ...event, status: 'Completed' as const }))
        // A string here, a boolean everywhere else: CONTRACT.md section 2 (D).
        return {
          ...view,
          name,
          description,
          open_ended: open_ended ? ('true' as const) : ('false' as const),
          events,
        }
      })
      return reply.send({ journeys })
    },
  })
}
