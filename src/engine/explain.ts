import type { NoEffect, NoEffectReason } from '../contract/outcome.ts'
import type { ParticipationRecord } from '../contract/records.ts'
import { closedReason, inactiveReason } from './as-of.ts'
import type { Facts } from './criterion.ts'
import { isStep, type JourneyGraph, type Step, uptoSteps, waitingStepsOf } from './graph.ts'

type Why = Pick<NoEffectReason, 'reason' | 'message'>

/** More would bury the one that matters. */
const MOST_REASONS = 10

/**
 * Why an event changed nothing. Journeys the member is in come first; one that is closed is named only where one of its
 * steps waits for the event.
 */
export function noEffect(
  inside: readonly { participation: ParticipationRecord; graph: JourneyGraph | undefined }[],
  outside: readonly JourneyGraph[],
  facts: Facts,
): NoEffect {
  const all = [
    ...inside.flatMap(({ participation, graph }) => (graph ? [{ participation, graph }] : [])),
    ...outside
      .filter(graph => !closedReason(graph.journey, facts.at) || graph.awaited.has(facts.event))
      .map(graph => ({ participation: undefined, graph })),
  ]
  const reasons = all.slice(0, MOST_REASONS).map(({ participation, graph }) => {
    const { id: journey_id, name: journey_name } = graph.journey
    const why = participation ? whyInside(graph, participation, facts) : whyOutside(graph, facts)
    const participation_id = participation?.id ?? null
    return { journey_id, journey_name, participation_id, ...why, message: `${journey_name} ${why.message}` }
  })
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

function whyInside(graph: JourneyGraph, participation: ParticipationRecord, facts: Facts): Why {
  const reason = inactiveReason(graph.journey, participation, facts.at)
  if (reason) {
    const messages = { completed: 'is completed', expired: 'has expired', draft: 'is a draft' }
    return { reason, message: messages[reason] }
  }
  const waiting = waitingStepsOf(graph, participation)
  const steps = waiting.flatMap(({ node_id }) => graph.nodes.get(node_id) ?? []).filter(isStep)
  return whyWaiting(steps, facts)
}

function whyOutside(graph: JourneyGraph, facts: Facts): Why {
  const { start_date, end_date } = graph.journey
  const reason = closedReason(graph.journey, facts.at)
  if (reason) {
    const messages = {
      draft: 'is a draft',
      archived: 'is archived',
      not_started: `starts only at ${start_date}`,
      ended: `ended at ${end_date}`,
    }
    return { reason, message: `waits for "${facts.event}", but ${messages[reason]}` }
  }
  const free = graph.entries.filter(entry => entry.criterion === null).map(entry => entry.id)
  if (free.length === 0 && graph.entries.length > 0) {
    const message = 'lets in only by its entry criteria, which do not hold'
    return { reason: 'entry_criteria_do_not_hold', message }
  }
  return whyWaiting(uptoSteps(graph, free).filter(isStep), facts)
}

function whyWaiting(steps: readonly Step[], { event }: Facts): Why {
  if (steps.some(step => step.event === event)) {
    return { reason: 'criteria_do_not_hold', message: `waits for "${event}", but its criteria do not hold` }
  }
  if (steps.length === 0) return { reason: 'waits_for_nothing', message: 'waits for nothing' }
  const events = new Set(steps.map(step => `"${step.event}"`))
  return { reason: 'waits_for_other_event', message: `waits for ${[...events].join(' or ')}` }
}
