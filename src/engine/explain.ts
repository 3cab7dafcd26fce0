import type { NoEffect, NoEffectReason } from '../contract/outcome.ts'
import type { ParticipationRecord } from '../contract/records.ts'
import type { Facts } from './criterion.ts'
import { closedAt } from './enter.ts'
import { isStep, type JourneyGraph, type Step } from './graph.ts'
import { reasonToStay } from './move.ts'
import type { MemberState } from './state.ts'
import { uptoSteps, waitingStepsOf } from './waiting.ts'

type Why = Pick<NoEffectReason, 'reason' | 'message'>

/** More would bury the one that matters. */
const MOST_REASONS = 10

/**
 * Why an event changed nothing. Journeys the member is in come first; one that is closed is named only where the event
 * could mean something to it.
 */
export function noEffect(
  journeys: readonly JourneyGraph[],
  { participations }: Pick<MemberState, 'participations'>,
  facts: Facts,
): NoEffect {
  const byId = new Map(journeys.map(graph => [graph.journey.id, graph]))
  const been = new Set(participations.map(participation => participation.journey_id))
  const inside = participations.flatMap(participation => {
    const graph = byId.get(participation.journey_id)
    return graph ? [{ graph, participation }] : []
  })
  const outside = journeys
    .filter(graph => !been.has(graph.journey.id))
    .filter(graph => !closedAt(graph, facts.at) || graph.awaited.has(facts.event))
  const all = [...inside, ...outside.map(graph => ({ graph, participation: undefined }))]
  const reasons = all
    .slice(0, MOST_REASONS)
    .map(({ graph, participation }) => reasonOf(graph, participation, facts))
  return { type: 'no_effect', reasons, message: sentence(reasons, all.length - reasons.length, facts) }
}

function sentence(reasons: readonly NoEffectReason[], more: number, { event }: Facts): string {
  const near = reasons.some(({ reason }) => reason === 'criteria_do_not_hold')
  return [
    ...(near ? [] : [`no open journey waits for "${event}"`]),
    ...reasons.map(({ message }) => message),
    ...(more > 0 ? [`and so on in ${more} more`] : []),
  ].join('; ')
}

function reasonOf(
  graph: JourneyGraph,
  participation: ParticipationRecord | undefined,
  facts: Facts,
): NoEffectReason {
  const { id, name } = graph.journey
  const { reason, message } = participation
    ? whyInside(graph, participation, facts)
    : whyOutside(graph, facts)
  return {
    journey_id: id,
    journey_name: name,
    participation_id: participation?.id ?? null,
    reason,
    message: `${name} ${message}`,
  }
}

function whyInside(graph: JourneyGraph, participation: ParticipationRecord, facts: Facts): Why {
  switch (reasonToStay(graph, participation, facts.at)) {
    case 'completed':
      return { reason: 'completed', message: 'is completed' }
    case 'expired':
      return { reason: 'expired', message: 'has expired' }
    case 'draft':
      return { reason: 'draft', message: 'is a draft' }
    case undefined: {
      const waiting = waitingStepsOf(graph, participation)
      return whyWaiting(
        waiting.flatMap(({ node_id }) => graph.nodes.get(node_id) ?? []).filter(isStep),
        facts,
      )
    }
  }
}

function whyOutside(graph: JourneyGraph, facts: Facts): Why {
  const { start_date, end_date } = graph.journey
  const waits = `waits for "${facts.event}", but`
  switch (closedAt(graph, facts.at)) {
    case 'draft':
      return { reason: 'draft', message: `${waits} is a draft` }
    case 'archived':
      return { reason: 'archived', message: `${waits} is archived` }
    case 'not_started':
      return { reason: 'not_started', message: `${waits} starts only at ${start_date}` }
    case 'ended':
      return { reason: 'ended', message: `${waits} ended at ${end_date}` }
    case undefined:
      break
  }
  const free = graph.entries.filter(entry => entry.criterion === null).map(entry => entry.id)
  if (free.length === 0 && graph.entries.length > 0) {
    const message = 'lets in only by its entry criteria, which do not hold'
    return { reason: 'entry_criteria_do_not_hold', message }
  }
  return whyWaiting(uptoSteps(graph, free).filter(isStep), facts)
}

function whyWaiting(steps: readonly Step[], { event }: Facts): Why {
  const events = [...new Set(steps.map(step => `"${step.event}"`))]
  if (steps.some(step => step.event === event)) {
    return { reason: 'criteria_do_not_hold', message: `waits for "${event}", but its criteria do not hold` }
  }
  if (events.length === 0) return { reason: 'waits_for_nothing', message: 'waits for nothing' }
  return { reason: 'waits_for_other_event', message: `waits for ${events.join(' or ')}` }
}
