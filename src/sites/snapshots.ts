import { type Static, Type } from '@sinclair/typebox'
import { isoOf } from '../clock.ts'
import { Conflict, NotFound } from '../errors.ts'
import type { SiteStore } from '../store/store.ts'
import { checkInput } from './input.ts'

/**
 * The snapshot from before the first provider state: one like any other, so that it outlives the process. A reset removes
 * it, as it ends all states.
 */
export const BEFORE_STATES = 'before the provider states'

const MIB = 1024 * 1024

/** How many bytes the snapshots of a site may take together. Without --db they are in the memory of the process. */
const MAX_BYTES = 256 * MIB

export const SnapshotName = Type.String({
  minLength: 1,
  maxLength: 200,
  description: 'The name of a snapshot',
  examples: ['before-purchase'],
})

/** A named point to return to. */
export const Snapshot = Type.Object(
  {
    name: SnapshotName,
    taken_at: Type.String({ description: 'RFC 3339, by the system clock' }),
  },
  { title: 'Snapshot', description: 'A named point to return to' },
)
export type Snapshot = Static<typeof Snapshot>

export interface Snapshots {
  list(): Snapshot[]
  /**
   * Takes or retakes a snapshot: data, clock and faults. @returns whether it is new
   * @throws {Conflict} when the snapshots of the site would take more than 256 MiB; {Invalid} for a name that is too long
   */
  take(name: string): boolean
  /** Sets the site back to a snapshot, or changes nothing. @throws {NotFound} */
  restore(name: string): void
  /** @throws {NotFound} */
  remove(name: string): void
}

export interface Restorable<State> {
  save(): State
  load(state: State): void
}

/** The snapshots of a site; `now` is the system clock in milliseconds since the epoch. */
export function siteSnapshots<State>(
  store: SiteStore,
  state: Restorable<State>,
  now: () => number,
  maxBytes = MAX_BYTES,
): Snapshots {
  const missing = (name: string) => new NotFound(`there is no snapshot "${name}"`)
  return {
    list: () => store.snapshots(),
    take(name) {
      checkInput('name of a snapshot', SnapshotName, name)
      const content = JSON.stringify(state.save())
      return store.atomically(() => {
        const isNew = !store.removeSnapshot(name)
        const bytes = store.snapshotBytes() + Buffer.byteLength(content)
        if (bytes > maxBytes) {
          throw new Conflict(
            `the snapshots of the site would take ${Math.ceil(bytes / MIB)} MiB, but may take ${maxBytes / MIB}; remove one first`,
          )
        }
        store.addSnapshot({ name, taken_at: isoOf(now()), content })
        return isNew
      })
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
