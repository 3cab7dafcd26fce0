import type { ParticipationRecord } from '../contract/records.ts'

/**
 * The progress of an open participation: the completed steps over those of the longest path that remains possible, from
 * `"0.0"` to `"99.9"`. It is cut after the first decimal, not rounded, so that only a completed participation shows
 * `"100.0"`, and it is never lower than before.
 *
 * A step counts once, however often it is completed. The longest path is the one from where the member waits that has
 * the most steps that are not completed. A member on a cycle may go round it, so all steps of a cycle are on one path.
 * @param participation As it is now, but with its progress as it was before.
 */
export function progressOf(
  components: Components,
  {
    events,
    waiting_at,
    progress_percentage: before,
  }: Pick<ParticipationRecord, 'events' | 'waiting_at' | 'progress_percentage'>,
): string {
  const done = new Set(events.map(event => event.node_id).filter(id => components.of.has(id)))
  const total = done.size + stepsAhead(components, waiting_at ?? [], done)
  const tenths = total === 0 ? 0 : Math.min(Math.floor((done.size * 1000) / total), 999)
  return tenths > Number(before) * 10 ? (tenths / 10).toFixed(1) : before
}

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

/**
 * A graph in which every cycle is one component, so that the components have an order. A component is a list of its
 * steps, and leads only to later components.
 */
export interface Components {
  /** The index of the component of each node. */
  of: ReadonlyMap<string, number>
  list: readonly { steps: readonly string[]; next: readonly number[] }[]
}

/** Kosaraju's algorithm, in time linear in nodes and connections, with no recursion so that long journeys fit. */
export function componentsOf<N extends { targets: readonly string[] }>(
  nodes: ReadonlyMap<string, N>,
  isStep: (node: N) => boolean,
): Components {
  const connections = [...nodes].flatMap(([source, { targets }]) =>
    targets.map(target => ({ source, target })),
  )
  const leadingTo = Map.groupBy(connections, ({ target }) => target)
  const forward = (id: string) => nodes.get(id)?.targets ?? []
  const order = postOrder(nodes.keys(), forward, new Set()).reverse()
  const seen = new Set<string>()
  const members = order
    .map(id => postOrder([id], node => leadingTo.get(node)?.map(({ source }) => source) ?? [], seen))
    .filter(component => component.length > 0)
  const of = new Map(members.flatMap((component, i) => component.map(id => [id, i] as const)))
  const list = members.map((component, i) => ({
    steps: component.filter(id => isStep(nodes.get(id) as N)),
    next: [...new Set(component.flatMap(forward).flatMap(id => of.get(id) ?? []))].filter(next => next !== i),
  }))
  return { of, list }
}

/** What can be reached from some nodes and was not `seen`, each node after all that it leads to; marks it as seen. */
function postOrder(
  from: Iterable<string>,
  targetsOf: (id: string) => readonly string[],
  seen: Set<string>,
): string[] {
  const order: string[] = []
  const path: { id: string; targets: readonly string[]; next: number }[] = []
  const visit = (id: string) => {
    if (seen.has(id)) return
    seen.add(id)
    path.push({ id, targets: targetsOf(id), next: 0 })
  }
  for (const root of from) {
    visit(root)
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const target = top.targets[top.next++]
      if (target !== undefined) visit(target)
      else order.push((path.pop() as typeof top).id)
    }
  }
  return order
}
