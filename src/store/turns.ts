import { setImmediate } from 'node:timers/promises'
import { monotonic } from '../clock.ts'
import { StoreError } from '../errors.ts'

/** Steps that yield wherever other requests may come in between. */
export type Steps<T> = Generator<void, T>

/** How long something is done before other requests get their turn. */
const TURN_MS = 10

/** Goes on for one turn. */
function takeTurn<T>(steps: Steps<T>): IteratorResult<void, T> {
  for (const end = monotonic() + TURN_MS; ; ) {
    const step = steps.next()
    if (step.done || monotonic() > end) return step
  }
}

export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** A single step, beside which much may have to be removed. */
export function* inOneStep<T>(step: () => T): Steps<T> {
  yield
  return step()
}

/**
 * Computes something from the content of a site, letting other requests in between. When one of them changes the content,
 * it is computed again, without a pause.
 */
export async function computeInTurns<T>(store: { revision(): number }, compute: () => Steps<T>): Promise<T> {
  const revision = store.revision()
  const steps = compute()
  let turn = takeTurn(steps)
  for (; !turn.done; turn = takeTurn(steps)) await setImmediate()
  return store.revision() === revision ? turn.value : atOnce(compute())
}

/** What is written to: a site, or all of them. */
interface Writable {
  atomically<T>(writes: () => T): T
  /** Removes the contents that nothing refers to any more. */
  removeUnused(): Steps<void>
}

/**
 * A write that may take long. Called, it is one transaction. `inTurns` lets other requests in between: each turn is a
 * transaction, so that a short write is one as well, and only the last step of a long one is seen by others.
 */
export interface LongWrite<A extends unknown[], T> {
  (...given: A): T
  inTurns(...given: A): Promise<T>
}

/** A long write of these steps. `committed` is called as soon as all of it is stored. */
export function longWrite<A extends unknown[], S, T = S>(
  store: Writable,
  stepsOf: (...given: A) => Steps<S>,
  committed?: (stored: S, ...given: A) => T,
): LongWrite<A, T> {
  const finish = (stored: S, given: A): T => (committed ? committed(stored, ...given) : (stored as never))
  const once = (...given: A): T => {
    const stored = store.atomically(() => {
      const stored = atOnce(stepsOf(...given))
      atOnce(store.removeUnused())
      return stored
    })
    return finish(stored, given)
  }
  async function inTurns(...given: A): Promise<T> {
    const steps = stepsOf(...given)
    try {
      for (;;) {
        const turn = store.atomically(() => takeTurn(steps))
        if (turn.done) return finish(turn.value, given)
        await setImmediate()
      }
    } finally {
      // A transaction that failed leaves them where they were.
      steps.return(undefined as never)
      void cleanUp(store)
    }
  }
  return Object.assign(once, { inTurns })
}

/**
 * Removes in the background what is no longer needed. What the disk or the end of the sandbox leaves behind is removed at the
 * next start.
 */
export async function cleanUp(store: Writable): Promise<void> {
  const steps = store.removeUnused()
  try {
    do await setImmediate()
    while (!store.atomically(() => takeTurn(steps)).done)
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
  }
}
