import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { type BulkKeys, type BulkRows, memberRows } from '../store/bulk-rows.ts'
import type { GraphRecord } from '../store/records.ts'
import { chanceOf } from './chance.ts'
import { type MadeUpSize, madeUpJourneys, madeUpMembers } from './made-up.ts'

/*
 * A thread that makes up a site while another writes it. It sends the journeys; is sent by what keys these are known,
 * once they are written; and from then on sends some members for each message that it gets.
 */

export interface MakingOrder extends MadeUpSize {
  /** What everything made up follows from. */
  randomSeed: number
}

export type MadeUpJourneys = GraphRecord[]

/** Some members as rows; undefined after the last of them. */
export type MadeUpMembers = { members: number; rows: BulkRows } | undefined

const MEMBERS_AT_ONCE = 500

function make(port: MessagePort, { randomSeed, ...size }: MakingOrder): void {
  const chance = chanceOf(randomSeed)
  const journeys = [...madeUpJourneys(size, chance)]
  port.postMessage(journeys.map(({ graph }) => graph) satisfies MadeUpJourneys)
  port.once('message', (keys: BulkKeys) => {
    const toRows = memberRows(keys)
    const members = madeUpMembers(journeys, size, chance)
    port.on('message', () => {
      const some = first(members, MEMBERS_AT_ONCE)
      const message = some.length > 0 ? { members: some.length, rows: toRows(some) } : undefined
      port.postMessage(message satisfies MadeUpMembers)
    })
  })
}

/** The next items, at most so many; the others can be had later. */
function first<T>(items: Iterator<T>, count: number): T[] {
  const taken: T[] = []
  while (taken.length < count) {
    const { done, value } = items.next()
    if (done) break
    taken.push(value)
  }
  return taken
}

make(parentPort as MessagePort, workerData as MakingOrder)
