import { type Static, Type } from '@sinclair/typebox'
import { isoOf } from '../clock.ts'
import { Conflict, NotFound } from '../errors.ts'
import type { SiteStore } from '../store/store.ts'
import { atOnce, inOneStep, type LongWrite, longWrite, type Steps } from '../store/turns.ts'
import { checkInput } from '../validation.ts'

/**
 * The snapshot from before the first provider state: one like any other, so that it outlives the process. A reset removes
 * it, as it ends all states.
 */
export const BEFORE_STATES = 'before the provider states'

const MIB = 1024 * 1024

/** How many bytes the snapshots of a site may take together, about. Without --db they are in the memory of the process. */
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
  take: LongWrite<[name: string], boolean>
  /** Sets the site back to a snapshot, or changes nothing. @throws {NotFound} */
  restore: LongWrite<[name: string], void>
  /** @throws {NotFound} */
  remove: LongWrite<[name: string], void>
}

export interface SnapshotSteps {
  readonly snapshots: Snapshots
  /** Takes the snapshot from before the first state unless there is one, step by step. */
  keepState(): Steps<void>
  /** Sets the site back to it, and removes it, in one step. @returns whether there was one */
  returnToState(): boolean
}

interface Restorable<State> {
  save(): State
  load(state: State, content: number): void
}

/** The snapshots of a site; `now` is the system clock in milliseconds since the epoch. */
export function siteSnapshots<State>(
  store: SiteStore,
  { save, load }: Restorable<State>,
  now: () => number,
  maxBytes = MAX_BYTES,
): SnapshotSteps {
  const find = (name: string) => store.snapshots().find(snapshot => snapshot.name === name)
  const missing = (name: string) => new NotFound(`there is no snapshot "${name}"`)

  function existing(name: string) {
    const snapshot = find(name)
    if (!snapshot) throw missing(name)
    return snapshot
  }

  function checkSize(name: string, added: number): void {
    const others = store.snapshots().filter(snapshot => snapshot.name !== name)
    const bytes = others.reduce((sum, other) => sum + other.bytes, added)
    if (bytes > maxBytes)
      throw new Conflict(
        `the snapshots of the site would take ${Math.ceil(bytes / MIB)} MiB, but may take ${maxBytes / MIB}; remove one first`,
      )
  }

  /** Copies the content, and then gives `add` the snapshot. */
  function* take<T>(name: string, use: (add: () => boolean) => T): Steps<T> {
    const revision = store.revision()
    let bytes = yield* store.contentBytes(store.present().content)
    checkSize(name, bytes)
    return yield* store.fill(store.present, content =>
      use(() => {
        const state = JSON.stringify(save())
        if (store.revision() !== revision) bytes = atOnce(store.contentBytes(content))
        checkSize(name, bytes + state.length)
        const isNew = !store.removeSnapshot(name)
        store.addSnapshot({ name, taken_at: isoOf(now()), content, state, bytes: bytes + state.length })
        return isNew
      }),
    )
  }

  return {
    snapshots: {
      list: () => store.snapshots().map(({ name, taken_at }) => ({ name, taken_at })),
      take: longWrite(store, name => {
        checkInput('name of a snapshot', SnapshotName, name)
        return take(name, add => add())
      }),
      restore: longWrite(store, name =>
        store.fill(
          () => ({ content: existing(name).content }),
          content => load(JSON.parse(existing(name).state), content),
        ),
      ),
      remove: longWrite(store, name =>
        inOneStep(() => {
          if (!store.removeSnapshot(name)) throw missing(name)
        }),
      ),
    },
    *keepState() {
      if (find(BEFORE_STATES)) return
      yield* take(BEFORE_STATES, add => find(BEFORE_STATES) || add())
    },
    returnToState() {
      const snapshot = find(BEFORE_STATES)
      if (!snapshot) return false
      load(JSON.parse(snapshot.state), snapshot.content)
      return store.removeSnapshot(BEFORE_STATES)
    },
  }
}
