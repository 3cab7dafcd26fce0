import type { Facts } from './criterion.ts'
import { type Condition, type GraphNode, isStep, type JourneyGraph, type Step } from './graph.ts'

/** What a member comes past on the way from some nodes to the next steps that wait. */
export interface Passage {
  /** Every node on the way, nearest first, the steps and exits where it ends included; each once. */
  nodes: readonly GraphNode[]
  /** The steps where the member now waits. */
  steps: readonly Step[]
  /** Whether an exit was reached. */
  exit: boolean
}

/**
 * Follows the connections from some nodes through conditions, rewards and badges, on every branch, to the next steps
 * that wait. Every node is passed at most once, so the way ends, whatever the graph. All branches are followed to
 * their ends even when one of them is an exit, so that the order of connections decides nothing.
 * @param from The nodes that are left behind; they are not part of the passage, unless a cycle leads back to them.
 * @param branchOf Which branch of a condition is taken: the first whose criterion holds, if any.
 */
export function walk(
  graph: JourneyGraph,
  from: readonly GraphNode[],
  facts: Facts,
  branchOf = (node: Condition) => node.branches.find(({ criterion }) => criterion(facts)),
): Passage {
  const wayOn = (node: GraphNode): readonly string[] => {
    if (node.type !== 'condition') return node.targets
    const taken = branchOf(node)
    return taken ? [taken.target] : []
  }
  const nodes = spread(graph, from.flatMap(wayOn), node => (isStep(node) ? [] : wayOn(node)))
  return { nodes, steps: nodes.filter(isStep), exit: nodes.some(node => node.type === 'exit') }
}

/** Some nodes and all that can be come to from them, nearest first, each once. */
export function spread(
  graph: JourneyGraph,
  ids: Iterable<string>,
  onward: (node: GraphNode) => readonly string[],
): GraphNode[] {
  const reached = new Set(ids)
  const nodes: GraphNode[] = []
  for (const id of reached) {
    const node = graph.nodes.get(id)
    if (!node) continue
    nodes.push(node)
    for (const next of onward(node)) reached.add(next)
  }
  return nodes
}
