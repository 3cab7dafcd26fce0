import { MemberParams } from '../contract/parameters.ts'
import { endsOf, statusAsOf } from '../engine/as-of.ts'
import { answerOperation } from './operation.ts'
import { participationList } from './participations.ts'

const userJourneys = participationList({
  find: (store, email) => store.memberWithSummaries(email),
  show(participation, now, { site_id }) {
    const { name, description, open_ended } = participation.journey
    return { ...participation, ...statusAsOf(participation, now), site_id, name, description, open_ended }
  },
  moments: endsOf,
})

/** `GET /user_journeys/{email_id}`: a member's journey instances with the journey each belongs to. */
export const getUserJourneysByEmail = answerOperation('getUserJourneysByEmail', MemberParams, userJourneys)
