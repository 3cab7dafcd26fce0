import { afterAll, beforeAll, expect, test } from 'vitest'
import { testApp } from '../support/app.ts'
import { id, journeyOf, memberOf, nodesOf, participationOf, seedOf } from '../support/seeds.ts'

const MEMBERS = 10_000
const JOURNEYS = 200

/** Everybody is in the first journey, half of them a step further, and in one other. */
function crowd() {
  const { event } = nodesOf(1)
  const far = {
    progress_percentage: '10.0',
    events: [{ node_id: event, completed_at: '2025-01-16T10:00:00.000000' }],
  }
  return Array.from({ length: MEMBERS }, (_, i) =>
    memberOf(
      `member${i}@example.com`,
      participationOf(1e6 + i, 1, i % 2 === 0 ? far : {}),
      participationOf(2e6 + i, 2 + (i % (JOURNEYS - 1))),
    ),
  )
}

let sandbox: Awaited<ReturnType<typeof testApp>>
beforeAll(async () => {
  const journeys = Array.from({ length: JOURNEYS }, (_, i) => journeyOf(i + 1))
  sandbox = await testApp({ seeds: [seedOf({ journeys, members: crowd() })] })
})
afterAll(() => sandbox.close())

const HOME = '/sites/9991331'

test.each([
  ['/', '10000'],
  [HOME, 'All 10000 members'],
  [`${HOME}/journeys?page=4`, '151–200 of 200'],
  [`${HOME}/journeys/${id(1)}`, '5000 here'],
  [`${HOME}/members?page=200`, '9951–10000 of 10000'],
  [`${HOME}/members?search=R999`, '1–11 of 11'],
  [`${HOME}/members/member5@example.com`, 'member5@example.com'],
])('%s over 10,000 members and 200 journeys says %s, for less than 100 ms of work', async (url, expected) => {
  const durations: number[] = []
  for (let i = 0; i < 5; i++) {
    // Not the time that passes: the machine may have other things to do.
    const before = process.threadCpuUsage()
    const { body } = await sandbox.app.inject(url)
    const { user, system } = process.threadCpuUsage(before)
    durations.push((user + system) / 1000)
    expect(body).toContain(expected)
  }
  // The first may have something to draw.
  expect(Math.min(...durations)).toBeLessThan(100)
})
