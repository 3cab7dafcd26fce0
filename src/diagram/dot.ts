import type { Diagram, DiagramConnection, DiagramLayout, DiagramNode } from './diagram.ts'
import { NODE_STYLES } from './node-style.ts'
import { clip, wrap } from './text.ts'

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
// What stands in a diamond makes it twice as wide.
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
