import type { MemberRecord, ParticipationRecord, StepRecord } from '../contract/records.ts'
import type { Facts } from './criterion.ts'
import {
  type Entry,
  type GraphNode,
  isStep,
  type JourneyGraph,
  type Passage,
  uptoSteps,
  walk,
} from './graph.ts'
import { arrive, begin } from './move.ts'
import { waitingStepsOf } from './waiting.ts'

/** A participation as it follows from its steps alone, without the events that completed them. */

type Member = Pick<MemberRecord, 'email' | 'attributes'>

/**
 * A participation that begins at a moment, whatever the event: the member waits at the first steps behind an entry. Of
 * several entries it is the first one that leads to the first of the given steps.
 */
export function beginAt(
  graph: JourneyGraph,
  { id, at, steps = [] }: { id: string; at: string; steps?: readonly StepRecord[] | undefined },
  member: Member,
): ParticipationRecord | undefined {
  const leads = (entry: Entry) => uptoSteps(graph, entry.targets).some(node => node.id === steps[0]?.node_id)
  const entry = graph.entries.find(leads) ?? graph.entries[0]
  if (!entry) return undefined
  const facts = { event: '', attributes: {}, at, member }
  const passage = walkTo(graph, entry, steps[0], facts)
  return begin(graph, { id, entry, passage }, facts).participation
}

/**
 * Completes steps in a begun participation, in their order; rewards and progress follow. A condition leads to the step that
 * is completed next or, where no branch does, decides as if the event had no attributes.
 * @returns The participation, and the indices of the steps at which the member did not wait; they are completed too.
 */
export function retrace(
  graph: JourneyGraph,
  begun: ParticipationRecord,
  steps: readonly StepRecord[],
  member: Member,
): { participation: ParticipationRecord; astray: number[] } {
  let participation = begun
  const astray: number[] = []
  for (const [i, { node_id, completed_at: at }] of steps.entries()) {
    const step = graph.nodes.get(node_id)
    if (!step || !isStep(step)) continue
    const waiting = waitingStepsOf(graph, participation)
    const open = waiting.filter(place => place.node_id !== node_id)
    if (open.length === waiting.length) astray.push(i)
    const facts = { event: step.event, attributes: {}, at, member }
    const passage = walkTo(graph, step, steps[i + 1], facts)
    const before = { participation: { ...participation, completed_at: null }, outcomes: [] }
    participation = arrive(graph, before, { open, done: [step], passage }, facts).participation
  }
  return { participation, astray }
}

/** The way on from a node to the next steps, towards the one that is known to come next. */
function walkTo(graph: JourneyGraph, from: GraphNode, next: StepRecord | undefined, facts: Facts): Passage {
  const leads = (id: string) => uptoSteps(graph, [id]).some(node => node.id === next?.node_id)
  return walk(
    graph,
    [from],
    facts,
    ({ branches }) =>
      branches.find(({ target }) => leads(target)) ?? branches.find(({ criterion }) => criterion(facts)),
  )
}
