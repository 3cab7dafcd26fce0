import type { Outcome } from '../contract/outcome.ts'
import type { ParticipationRecord } from '../contract/records.ts'
import type { Change } from './arrive.ts'
import type { Facts } from './criterion.ts'
import { enter } from './enter.ts'
import { noEffect } from './explain.ts'
import type { JourneyGraph } from './graph.ts'
import { block, move, reasonToStay } from './move.ts'
import type { MemberState, Occurrence } from './state.ts'

export interface Situation {
  /** Every journey of the site, from `compileJourney`, in the order in which members enter them. */
  journeys: readonly JourneyGraph[]
  member: MemberState
  /** Gives the id of a new participation in a journey. */
  newId: (journeyId: string) => string
}

export interface Result {
  /**
   * In the order they had, new ones last. One that the event did not change is the very object that was passed in, so
   * that a caller can tell what there is to store.
   */
  participations: ParticipationRecord[]
  /** Participation by participation, in the order it happened; never empty. */
  outcomes: readonly Outcome[]
}

/**
 * The effect of an event on a member (CONTRACT.md section 5). The member's participations come first: held rewards are
 * blocked, whatever the status, then those in progress move, unless their journey is a draft again. Then the member enters
 * every journey that admits them; a journey with a participation of the member is not entered again.
 */
export function handleEvent({ journeys, member, event, newId }: Situation & { event: Occurrence }): Result {
  const { email, attributes } = member
  const facts: Facts = {
    event: event.name,
    attributes: event.attributes,
    at: event.at,
    member: { email, attributes },
  }
  const byId = new Map(journeys.map(graph => [graph.journey.id, graph]))
  const known = member.participations.map(participation =>
    inside(byId.get(participation.journey_id), { participation, outcomes: [] }, facts),
  )
  const been = new Set(member.participations.map(participation => participation.journey_id))
  const entered = journeys
    .filter(graph => !been.has(graph.journey.id))
    .flatMap(graph => enter(graph, facts, newId) ?? [])
  const changes = [...known, ...entered]
  const outcomes = changes.flatMap(change => change.outcomes)
  return {
    participations: changes.map(change => change.participation),
    outcomes: outcomes.length > 0 ? outcomes : [noEffect(journeys, member, facts)],
  }
}

function inside(graph: JourneyGraph | undefined, change: Change, facts: Facts): Change {
  if (!graph) return change
  const blocked = block(graph, change, facts)
  const moves =
    graph.awaited.has(facts.event) && reasonToStay(graph, change.participation, facts.at) === undefined
  return moves ? move(graph, blocked, facts) : blocked
}

/** The effect of a whole history, oldest event first: the same as of one event after the other. */
export function replay({ journeys, member, history, newId }: Situation & { history: Iterable<Occurrence> }): {
  participations: ParticipationRecord[]
  /** Event by event. */
  outcomes: readonly (readonly Outcome[])[]
} {
  let participations = [...member.participations]
  const outcomes: (readonly Outcome[])[] = []
  for (const event of history) {
    const result = handleEvent({ journeys, member: { ...member, participations }, event, newId })
    participations = result.participations
    outcomes.push(result.outcomes)
  }
  return { participations, outcomes }
}
