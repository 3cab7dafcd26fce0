import { MemberParams } from '../contract/parameters.ts'
import { momentsOf, participationAsOf } from '../engine/as-of.ts'
import { answerOperation } from './operation.ts'
import { participationList } from './participations.ts'

const memberJourneys = participationList({
  find: (store, email) => store.memberWithParticipations(email),
  show(participation, now) {
    const { name, description } = participation.journey
    // A string here, a boolean everywhere else: CONTRACT.md section 2 (D).
    const open_ended = participation.journey.open_ended ? 'true' : 'false'
    const view = participationAsOf(participation, now)
    const events = view.events.map(event => ({ ...event, status: 'Completed' }))
    return { ...view, name, description, open_ended, events }
  },
  moments: momentsOf,
})

/** `GET /user/{email_id}/journeys`: a member's journey instances with progress, events and rewards. */
export const getMemberJourneys = answerOperation('getMemberJourneys', MemberParams, memberJourneys)
