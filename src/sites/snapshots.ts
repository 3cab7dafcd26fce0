import { isoOf } from '../clock.ts'
import { NotFound } from '../errors.ts'
import type { SiteStore } from '../store/store.ts'

/**
 * What the site was before a provider state was set up: a snapshot like any other, so that it outlives the process. A
 * reset takes it away, as there is nothing left to bring back.
 */
export const BEFORE_STATES = 'before the provider states'

/** A named point to return to. */
export interface Snapshot {
  name: string
  /** RFC 3339, UTC, by the machine's clock. */
  taken_at: string
}

export interface Snapshots {
  list(): Snapshot[]
  /** Takes or retakes a snapshot: data, clock and faults. @returns whether it is new */
  take(name: string): boolean
  /** Brings back what a snapshot holds, or changes nothing. @throws {NotFound} */
  restore(name: string): void
  /** @throws {NotFound} */
  remove(name: string): void
}

export interface Restorable<State> {
  save(): State
  load(state: State): void
}

/** The snapshots of a site; `now` is the machine's time in milliseconds since the epoch. */
export function siteSnapshots<State>(
  store: SiteStore,
  state: Restorable<State>,
  now: () => number,
): Snapshots {
  const missing = (name: string) => new NotFound(`there is no snapshot "${name}"`)
  return {
    list: () => store.snapshots(),
    take(name) {
      const isNew = store.snapshot(name) === undefined
      store.putSnapshot({ name, taken_at: isoOf(now()), content: JSON.stringify(state.save()) })
      return isNew
    },
    restore(name) {
      const content = store.snapshot(name)
      if (content === undefined) throw missing(name)
      state.load(JSON.parse(content))
    },
    remove(name) {
      if (!store.removeSnapshot(name)) throw missing(name)
    },
  }
}
