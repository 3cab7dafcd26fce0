import type { ParticipationRecord, WaitingRecord } from '../contract/records.ts'
import { isStep, type JourneyGraph, spread, uptoSteps } from './graph.ts'

type Account = Pick<ParticipationRecord, 'completed_at' | 'events' | 'rewards'>

/**
 * The steps at which a member waits, derived from the completed steps and the reached rewards: every step to which the
 * connections lead, from an entry, through completed steps.
 *
 * Which connection of a condition was taken follows from its effect: those count that lead to a completed step or a reward
 * before any other step; if none does, all of them count. The same holds for several entries. If all steps are completed,
 * because a cycle leads back, the member waits behind the last one.
 * @returns Each step once, with nothing counted; none for a completed participation.
 */
export function deriveWaitingSteps(
  graph: JourneyGraph,
  { completed_at, events, rewards }: Account,
): WaitingRecord[] {
  if (completed_at !== null) return []
  const done = new Set(events.map(event => event.node_id))
  const marks = new Set([...done, ...rewards.map(reward => reward.node_id)])
  const likely = (ids: readonly string[]) => {
    const marked = ids.filter(id => uptoSteps(graph, [id]).some(node => marks.has(node.id)))
    return marked.length > 0 ? marked : ids
  }
  const roots = [...likely(graph.entries.map(entry => entry.id)), ...done]
  const open = spread(graph, roots, node => {
    if (isStep(node) && !done.has(node.id)) return []
    return node.type === 'condition' ? likely(node.targets) : node.targets
  }).filter(node => isStep(node) && !done.has(node.id))
  const last = graph.nodes.get(events.at(-1)?.node_id ?? '')
  return (open.length > 0 ? open : uptoSteps(graph, last?.targets ?? []).filter(isStep)).map(({ id }) => ({
    node_id: id,
    count: 0,
  }))
}

/** Where the member of a participation waits: as stored, or derived where nothing is stored. */
export const waitingStepsOf = (
  graph: JourneyGraph,
  participation: ParticipationRecord,
): readonly WaitingRecord[] => participation.waiting_at ?? deriveWaitingSteps(graph, participation)
