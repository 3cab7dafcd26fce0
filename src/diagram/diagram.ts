import type { NodeType } from '../contract/journey.ts'
import { tellRule } from './rule.ts'
import { clip } from './text.ts'

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
  /** One more line, for example how many members stand there. */
  note?: string | undefined
  /** What sets it apart from others of its type; class names. */
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

interface DrawnNode {
  id: string
  type: NodeType
  name: string
}

interface DrawnConnection {
  source_node_id: string
  target_node_id: string
  condition: string | null
}

/** What is drawn at a node or a connection beside what the journey itself says. */
export interface Remarks {
  node?(id: string): Pick<DiagramNode, 'note' | 'marks' | 'href'>
  connection?(connection: DrawnConnection): Pick<DiagramConnection, 'marks'>
}

/** The drawing of a journey whose connections join its own nodes. */
export function diagramOf(
  {
    name,
    nodes,
    connections,
  }: { name: string; nodes: readonly DrawnNode[]; connections: readonly DrawnConnection[] },
  remarks: Remarks = {},
): Diagram {
  const places = new Map(nodes.map(({ id }, i) => [id, i]))
  const place = (id: string) => places.get(id) as number
  return {
    title: clip(name),
    nodes: nodes.map(({ id, type, name }) => ({ type, name, ...remarks.node?.(id) })),
    connections: connections.map(connection => ({
      from: place(connection.source_node_id),
      to: place(connection.target_node_id),
      label: connection.condition === null ? null : tellRule(connection.condition),
      ...remarks.connection?.(connection),
    })),
  }
}
