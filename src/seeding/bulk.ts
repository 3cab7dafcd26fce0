import { renameSync, rmSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { openBulkLoad } from '../store/bulk.ts'
import type { SiteRecord } from '../store/records.ts'
import { chanceOf } from './chance.ts'
import { type MadeUpSize, madeUpJourneys, madeUpMembers } from './made-up.ts'
import type { MadeUpJourney } from './made-up-journey.ts'

export interface MakingUp extends MadeUpSize {
  /** The database to make; one that is there already is replaced. */
  file: string
  site: SiteRecord
  /** What everything made up follows from. */
  randomSeed: number
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

async function fill(partial: string, { site, randomSeed, signal, onProgress, ...size }: MakingUp) {
  const chance = chanceOf(randomSeed)
  const journeys: MadeUpJourney[] = []
  for await (const journey of pausing(madeUpJourneys(size, chance), { every: 10, signal }))
    journeys.push(journey)
  const graphs = journeys.map(({ graph }) => graph)
  const load = openBulkLoad(partial, site, graphs)
  try {
    const members = madeUpMembers(journeys, size, chance)
    const onPause = (count: number) => onProgress(count, false)
    for await (const member of pausing(members, { every: 500, signal, onPause })) load.add(member)
    for await (const _ of pausing(load.finish(), { every: 1, signal })) onProgress(size.members, true)
    return load.rows
  } finally {
    load.close()
  }
}

interface Pauses {
  every: number
  signal: AbortSignal
  /** Told how many items there have been. */
  onPause?: (count: number) => void
}

/** The same items, with a pause after every so many, in which signals are heard. @throws once the signal is given */
async function* pausing<T>(items: Iterable<T>, { every, signal, onPause }: Pauses): AsyncGenerator<T> {
  let count = 0
  for (const item of items) {
    yield item
    count++
    if (count % every > 0) continue
    onPause?.(count)
    await setImmediate()
    signal.throwIfAborted()
  }
}

function removeDatabase(file: string): void {
  for (const part of [file, `${file}-wal`, `${file}-shm`, `${file}-journal`]) rmSync(part, { force: true })
}
