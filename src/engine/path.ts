import { isStep, type JourneyGraph } from './graph.ts'
import { standingOf, uptoSteps } from './standing.ts'
import type { ParticipationState } from './state.ts'
import { spread } from './walk.ts'

/** The way that a member has come through a journey. */
export interface Path {
  /** The nodes that are behind the member: steps done, rewards and badges reached, and what lies between them. */
  passed: ReadonlySet<string>
  /** The steps at which the member waits, or waited when the participation ended. */
  standing: ReadonlySet<string>
  /** Whether the member came by this connection. */
  took(connection: { source_node_id: string; target_node_id: string }): boolean
}

/**
 * What was done and reached is stored; which entries, conditions and exits were passed is not, and so is read from it: those
 * count that can be come to by what is done, and lead on to something that is done, reached or waited at.
 */
export function pathOf(graph: JourneyGraph, participation: ParticipationState): Path {
  const { completed_at, events, rewards } = participation
  const done = events.map(event => event.node_id)
  const marks = new Set([...done, ...rewards.map(reward => reward.node_id)])
  const standing = new Set(standingOf(graph, participation).map(place => place.node_id))
  const places = marks.union(standing)
  const leadsOn = (ids: readonly string[]) => uptoSteps(graph, ids).some(node => places.has(node.id))
  const reachable = spread(graph, [...graph.entries.map(entry => entry.id), ...marks], node =>
    isStep(node) && !marks.has(node.id) ? [] : node.targets,
  )

  const passed = new Set(marks)
  for (const node of reachable) {
    if ((node.type === 'entry' || node.type === 'condition') && leadsOn(node.targets)) passed.add(node.id)
  }
  if (completed_at !== null) {
    // A condition that led on to something else did not lead to the exit.
    const ends = reachable.filter(node =>
      node.type === 'condition' ? !passed.has(node.id) : passed.has(node.id),
    )
    for (const { id, type, targets } of ends) {
      const exits = targets.filter(target => graph.nodes.get(target)?.type === 'exit')
      for (const exit of exits) passed.add(exit)
      if (type === 'condition' && exits.length > 0) passed.add(id)
    }
  }

  return {
    passed,
    standing,
    took({ source_node_id: source, target_node_id: target }) {
      if (!passed.has(source)) return false
      if (standing.has(target)) return true
      // What was done before the source alone was come to by another way: this one leads back.
      return (
        passed.has(target) && (!done.includes(target) || done.lastIndexOf(target) >= done.indexOf(source))
      )
    },
  }
}
