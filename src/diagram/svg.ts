import { once } from 'node:events'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { type Diagram, type DiagramLayout, toDot } from './diagram.ts'

/** A journey that Graphviz does not draw in time. */
export class TooComplex extends Error {
  override name = 'TooComplex'
  readonly statusCode = 422
}

const CACHE_SIZE = 200
const cache = new Map<string, Promise<string>>()

/** A journey as an SVG document, in colours that suit a light and a dark page. @throws {TooComplex} */
export async function toSvg(diagram: Diagram, layout: DiagramLayout = 'LR'): Promise<string> {
  const svg = await draw(diagram, layout)
  return svg.replace(/<svg[^>]*>\n/, `$&${STYLE}`)
}

// A picture in a README follows the scheme of the page around it; what is filled keeps its own light colour.
const STYLE = `<style>@media (prefers-color-scheme: dark) { .edge text { fill: #c2cad3 } .edge path { stroke: #8a95a1 } }</style>\n`

/** The `svg` element alone, for a page with its own colours for dark mode. @throws {TooComplex} */
export async function toSvgElement(diagram: Diagram, layout: DiagramLayout): Promise<string> {
  const svg = await draw(diagram, layout)
  return svg.slice(svg.indexOf('<svg'))
}

function draw(diagram: Diagram, layout: DiagramLayout): Promise<string> {
  const dot = toDot(diagram, layout)
  const cached = cache.get(dot)
  if (cached !== undefined) return cached
  const svg = layOut(dot).then(tidy)
  // The oldest is dropped; it is drawn again when it is requested again.
  if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value as string)
  cache.set(dot, svg)
  svg.catch(error => {
    // What is too complex stays so; anything else may succeed the next time.
    if (!(error instanceof TooComplex)) cache.delete(dot)
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

/** Drawings that people can read take less than a second. */
const TIMEOUT_MS = 5_000

// Text and not a file, as only what is imported is found both in the sources and in what is built of them.
const SCRIPT = `
  const { parentPort, workerData } = require('node:worker_threads')
  const graphviz = import(workerData).then(({ Graphviz }) => Graphviz.load())
  parentPort.on('message', async dot => parentPort.postMessage((await graphviz).layout(dot, 'svg', 'dot')))
`
const GRAPHVIZ = pathToFileURL(createRequire(import.meta.url).resolve('@hpcc-js/wasm-graphviz')).href

let worker: Worker | undefined
let queue: Promise<unknown> = Promise.resolve()

/**
 * The SVG document that Graphviz makes of its own language. Graphviz runs in a thread, so that other requests do not wait
 * for it, and makes one drawing at a time. @throws {TooComplex}
 */
export function layOut(dot: string, timeout = TIMEOUT_MS): Promise<string> {
  const svg = queue.then(() => runGraphviz(dot, timeout))
  queue = svg.catch(() => undefined)
  return svg
}

async function runGraphviz(dot: string, timeout: number): Promise<string> {
  worker ??= new Worker(SCRIPT, { eval: true, workerData: GRAPHVIZ })
  worker.ref()
  worker.postMessage(dot)
  try {
    const [svg] = await once(worker, 'message', { signal: AbortSignal.timeout(timeout) })
    // An idle worker does not keep the process running.
    worker.unref()
    return svg
  } catch (error) {
    await worker.terminate()
    worker = undefined
    if ((error as Error).name !== 'AbortError') throw error
    throw new TooComplex(
      `the journey is too complex to be drawn within ${timeout / 1000} s; download it as .dot, and draw it with Graphviz`,
    )
  }
}
