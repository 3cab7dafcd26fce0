import type { ParticipationRecord } from '../contract/records.ts'
import { type GraphNode, type JourneyGraph, spread } from './graph.ts'
import { waitingStepsOf } from './waiting.ts'

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
