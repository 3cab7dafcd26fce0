import type { JourneyStatus, NodeType } from '../contract/journey.ts'
import { ELSE, type NodeConfigs } from '../contract/node-config.ts'
import { type Components, componentsOf } from './components.ts'
import { type Criterion, criterionCompiler } from './criterion.ts'
import { type Hold, parseHold } from './hold.ts'

/** What the engine needs of a journey. */
export interface JourneyDefinition {
  id: string
  name: string
  status: JourneyStatus
  start_date: string | null
  end_date: string | null
  nodes: readonly NodeDefinition[]
  connections: readonly ConnectionDefinition[]
}

export interface NodeDefinition {
  id: string
  type: NodeType
  name: string
  config: Readonly<Record<string, unknown>>
}

export interface ConnectionDefinition {
  source_node_id: string
  target_node_id: string
  condition: string | null
}

interface Block {
  id: string
  name: string
  /** The ids of the nodes it leads to, in the order of the connections; none for an exit. */
  targets: readonly string[]
}

export interface Entry extends Block {
  type: 'entry'
  /** `null` for one that lets in by the first event that a step behind it waits for. */
  criterion: Criterion | null
}

export interface Step extends Block {
  type: 'event' | 'action'
  event: string
  criterion: Criterion | null
  times: number
}

export interface Condition extends Block {
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

export interface Exit extends Block {
  type: 'exit'
}

export type GraphNode = Entry | Step | Condition | Reward | Badge | Exit

/** A journey in the form in which an event is handled fast. It never changes, so it can be kept and shared. */
export interface JourneyGraph {
  journey: Pick<JourneyDefinition, 'id' | 'name' | 'status' | 'start_date' | 'end_date'>
  nodes: ReadonlyMap<string, GraphNode>
  entries: readonly Entry[]
  /** The names of the events that some step waits for. */
  awaited: ReadonlySet<string>
  components: Components
}

/**
 * @param definition One whose connections join its own nodes, and that `journeyIssues` and the schemas of its nodes'
 * `config` have nothing against. A node may also have no settings at all: no event is ever the one it waits for.
 * @throws SyntaxError or RangeError for a condition or a hold that they would have refused.
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

// The name of no event: names have at least one character.
const NO_EVENT = ''

/** Whether members wait at a node until they have done something. */
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
