import { on, once } from 'node:events'
import { renameSync, rmSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { type BulkLoad, openBulkLoad } from '../store/bulk.ts'
import type { SiteRecord } from '../store/records.ts'
import type { MadeUpJourneys, MadeUpMembers, MakingOrder } from './making.ts'

export interface MakingUp extends MakingOrder {
  /** The database to make; one that is there already is replaced. */
  file: string
  site: SiteRecord
  /** Stops it. Nothing is left then. */
  signal: AbortSignal
  /** Told how many members there are so far, and whether only the indexes are missing. */
  onProgress: (members: number, indexing: boolean) => void
}

/**
 * Makes a database of made-up members; it is FILE.partial until it is complete.
 * @returns how many rows the members took; undefined when it was stopped
 * @throws {StoreError} when it cannot be written; nothing is left then
 */
export async function makeUpDatabase(order: MakingUp): Promise<number | undefined> {
  const { file, signal } = order
  const partial = `${file}.partial`
  removeDatabase(partial)
  try {
    const rows = await fill(partial, order)
    renameSync(partial, file)
    return rows
  } catch (error) {
    removeDatabase(partial)
    if (signal.aborted) return undefined
    throw error
  }
}

// Beside this file, in the sources as in what is built of them.
const MAKING = new URL(`./making.${import.meta.url.split('.').at(-1)}`, import.meta.url)

// So many messages are under way that neither thread waits for the other.
const AHEAD = 3

async function fill(partial: string, making: MakingUp): Promise<number> {
  const { site, signal, members, journeys, participations, randomSeed } = making
  const workerData: MakingOrder = { members, journeys, participations, randomSeed }
  const thread = new Worker(MAKING, { workerData })
  try {
    const [graphs] = (await once(thread, 'message', { signal })) as [MadeUpJourneys]
    const load = openBulkLoad(partial, site, graphs)
    try {
      await addMembers(load, thread, making)
      for (const _ of load.finish()) {
        making.onProgress(members, true)
        // Signals are heard between two indexes.
        await setImmediate()
        signal.throwIfAborted()
      }
      return load.rows
    } finally {
      load.close()
    }
  } finally {
    await thread.terminate()
  }
}

async function addMembers(load: BulkLoad, thread: Worker, { signal, onProgress }: MakingUp): Promise<void> {
  const messages = on(thread, 'message', { signal })
  thread.postMessage(load.keys)
  for (let i = 0; i < AHEAD; i++) thread.postMessage('more')
  let count = 0
  for await (const [message] of messages) {
    const made: MadeUpMembers = message
    if (!made) return
    thread.postMessage('more')
    load.add(made.rows)
    count += made.members
    onProgress(count, false)
  }
}

function removeDatabase(file: string): void {
  for (const part of [file, `${file}-wal`, `${file}-shm`, `${file}-journal`]) rmSync(part, { force: true })
}
