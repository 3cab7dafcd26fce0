import type { Diagram, DiagramLayout } from './diagram.ts'
import { toDot } from './dot.ts'
import { layOut, TooEntangled } from './graphviz.ts'

const CACHE_SIZE = 200
const cache = new Map<string, Promise<string>>()

/**
 * A journey as a picture: a whole SVG document, drawn by Graphviz, in colours of its own that suit a light and a dark
 * page. @throws {TooEntangled}
 */
export async function toSvg(diagram: Diagram, layout: DiagramLayout = 'LR'): Promise<string> {
  const svg = await drawn(diagram, layout)
  return svg.replace(/<svg[^>]*>\n/, `$&${STYLE}`)
}

// A picture in a README follows the scheme of the page around it; what is filled keeps its own light colour.
const STYLE = `<style>@media (prefers-color-scheme: dark) { .edge text { fill: #c2cad3 } .edge path { stroke: #8a95a1 } }</style>\n`

/** The same as the `svg` element alone, without colours for a dark page, which has its own. @throws {TooEntangled} */
export async function toSvgElement(diagram: Diagram, layout: DiagramLayout): Promise<string> {
  const svg = await drawn(diagram, layout)
  return svg.slice(svg.indexOf('<svg'))
}

function drawn(diagram: Diagram, layout: DiagramLayout): Promise<string> {
  const dot = toDot(diagram, layout)
  const known = cache.get(dot)
  if (known !== undefined) return known
  const svg = layOut(dot).then(tidy)
  // The oldest is dropped; it is drawn again when it is requested again.
  if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value as string)
  cache.set(dot, svg)
  svg.catch(error => {
    // What cannot be drawn need not be tried again; anything else may succeed the next time.
    if (!(error instanceof TooEntangled)) cache.delete(dot)
  })
  return svg
}

/**
 * Removes the titles that say no more than `n1`: they would hide the tooltips, and mean nothing to a screen reader. The
 * type of a node, the first line of its text, is small and bold.
 */
const tidy = (svg: string): string =>
  svg
    .replace(/<title>n\d+(&#45;&gt;n\d+)?<\/title>\n/g, '')
    .replace(
      /(<g id="node\d+"[^>]*>(?:(?!<\/g>\n<|<text)[\s\S])*<text[^>]*?)font-size="13.00"/g,
      '$1font-size="10.00" font-weight="bold" letter-spacing="0.6"',
    )
