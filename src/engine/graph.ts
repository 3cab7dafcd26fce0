import type { NodeType } from '../contract/journey.ts'
import { ELSE, type NodeConfigs } from '../contract/node-config.ts'
import type {
  ConnectionRecord,
  GraphRecord,
  NodeRecord,
  ParticipationRecord,
  WaitingRecord,
} from '../contract/records.ts'
import { type Criterion, criterionCompiler, type Facts } from './criterion.ts'
import { type Hold, parseHold } from './hold.ts'
import { type Components, componentsOf } from './progress.ts'

/** What the engine needs of a journey. */
export interface JourneyDefinition
  extends Pick<GraphRecord, 'id' | 'name' | 'status' | 'start_date' | 'end_date'> {
  nodes: readonly NodeDefinition[]
  connections: readonly ConnectionDefinition[]
}

export type NodeDefinition = Pick<NodeRecord, 'id' | 'type' | 'name' | 'config'>
type ConnectionDefinition = Omit<ConnectionRecord, 'id' | 'extra'>

interface Block {
  id: string
  name: string
  /** The ids of the nodes it leads to, in the order of the connections; none for an exit. */
  targets: readonly string[]
}

export interface Entry extends Block {
  type: 'entry'
  /** `null` where a member enters by the first event that a step behind the entry waits for. */
  criterion: Criterion | null
}

export interface Step extends Block {
  type: 'event' | 'action'
  event: string
  criterion: Criterion | null
  times: number
}

interface Condition extends Block {
  type: 'condition'
  /** In the order of the connections, but `else` last. */
  branches: readonly { target: string; criterion: Criterion }[]
}

export interface Reward extends Block {
  type: 'reward'
  hold: Hold | null
  blockedBy: ReadonlySet<string>
}

export interface Badge extends Block {
  type: 'badge'
  code: string
}

interface Exit extends Block {
  type: 'exit'
}

export type GraphNode = Entry | Step | Condition | Reward | Badge | Exit

/** A journey, prepared for handling events. It never changes, so it can be kept and shared. */
export interface JourneyGraph {
  journey: Omit<JourneyDefinition, 'nodes' | 'connections'>
  nodes: ReadonlyMap<string, GraphNode>
  entries: readonly Entry[]
  /** The names of the events that some step waits for. */
  awaited: ReadonlySet<string>
  components: Components
}

/**
 * @param definition One without issues, as the check of a seed finds them. A step may have no settings at all: then it waits
 * for no event.
 * @throws SyntaxError or RangeError for a condition or a hold that the check refuses
 */
export function compileJourney(definition: JourneyDefinition): JourneyGraph {
  const { id, name, status, start_date, end_date } = definition
  const leaving = Map.groupBy(definition.connections, connection => connection.source_node_id)
  const compileRule = criterionCompiler()
  const compiled = definition.nodes.map(node => compileNode(node, leaving.get(node.id) ?? [], compileRule))
  const nodes = new Map(compiled.map(node => [node.id, node]))
  return {
    journey: { id, name, status, start_date, end_date },
    nodes,
    entries: compiled.filter(node => node.type === 'entry'),
    awaited: new Set(compiled.filter(isStep).map(step => step.event)),
    components: componentsOf(nodes, isStep),
  }
}

// No event has this name: names have at least one character.
const NO_EVENT = ''

/** Whether members wait at a node for an event. */
export const isStep = (node: GraphNode): node is Step => node.type === 'event' || node.type === 'action'

function compileNode(
  { id, type, name, config }: NodeDefinition,
  leaving: readonly ConnectionDefinition[],
  compileRule: (rule: unknown) => Criterion,
): GraphNode {
  const block = { id, name, targets: [...new Set(leaving.map(connection => connection.target_node_id))] }
  const criterionOf = (rule: unknown) => (rule === undefined ? null : compileRule(rule))
  const configAs = <T extends NodeType>(_: T) => config as Partial<NodeConfigs[T]>
  switch (type) {
    case 'entry':
      return { ...block, type, criterion: criterionOf(configAs(type).criteria) }
    case 'event':
    case 'action': {
      const { event = NO_EVENT, criteria, times = 1 } = configAs(type)
      return { ...block, type, event, criterion: criterionOf(criteria), times }
    }
    case 'condition':
      return { ...block, type, branches: branchesOf(leaving, compileRule) }
    case 'reward': {
      const { hold, blocking_events = [] } = configAs(type)
      return { ...block, type, hold: hold ? parseHold(hold) : null, blockedBy: new Set(blocking_events) }
    }
    case 'badge':
      return { ...block, type, code: configAs(type).code ?? '' }
    case 'exit':
      return { ...block, type, targets: [] }
  }
}

function branchesOf(
  leaving: readonly ConnectionDefinition[],
  compileRule: (rule: unknown) => Criterion,
): Condition['branches'] {
  const otherwise = leaving.filter(({ condition }) => condition === ELSE)
  return [...leaving.filter(({ condition }) => condition !== ELSE), ...otherwise].map(
    ({ target_node_id, condition }) => ({
      target: target_node_id,
      criterion: condition === null || condition === ELSE ? () => true : compileRule(JSON.parse(condition)),
    }),
  )
}

/** The way from some nodes to the next steps. */
export interface Passage {
  /** Every node on the way, nearest first, the steps and exits where it ends included; each once. */
  nodes: readonly GraphNode[]
  /** The steps at which the member now waits. */
  steps: readonly Step[]
  /** Whether an exit was reached. */
  exit: boolean
}

/**
 * Follows the connections from some nodes through conditions, rewards and badges, on every branch, to the next steps.
 * Every node is passed at most once, so the way ends in any graph. All branches are followed to their ends even when one
 * of them is an exit, so that the order of connections makes no difference.
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

/** Some nodes and what is behind them on every branch, up to the next steps and with them. */
export const uptoSteps = (graph: JourneyGraph, ids: readonly string[]): GraphNode[] =>
  spread(graph, ids, node => (isStep(node) ? [] : node.targets))

/** Some nodes and all that can be reached from them, nearest first, each once. */
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
