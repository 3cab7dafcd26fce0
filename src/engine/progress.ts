import type { ParticipationRecord } from '../contract/records.ts'
import type { Components } from './components.ts'
import type { JourneyGraph } from './graph.ts'

/**
 * How far an open participation has come: the steps done over those of the longest path still possible, as the vendor
 * writes it, `"0.0"` to `"99.9"`. It is cut after the first decimal and never rounded up, so that only a completed
 * participation shows `"100.0"`, and it is never lower than it was.
 *
 * A step counts once, however often it is done. The longest path is the way on from where the member stands that has
 * the most steps not done yet; whoever is on a cycle may go round it, so all steps of a cycle are on one path.
 * @param participation As it is now, but with its progress as it was before.
 */
export function progressOf(
  graph: JourneyGraph,
  { events, waiting_at, progress_percentage: before }: Account,
): string {
  const done = new Set(events.map(event => event.node_id).filter(id => graph.nodes.has(id)))
  const total = done.size + stepsAhead(graph.components, waiting_at ?? [], done)
  const tenths = total === 0 ? 0 : Math.min(Math.floor((done.size * 1000) / total), 999)
  return tenths > Number(before) * 10 ? (tenths / 10).toFixed(1) : before
}

type Account = Pick<ParticipationRecord, 'events' | 'waiting_at' | 'progress_percentage'>

function stepsAhead(
  { of, list }: Components,
  waiting_at: readonly { node_id: string }[],
  done: ReadonlySet<string>,
): number {
  const longest: number[] = []
  for (let i = list.length - 1; i >= 0; i--) {
    const { steps, next } = list[i] as Components['list'][number]
    const undone = steps.filter(id => !done.has(id)).length
    longest[i] = undone + Math.max(0, ...next.map(later => longest[later] ?? 0))
  }
  return Math.max(0, ...waiting_at.map(({ node_id }) => longest[of.get(node_id) ?? -1] ?? 0))
}
