import { Journey, JourneyConnection, JourneyNode, JourneySummary } from '../contract/journey.ts'
import { MemberEvent, MemberJourney, UserJourney } from '../contract/participation.ts'
import type {
  GraphRecord,
  JourneyRecord,
  ParticipationRecord,
  RewardRecord,
  StepRecord,
} from '../contract/records.ts'
import { withExtra } from '../contract/schemas.ts'
import { expiryOf, rewardAsOf, statusAsOf } from './as-of.ts'

/**
 * The objects of the wire, as the four operations answer them at a moment in time: CONTRACT.md section 2. `now` is a vendor
 * timestamp. `extra` holds the properties that a seed adds beyond the contract, or sets instead of it; it comes last.
 */

type Participation = Omit<ParticipationRecord, 'events' | 'rewards' | 'waiting_at'> & {
  journey: Pick<JourneyRecord, 'name' | 'description' | 'open_ended' | 'end_date'>
}

type ParticipationDetail = Participation & {
  events: readonly (StepRecord & Pick<MemberEvent, 'name' | 'type'>)[]
  rewards: readonly (RewardRecord & { name: string; type: string })[]
}

/** An item of `GET /journeys`. */
export function journeySummaryView(journey: JourneyRecord, site_id: string, now: string): JourneySummary {
  return withExtra(summaryOf(journey, site_id, now), JourneySummary, journey)
}

const summaryOf = (journey: JourneyRecord, site_id: string, now: string): JourneySummary => ({
  id: journey.id,
  site_id,
  multi_template_id: journey.multi_template_id,
  name: journey.name,
  description: journey.description,
  publish_at: journey.publish_at,
  open_ended: journey.open_ended,
  status: journey.status,
  expired_at: expiryOf(journey, now),
  start_date: journey.start_date,
  end_date: journey.end_date,
  created_at: journey.created_at,
  updated_at: journey.updated_at,
  created_by: journey.created_by,
})

/** The body of `GET /journeys/{journey_id}`. */
export function journeyView(journey: GraphRecord, site_id: string, now: string): Journey {
  const journey_id = journey.id
  const view = {
    ...summaryOf(journey, site_id, now),
    nodes: journey.nodes.map(node => {
      const { id, type, name, config, position } = node
      return withExtra({ id, journey_id, type, name, config, position }, JourneyNode, node)
    }),
    connections: journey.connections.map(connection => {
      const { id, source_node_id, target_node_id, condition } = connection
      const shown = { id, journey_id, source_node_id, target_node_id, condition }
      return withExtra(shown, JourneyConnection, connection)
    }),
  }
  return withExtra(view, Journey, journey)
}

/** An item of `GET /user_journeys/{email_id}`. */
export function userJourneyView(participation: Participation, site_id: string, now: string): UserJourney {
  const { journey } = participation
  const { status, expired_at } = statusAsOf(participation, now)
  const view: UserJourney = {
    id: participation.id,
    name: journey.name,
    site_id,
    journey_id: participation.journey_id,
    description: journey.description,
    open_ended: journey.open_ended,
    started_at: participation.started_at,
    status,
    progress_percentage: participation.progress_percentage,
    expired_at,
    completed_at: participation.completed_at,
    created_at: participation.created_at,
    updated_at: participation.updated_at,
  }
  return withExtra(view, UserJourney, participation)
}

/** An item of `GET /user/{email_id}/journeys`. */
export function memberJourneyView(participation: ParticipationDetail, now: string): MemberJourney {
  const { journey } = participation
  const { status, expired_at } = statusAsOf(participation, now)
  const view: MemberJourney = {
    id: participation.id,
    name: journey.name,
    description: journey.description,
    // A string here, a boolean in the other three operations (CONTRACT.md section 2, D).
    open_ended: journey.open_ended ? 'true' : 'false',
    started_at: participation.started_at,
    expired_at,
    status,
    progress_percentage: participation.progress_percentage,
    created_at: participation.created_at,
    updated_at: participation.updated_at,
    events: participation.events.map(event => {
      const { node_id, name, type, completed_at } = event
      const shown = { node_id, name, type, status: 'Completed' as const, completed_at }
      return withExtra(shown, MemberEvent, event)
    }),
    rewards: participation.rewards.map(reward => {
      const { node_id, name, type, extra, ...when } = reward
      return { node_id, name, type, ...rewardAsOf(when, now), ...extra }
    }),
  }
  return withExtra(view, MemberJourney, participation)
}
