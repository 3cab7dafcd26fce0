import type { NodeType } from '../contract/journey.ts'
import type { ConnectionRecord, NodeRecord } from '../contract/records.ts'
import { clip } from './text.ts'
import { conditionInSymbols } from './words.ts'

/** From left to right, or from top to bottom. */
export type DiagramLayout = 'LR' | 'TB'

/** A journey as it is drawn, in whatever notation. */
export interface Diagram {
  title: string
  nodes: DiagramNode[]
  connections: DiagramConnection[]
}

export interface DiagramNode {
  type: NodeType
  name: string
  /** One more line, for example how many members wait there. */
  note?: string | undefined
  /** Class names that set it apart from others of its type. */
  marks?: readonly string[]
  /** Where a click on it leads, in a drawing that is part of a page. */
  href?: string
}

export interface DiagramConnection {
  /** Indexes into the nodes. */
  from: number
  to: number
  /** What must hold for a member to take it. */
  label: string | null
  marks?: readonly string[]
}

type DrawnConnection = Pick<ConnectionRecord, 'source_node_id' | 'target_node_id' | 'condition'>

interface DrawnJourney {
  name: string
  nodes: readonly Pick<NodeRecord, 'id' | 'type' | 'name'>[]
  connections: readonly DrawnConnection[]
}

/** What is drawn at a node or a connection besides what the journey itself says. */
export interface Remarks {
  node?(id: string): Pick<DiagramNode, 'note' | 'marks' | 'href'>
  connection?(connection: DrawnConnection): Pick<DiagramConnection, 'marks'>
}

/** The drawing of a journey whose connections join its own nodes. */
export function diagramOf({ name, nodes, connections }: DrawnJourney, remarks: Remarks = {}): Diagram {
  const indexes = new Map(nodes.map(({ id }, i) => [id, i]))
  const indexOf = (id: string) => indexes.get(id) as number
  return {
    title: clip(name),
    nodes: nodes.map(({ id, type, name }) => ({ type, name, ...remarks.node?.(id) })),
    connections: connections.map(connection => ({
      from: indexOf(connection.source_node_id),
      to: indexOf(connection.target_node_id),
      label: connection.condition === null ? null : conditionInSymbols(connection.condition),
      ...remarks.connection?.(connection),
    })),
  }
}
