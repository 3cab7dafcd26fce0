import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { MemberParams } from '../contract/parameters.ts'
import { operationRoute } from './operation.ts'
import { participationList } from './participations.ts'

/** `GET /user/{email_id}/journeys`: a member's journey instances with progress, events and rewards. */
export const getMemberJourneys: FastifyPluginAsyncTypebox = async api => {
  api.route(operationRoute('getMemberJourneys', MemberParams, memberJourneys))
}

const memberJourneys = participationList('getMemberJourneys', view => {
  const { name, description } = view.journey
  // A string here, a boolean everywhere else: CONTRACT.md section 2 (D).
  const open_ended = view.journey.open_ended ? 'true' : 'false'
  const events = view.events.map(event => ({ ...event, status: 'Completed' }))
  return { ...view, name, description, open_ended, events }
})
