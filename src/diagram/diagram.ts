import type { NodeType } from '../contract/journey.ts'
import type { ConnectionRecord, NodeRecord } from '../contract/records.ts'
import { clip, wrap } from './text.ts'
import { conditionInSymbols } from './words.ts'

/** From left to right, or from top to bottom. */
export type DiagramLayout = 'LR' | 'TB'

/** A journey as it is drawn, in whatever notation. */
export interface Diagram {
  title: string
  nodes: DiagramNode[]
  connections: DiagramConnection[]
}

interface DiagramNode {
  type: NodeType
  name: string
  /** One more line, for example how many members wait there. */
  note?: string | undefined
  /** Class names that set it apart from others of its type. */
  marks?: readonly string[]
  /** Where a click on it leads, in a drawing that is part of a page. */
  href?: string
}

interface DiagramConnection {
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
interface Remarks {
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

// A journey in the languages of Graphviz and Mermaid.

/** Shape and style are Graphviz' names, and the brackets are Mermaid's for a similar shape. */
type NodeStyle = {
  shape: string
  style: string
  brackets: readonly [string, string]
  fill: string
  line: string
}

/** What the types of nodes look like: the shape says it without the colour. */
const NODE_STYLES: Record<NodeType, NodeStyle> = {
  entry: { shape: 'oval', style: 'filled', brackets: ['([', '])'], fill: '#e3f4ea', line: '#1f7a4d' },
  event: { shape: 'box', style: 'filled,rounded', brackets: ['(', ')'], fill: '#e6effc', line: '#2a5fb0' },
  action: { shape: 'box', style: 'filled', brackets: ['[', ']'], fill: '#e8e7fb', line: '#5448b8' },
  condition: { shape: 'diamond', style: 'filled', brackets: ['{', '}'], fill: '#fdf1d3', line: '#8a6100' },
  reward: { shape: 'note', style: 'filled', brackets: ['[[', ']]'], fill: '#fde6ef', line: '#b02a63' },
  badge: { shape: 'hexagon', style: 'filled', brackets: ['{{', '}}'], fill: '#fdeadb', line: '#a8501a' },
  exit: { shape: 'oval', style: 'filled,bold', brackets: ['(((', ')))'], fill: '#eceef1', line: '#4a5361' },
}

const NODE = 'fontname="Arial" fontsize=13 margin="0.1,0.06" penwidth=1.2'
const EDGE = 'fontname="Arial" fontsize=11 color="#6b7480" fontcolor="#3d4650" arrowsize=0.7'

/** A journey in the language of Graphviz. */
export function toDot({ title, nodes, connections }: Diagram, layout: DiagramLayout = 'LR'): string {
  return [
    `digraph "${title.replace(/[&\\"]/g, entity)}" {`,
    `  graph [rankdir=${layout} bgcolor="transparent" nodesep=0.25 ranksep=0.28 pad=0.15]`,
    `  node [${NODE}]`,
    `  edge [${EDGE}]`,
    ...nodes.map((node, i) => nodeLine(node, i, WIDTHS[layout])),
    ...connections.map(connectionLine),
    '}',
    '',
  ].join('\n')
}

// So many characters in a line: along the direction of the drawing, nodes are kept short so that more of them fit.
const WIDTHS: Record<DiagramLayout, number> = { LR: 16, TB: 24 }
// A diamond is twice as wide as its text.
const NARROW = 14
// Shapes that are wider than their text anyway.
const ROUND = ['oval', 'diamond', 'hexagon']

function nodeLine({ type, name, note, marks = [], href }: DiagramNode, index: number, width: number): string {
  const { shape, style, fill, line } = NODE_STYLES[type]
  const label = [
    type.toUpperCase(),
    ...wrap(name, type === 'condition' ? NARROW : width),
    ...(note === undefined ? [] : [clip(note)]),
  ]
  const outline = type === 'exit' ? ' peripheries=2' : ''
  const margin = ROUND.includes(shape) ? ' margin="0.02,0.02"' : ''
  const noted = note === undefined ? [] : ['noted']
  const link = href === undefined ? '' : ` URL=${quote([href])}`
  return `  n${index} [label=${quote(label)} tooltip=${quote([clip(name)])} class="${[type, ...noted, ...marks].join(' ')}" shape=${shape} style="${style}" fillcolor="${fill}" color="${line}" fontcolor="#1b2530"${outline}${margin}${link}]`
}

function connectionLine({ from, to, label, marks = [] }: DiagramConnection): string {
  const attributes = [
    ...(label === null ? [] : [`label=${quote(wrap(label))} tooltip=${quote([clip(label)])}`]),
    ...(marks.length === 0 ? [] : [`class="${marks.join(' ')}"`]),
  ]
  return `  n${from} -> n${to} [${attributes.join(' ')}]`
}

const entity = (character: string): string => `&#${character.charCodeAt(0)};`

/** Lines of text as a quoted string, in which Graphviz reads backslashes and the entities of HTML. */
const quote = (lines: string[]): string =>
  `"${lines.map(line => line.replaceAll('&', '&amp;').replaceAll('\\', '\\\\').replaceAll('"', '\\"')).join('\\n')}"`

/** A journey as a flowchart of Mermaid, which GitHub draws in a README or an issue. */
export function toMermaid({ title, nodes, connections }: Diagram): string {
  const types = new Set(nodes.map(({ type }) => type))
  return [
    'flowchart LR',
    `  accTitle: ${escaped(title)}`,
    ...nodes.map(({ type, name, note }, i) => {
      const [open, close] = NODE_STYLES[type].brackets
      const text = [type, clip(name), ...(note === undefined ? [] : [clip(note)])].map(escaped).join('<br>')
      return `  n${i}${open}"${text}"${close}:::${type}`
    }),
    ...connections.map(({ from, to, label }) => {
      const condition = escaped(clip(label ?? ''))
      return `  n${from} -->${condition === '' ? '' : `|"${condition}"|`} n${to}`
    }),
    ...[...types].map(type => {
      const { fill, line } = NODE_STYLES[type]
      return `  classDef ${type} fill:${fill},stroke:${line},color:#1b2530`
    }),
    '',
  ].join('\n')
}

/** Every character that could be syntax of Mermaid is written as a numbered entity. */
const escaped = (text: string): string =>
  text.replace(/[^\p{L}\p{M}\p{N} .,…]/gu, character => `#${character.codePointAt(0)};`)
