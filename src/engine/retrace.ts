import type { MemberRecord, ParticipationRecord, StepRecord } from '../contract/records.ts'
import type { Facts } from './criterion.ts'
import {
  type Entry,
  type GraphNode,
  isStep,
  type JourneyGraph,
  type Passage,
  spread,
  uptoSteps,
  waitingStepsOf,
  walk,
} from './graph.ts'
import { arrive, begin } from './move.ts'

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

/** The path of a member through a journey. */
export interface Path {
  /** Completed steps, reached rewards and badges, and the nodes between them. */
  passed: ReadonlySet<string>
  /** The steps at which the member waits, or waited when the participation ended. */
  waiting: ReadonlySet<string>
  /** Whether the member took this connection. */
  took(connection: { source_node_id: string; target_node_id: string }): boolean
}

/** Nodes of which nothing is stored when a member passes them. */
const isUnmarked = ({ type }: GraphNode): boolean => type === 'entry' || type === 'condition'

/**
 * Completed steps and rewards are stored; which entries, conditions and exits were passed is not, so it is derived: those
 * count that can be reached through completed steps, and lead to a completed step, a reward or a step where the member waits.
 */
export function pathOf(graph: JourneyGraph, participation: ParticipationRecord): Path {
  const done = participation.events.map(event => event.node_id)
  const marks = new Set([...done, ...participation.rewards.map(reward => reward.node_id)])
  const waiting = new Set(waitingStepsOf(graph, participation).map(place => place.node_id))
  const leadsTo = (ids: readonly string[], places: ReadonlySet<string>) =>
    spread(graph, ids, node => (isUnmarked(node) ? node.targets : [])).some(node => places.has(node.id))

  const come = spread(graph, [...graph.entries.map(entry => entry.id), ...marks], node =>
    isUnmarked(node) || marks.has(node.id) ? node.targets : [],
  ).filter(node => isUnmarked(node) || marks.has(node.id))

  // A condition that led to another completed step or reward did not lead to the exit.
  const last = come.filter(node => node.type !== 'condition' || !leadsTo(node.targets, marks))
  const exits = last.flatMap(node => node.targets.filter(id => graph.nodes.get(id)?.type === 'exit'))
  const behind = participation.completed_at === null ? marks : marks.union(new Set(exits))

  const between = come.filter(node => isUnmarked(node) && leadsTo(node.targets, behind.union(waiting)))
  const passed = behind.union(new Set(between.map(node => node.id)))

  return {
    passed,
    waiting,
    took({ source_node_id: source, target_node_id: target }) {
      if (!passed.has(source)) return false
      if (waiting.has(target)) return true
      // A step that was completed only before the source was reached by another way: this connection leads back.
      return (
        passed.has(target) && (!done.includes(target) || done.lastIndexOf(target) >= done.indexOf(source))
      )
    },
  }
}
