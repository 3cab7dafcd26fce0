import type { Diagram } from './diagram.ts'
import { toDot } from './dot.ts'

const MOST_KEPT = 200
const kept = new Map<string, string>()

/** A journey as a picture: a whole SVG document, drawn by Graphviz, in colours of its own. */
export async function toSvg(diagram: Diagram): Promise<string> {
  const dot = toDot(diagram)
  const known = kept.get(dot)
  if (known !== undefined) return known
  // Most processes never draw anything, and its 800 kB take a while to load.
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz')
  const svg = withTitles((await Graphviz.load()).layout(dot, 'svg', 'dot'))
  // The oldest goes; it is drawn again if it is asked for.
  if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value as string)
  kept.set(dot, svg)
  return svg
}

/** Takes out the titles that say no more than `n1`: they would hide the tooltips, and mean nothing to a screen reader. */
const withTitles = (svg: string): string => svg.replace(/<title>n\d+(&#45;&gt;n\d+)?<\/title>\n/g, '')
