import { once } from 'node:events'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'

/** Graphviz, in a thread of its own: a layout can take long, and whoever calls the API must not wait for it. */

/** A drawing that takes longer is given up: one that can be read needs no second. */
const PATIENCE_MS = 5_000

/** A journey whose nodes are joined in so many ways that it cannot be drawn. */
export class TooEntangled extends Error {
  override name = 'TooEntangled'
  readonly statusCode = 422
}

// Text and not a file, as only what is imported is found both in the sources and in what is built of them.
const SCRIPT = `
  const { parentPort, workerData } = require('node:worker_threads')
  const graphviz = import(workerData).then(({ Graphviz }) => Graphviz.load())
  parentPort.on('message', async dot => parentPort.postMessage((await graphviz).layout(dot, 'svg', 'dot')))
`

const GRAPHVIZ = pathToFileURL(createRequire(import.meta.url).resolve('@hpcc-js/wasm-graphviz')).href

let thread: Worker | undefined
let queue: Promise<unknown> = Promise.resolve()

/** The SVG document that Graphviz makes of its own language, one at a time; `patience` is in milliseconds. @throws {TooEntangled} */
export function layOut(dot: string, patience = PATIENCE_MS): Promise<string> {
  const svg = queue.then(() => ask(dot, patience))
  // What comes after does not care how this one ends.
  queue = svg.then(
    () => undefined,
    () => undefined,
  )
  return svg
}

async function ask(dot: string, patience: number): Promise<string> {
  thread ??= new Worker(SCRIPT, { eval: true, workerData: GRAPHVIZ })
  thread.ref()
  thread.postMessage(dot)
  try {
    const [svg] = await once(thread, 'message', { signal: AbortSignal.timeout(patience) })
    // It waits for the next drawing, but nobody has to wait for it.
    thread.unref()
    return svg
  } catch (error) {
    await thread.terminate()
    thread = undefined
    if ((error as Error).name !== 'AbortError') throw error
    throw new TooEntangled(
      `the journey is too entangled to be drawn within ${patience / 1000} s; take it as .dot, and draw it with more patience`,
    )
  }
}
