import type { NodeType } from '../contract/journey.ts'

/** What a type of node looks like: its shape says it without the colour. */
export interface NodeStyle {
  /** Graphviz' name of the shape, with its own style where the shape alone would not do. */
  shape: string
  style: string
  /** Mermaid's brackets for a shape like it. */
  brackets: readonly [string, string]
  fill: string
  line: string
}

export const NODE_STYLES: Record<NodeType, NodeStyle> = {
  entry: { shape: 'oval', style: 'filled', brackets: ['([', '])'], fill: '#e3f4ea', line: '#1f7a4d' },
  event: { shape: 'box', style: 'filled,rounded', brackets: ['(', ')'], fill: '#e6effc', line: '#2a5fb0' },
  action: { shape: 'box', style: 'filled', brackets: ['[', ']'], fill: '#e8e7fb', line: '#5448b8' },
  condition: { shape: 'diamond', style: 'filled', brackets: ['{', '}'], fill: '#fdf1d3', line: '#8a6100' },
  reward: { shape: 'note', style: 'filled', brackets: ['[[', ']]'], fill: '#fde6ef', line: '#b02a63' },
  badge: { shape: 'hexagon', style: 'filled', brackets: ['{{', '}}'], fill: '#fdeadb', line: '#a8501a' },
  exit: { shape: 'oval', style: 'filled,bold', brackets: ['(((', ')))'], fill: '#eceef1', line: '#4a5361' },
}
