/**
 * A graph with every cycle drawn together into one component: what is left has an order. A component is a list of
 * its steps, and leads only to components after it.
 */
export interface Components {
  /** The index of the component of each node. */
  of: ReadonlyMap<string, number>
  list: readonly { steps: readonly string[]; next: readonly number[] }[]
}

interface Targets {
  targets: readonly string[]
}

/** Kosaraju's algorithm, in time linear in nodes and connections, with no recursion so that long journeys fit. */
export function componentsOf<N extends Targets>(
  nodes: ReadonlyMap<string, N>,
  isStep: (node: N) => boolean,
): Components {
  const sources = sourcesOf(nodes)
  const forward = (id: string) => nodes.get(id)?.targets ?? []
  const order = postOrder(nodes.keys(), forward, new Set()).reverse()
  const seen = new Set<string>()
  const members = order
    .map(id => postOrder([id], node => sources.get(node) ?? [], seen))
    .filter(component => component.length > 0)
  const of = new Map(members.flatMap((component, i) => component.map(id => [id, i] as const)))
  const list = members.map((component, i) => ({
    steps: component.filter(id => isStep(nodes.get(id) as N)),
    next: [...new Set(component.flatMap(forward).flatMap(id => of.get(id) ?? []))].filter(next => next !== i),
  }))
  return { of, list }
}

function sourcesOf(nodes: ReadonlyMap<string, Targets>): Map<string, string[]> {
  const sources = new Map([...nodes.keys()].map(id => [id, [] as string[]]))
  for (const [id, { targets }] of nodes) for (const target of targets) sources.get(target)?.push(id)
  return sources
}

/** What can be come to from some nodes and was not `seen`, each node after all that it leads to; marks it as seen. */
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
