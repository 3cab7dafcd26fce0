import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { Conflict } from '../../src/errors.ts'
import { createAnswerBodies } from '../../src/sites/answer-bodies.ts'
import { createJournal } from '../../src/sites/journal.ts'
import { siteSnapshots } from '../../src/sites/snapshots.ts'
import { openStore } from '../../src/store/store.ts'
import { SITE } from '../support/seeds.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const MIB = 1024 * 1024

/** What the process uses on its heap, after everything that is no longer needed is gone. */
function heapUsed(): number {
  for (let i = 0; i < 3; i++) collectGarbage()
  return process.memoryUsage().heapUsed
}

/** Text that is in memory as often as it is made. */
const text = (length: number, n: number): string => Buffer.alloc(length, `${n} `).toString('latin1')

test('A journal takes at most 4 KiB of memory for each request that it may keep, however long they are', () => {
  const size = 2000
  const journal = createJournal(size, createAnswerBodies(0))
  const before = heapUsed()
  for (let n = 0; n < 3 * size; n++) {
    const rawHeaders = Array.from({ length: 20 }, (_, i) => text(n % 3 === 0 ? 1000 : 20, n + i))
    journal.add({
      ...{ id: `req-${n}`, time: n, method: 'GET', url: `/${text(n % 5 === 0 ? 8000 : 50, n)}`, rawHeaders },
      ...{ operation: 'getMemberJourneys', identifier: text(200, n), status: 200, duration_ms: 1 },
      ...{ explanation: undefined, fault: undefined, verdict: undefined, responseHeaders: undefined },
    })
  }
  const kept = journal.countKept()
  expect(kept).toBeGreaterThan(size / 4)
  expect(kept + journal.dropped).toBe(3 * size)
  expect(heapUsed() - before).toBeLessThan(size * 4096)
  journal.clear()
  expect(heapUsed() - before).toBeLessThan(MIB)
})

test('The snapshots of a site take no more than their limit, in the database and in memory', () => {
  const limit = 32 * MIB
  const store = openStore(':memory:')
  const site = store.createSite(SITE, [], [])
  const load = (_state: unknown, content: number) => site.setContent(content)
  const { snapshots } = siteSnapshots(site, { save: () => null, load }, () => 0, limit)
  const ann = { ...{ email: 'ann@example.com', status: 'active' as const }, participations: [], history: [] }
  const rss = () => {
    collectGarbage()
    return process.memoryUsage().rss
  }
  const before = rss()
  let taken = 0
  const take = (name: string) => {
    site.putMember({ ...ann, attributes: { text: text(4 * MIB, taken) } })
    snapshots.take(name)
    taken++
  }
  expect(() => {
    while (taken < 100) take(`${taken}`)
  }).toThrow(Conflict)
  expect(taken).toBe(7)
  // What is refused is not kept, nor what is replaced.
  for (let n = 0; n < 10; n++) {
    expect(() => take(`more ${n}`)).toThrow(Conflict)
    take('0')
  }
  expect(snapshots.list()).toHaveLength(7)
  expect(rss() - before).toBeLessThan(5 * limit)
  snapshots.remove('3')
  take('7')
  snapshots.restore('6')
  expect(site.member(ann.email)?.attributes.text).toBe(text(4 * MIB, 6))
  store.close()
})
