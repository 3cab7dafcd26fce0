import { setImmediate } from 'node:timers/promises'
import { monotonic } from '../clock.ts'
import type { SiteStore } from '../store/store.ts'

/** How long something is computed before other requests get their turn. */
const TURN_MS = 10

export function atOnce<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** Lets the event loop turn now and then. */
async function inTurns<T>(steps: Generator<void, T>): Promise<T> {
  for (let end = monotonic() + TURN_MS; ; ) {
    const { done, value } = steps.next()
    if (done) return value
    if (monotonic() > end) {
      await setImmediate()
      end = monotonic() + TURN_MS
    }
  }
}

/**
 * Computes something from the content of a site, letting other requests in between. When one of them changes the content,
 * it is computed again, without a pause.
 */
export async function computeInTurns<T>(store: SiteStore, compute: () => Generator<void, T>): Promise<T> {
  const revision = store.revision()
  const value = await inTurns(compute())
  return store.revision() === revision ? value : atOnce(compute())
}
