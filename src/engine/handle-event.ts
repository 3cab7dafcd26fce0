import type { Outcome } from '../contract/outcome.ts'
import type { HistoryRecord, MemberRecord, ParticipationRecord } from '../contract/records.ts'
import { closedReason, inactiveReason } from './as-of.ts'
import type { Facts } from './criterion.ts'
import { noEffect } from './explain.ts'
import { type Entry, type JourneyGraph, type Passage, walk } from './graph.ts'
import { begin, block, type Change, counts, move } from './move.ts'

interface Situation {
  /** Every journey of the site, from `compileJourney`, in the order in which members enter them. */
  journeys: readonly JourneyGraph[]
  member: Readonly<Pick<MemberRecord, 'email' | 'attributes'>> & {
    participations: readonly ParticipationRecord[]
  }
  /** Gives the id of a new participation in a journey. */
  newId: (journeyId: string) => string
}

export interface Result {
  /**
   * In the order they had, new ones last. One that the event did not change is the same object that was passed in, so
   * that a caller knows what to store.
   */
  participations: ParticipationRecord[]
  /** Participation by participation, in the order it happened; never empty. */
  outcomes: readonly Outcome[]
}

/**
 * The effect of an event on a member (CONTRACT.md section 5). The member's participations come first: held rewards are
 * blocked, whatever the status, then those in progress move, unless their journey is a draft again. Then the member enters
 * every journey that admits them; a journey with a participation of the member is not entered again.
 * @param event With a time that is not before that of the member's previous event.
 */
export function handleEvent({
  journeys,
  member,
  event,
  newId,
}: Situation & { event: HistoryRecord }): Result {
  const { email, attributes, participations } = member
  const facts: Facts = { ...event, member: { email, attributes } }
  const byId = new Map(journeys.map(graph => [graph.journey.id, graph]))
  const joined = new Set(participations.map(participation => participation.journey_id))
  const inside = participations.map(participation => ({
    participation,
    graph: byId.get(participation.journey_id),
  }))
  const outside = journeys.filter(graph => !joined.has(graph.journey.id))
  const changes = [
    ...inside.map(({ participation, graph }) => progress(graph, { participation, outcomes: [] }, facts)),
    ...outside.flatMap(graph => enter(graph, facts, newId) ?? []),
  ]
  const outcomes = changes.flatMap(change => change.outcomes)
  return {
    participations: changes.map(change => change.participation),
    outcomes: outcomes.length > 0 ? outcomes : [noEffect(inside, outside, facts)],
  }
}

function progress(graph: JourneyGraph | undefined, change: Change, facts: Facts): Change {
  if (!graph) return change
  const blocked = block(graph, change, facts)
  const isActive = inactiveReason(graph.journey, change.participation, facts.at) === undefined
  return isActive && graph.awaited.has(facts.event) ? move(graph, blocked, facts) : blocked
}

/**
 * A member enters an open journey through the first entry, in the order of its nodes, whose criteria hold or, without
 * criteria, behind which the event counts for a step. Then the event counts for every step right behind the entry that
 * waits for it; behind an entry with criteria there need not be any.
 * @param newId Called once, and only when the member enters.
 */
function enter(graph: JourneyGraph, facts: Facts, newId: Situation['newId']): Change | undefined {
  if (closedReason(graph.journey, facts.at)) return undefined
  for (const entry of graph.entries) {
    const passage = admit(graph, entry, facts)
    if (passage)
      return move(graph, begin(graph, { id: newId(graph.journey.id), entry, passage }, facts), facts)
  }
  return undefined
}

function admit(graph: JourneyGraph, entry: Entry, facts: Facts): Passage | undefined {
  if (entry.criterion) return entry.criterion(facts) ? walk(graph, [entry], facts) : undefined
  if (!graph.awaited.has(facts.event)) return undefined
  const passage = walk(graph, [entry], facts)
  return passage.steps.some(step => counts(step, facts)) ? passage : undefined
}

/** The effect of a history, oldest event first: the same as of one event after the other. */
export function replay({
  journeys,
  member,
  history,
  newId,
}: Situation & { history: Iterable<HistoryRecord> }): {
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
