import type { Diagram } from './diagram.ts'
import { NODE_STYLES } from './node-style.ts'
import { clip } from './text.ts'

/** A journey as a flowchart of Mermaid, which GitHub draws in a README or an issue. */
export function toMermaid({ title, nodes, connections }: Diagram): string {
  const types = new Set(nodes.map(({ type }) => type))
  return [
    'flowchart LR',
    `  accTitle: ${harmless(title)}`,
    ...nodes.map(({ type, name, note }, i) => {
      const [open, close] = NODE_STYLES[type].brackets
      const text = [type, clip(name), ...(note === undefined ? [] : [clip(note)])].map(harmless).join('<br>')
      return `  n${i}${open}"${text}"${close}:::${type}`
    }),
    ...connections.map(({ from, to, label }) => {
      const condition = harmless(clip(label ?? ''))
      return `  n${from} -->${condition === '' ? '' : `|"${condition}"|`} n${to}`
    }),
    ...[...types].map(type => {
      const { fill, line } = NODE_STYLES[type]
      return `  classDef ${type} fill:${fill},stroke:${line},color:#1b2530`
    }),
    '',
  ].join('\n')
}

/** All that Mermaid could take for its own, as numbered entities. */
const harmless = (text: string): string =>
  text.replace(/[^\p{L}\p{M}\p{N} .,…]/gu, character => `#${character.codePointAt(0)};`)
