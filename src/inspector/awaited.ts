import type { GraphRecord } from '../contract/records.ts'
import { closedReason, inactiveReason } from '../engine/as-of.ts'
import { compileJourney, isStep, type JourneyGraph, uptoSteps } from '../engine/graph.ts'
import { waitingStepsOf } from '../engine/waiting.ts'
import type { Site } from '../sites/site.ts'
import type { ParticipationDetail } from '../store/store.ts'
import { exampleAttributes } from './example-attributes.ts'

/** An event that would change something for a member. */
export interface AwaitedEvent {
  event: string
  /** With which its criteria hold, as far as they say so. */
  attributes: Record<string, unknown>
  journey: string
  /** `next` moves the member on, `enter` starts a journey, `block` blocks a held reward. */
  effect: 'next' | 'enter' | 'block'
}

// Journeys that a member is not in are many on a big site; these are enough to begin with.
const MOST_ENTERED = 40

/** The events that a member's journeys wait for, those that block a held reward, and those that start a journey. */
export function awaitedEvents(site: Site, participations: readonly ParticipationDetail[]): AwaitedEvent[] {
  const now = site.now()
  const inside = participations.flatMap(participation => {
    const record = site.store.journey(participation.journey_id) as GraphRecord
    const graph = compileJourney(record)
    const waiting =
      inactiveReason(record, participation, now) === undefined
        ? waitingStepsOf(graph, participation).map(({ node_id }) => node_id)
        : []
    const held = participation.rewards.filter(
      ({ hold_end_datetime }) => hold_end_datetime !== null && hold_end_datetime > now,
    )
    const blocking = held.flatMap(({ node_id }) => {
      const node = graph.nodes.get(node_id)
      return node?.type === 'reward' ? [...node.blockedBy] : []
    })
    return [
      ...stepsAt(record, graph, waiting, 'next'),
      ...blocking.map(event => ({ event, attributes: {}, journey: record.name, effect: 'block' as const })),
    ]
  })
  const been = new Set(participations.map(({ journey_id }) => journey_id))
  const outside = site.store
    .journeys()
    .filter(({ id }) => !been.has(id))
    .slice(0, MOST_ENTERED)
    .flatMap(({ id }) => {
      const record = site.store.journey(id) as GraphRecord
      const graph = compileJourney(record)
      if (closedReason(record, now)) return []
      const free = graph.entries.filter(entry => entry.criterion === null).map(entry => entry.id)
      const steps = uptoSteps(graph, free).filter(isStep)
      return stepsAt(
        record,
        graph,
        steps.map(step => step.id),
        'enter',
      )
    })
  const all = [...inside, ...outside].filter(({ event }) => event !== '')
  return [...new Map(all.map(each => [`${each.event} ${each.journey}`, each])).values()]
}

function stepsAt(
  record: GraphRecord,
  graph: JourneyGraph,
  ids: readonly string[],
  effect: AwaitedEvent['effect'],
): AwaitedEvent[] {
  return ids.flatMap(id => {
    const step = graph.nodes.get(id)
    const config = record.nodes.find(node => node.id === id)?.config
    if (!step || !isStep(step)) return []
    return {
      event: step.event,
      attributes: exampleAttributes(config?.criteria),
      journey: record.name,
      effect,
    }
  })
}
