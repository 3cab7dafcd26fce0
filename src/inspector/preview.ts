import { matchOperation } from '../contract/operations.ts'
import { journeySummaryView, journeyView, memberJourneyView, userJourneyView } from '../engine/views.ts'
import type { Site } from '../sites/site.ts'
import type { Answer } from './options.ts'

/** The API's answer to a path below the base path, without a request: nothing is recorded, and no fault is injected. */
export function preview(site: Site, path: string): Answer {
  const body = bodyOf(site, path)
  return { status: body ? 200 : 404, body: body ? JSON.stringify(body) : '' }
}

function bodyOf({ store, site_id, now }: Site, path: string): object | undefined {
  const { operation, identifier = '' } = matchOperation(path) ?? {}
  switch (operation) {
    case 'getJourneys':
      return { journeys: store.journeys().map(journey => journeySummaryView(journey, site_id, now())) }
    case 'getJourney': {
      const journey = store.journey(identifier)
      return journey && journeyView(journey, site_id, now())
    }
    case 'getUserJourneysByEmail': {
      const member = store.memberWithSummaries(identifier)
      return member && { journeys: member.participations.map(one => userJourneyView(one, site_id, now())) }
    }
    case 'getMemberJourneys': {
      const member = store.memberWithParticipations(identifier)
      return member && { journeys: member.participations.map(one => memberJourneyView(one, now())) }
    }
    default:
      return undefined
  }
}
