import type { Diagram, DiagramConnection, DiagramNode } from './diagram.ts'
import { NODE_STYLES } from './node-style.ts'
import { clip, wrap } from './text.ts'

const NODE = 'fontname="Arial" fontsize=13 margin="0.16,0.08" penwidth=1.2'
const EDGE = 'fontname="Arial" fontsize=11 color="#6b7480" fontcolor="#3d4650" arrowsize=0.7'

/** A journey in the language of Graphviz, from left to right. */
export function toDot({ title, nodes, connections }: Diagram): string {
  return [
    `digraph "${title.replace(/[&\\"]/g, entity)}" {`,
    `  graph [rankdir=LR bgcolor="white" nodesep=0.35 ranksep=0.5 pad=0.15]`,
    `  node [${NODE}]`,
    `  edge [${EDGE}]`,
    ...nodes.map(nodeLine),
    ...connections.map(connectionLine),
    '}',
    '',
  ].join('\n')
}

// What stands in a diamond makes it twice as wide.
const NARROW = 14

function nodeLine({ type, name, note, marks = [] }: DiagramNode, index: number): string {
  const { shape, style, fill, line } = NODE_STYLES[type]
  const label = [
    type.toUpperCase(),
    ...wrap(name, type === 'condition' ? NARROW : undefined),
    ...(note === undefined ? [] : [clip(note)]),
  ]
  const outline = type === 'exit' ? ' peripheries=2' : ''
  const noted = note === undefined ? [] : ['noted']
  return `  n${index} [label=${quote(label)} tooltip=${quote([clip(name)])} class="${[type, ...noted, ...marks].join(' ')}" shape=${shape} style="${style}" fillcolor="${fill}" color="${line}" fontcolor="#1b2530"${outline}]`
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
