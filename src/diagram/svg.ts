import type { Diagram } from './diagram.ts'
import { toDot } from './dot.ts'
import { layOut, TooEntangled } from './graphviz.ts'

const MOST_KEPT = 200
const kept = new Map<string, Promise<string>>()

/** A journey as a picture: a whole SVG document, drawn by Graphviz, in colours of its own. @throws {TooEntangled} */
export function toSvg(diagram: Diagram): Promise<string> {
  const dot = toDot(diagram)
  const known = kept.get(dot)
  if (known !== undefined) return known
  const svg = layOut(dot).then(withoutTitles)
  // The oldest goes; it is drawn again if it is asked for.
  if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value as string)
  kept.set(dot, svg)
  svg.catch(error => {
    // What cannot be drawn need not be tried again; anything else may go well the next time.
    if (!(error instanceof TooEntangled)) kept.delete(dot)
  })
  return svg
}

/** Takes out the titles that say no more than `n1`: they would hide the tooltips, and mean nothing to a screen reader. */
const withoutTitles = (svg: string): string => svg.replace(/<title>n\d+(&#45;&gt;n\d+)?<\/title>\n/g, '')
