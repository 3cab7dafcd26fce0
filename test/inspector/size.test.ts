import { setImmediate } from 'node:timers/promises'
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
  ['/sites', '10,000'],
  [HOME, '10,000'],
  [`${HOME}/requests`, 'No requests yet'],
  [`${HOME}/journeys?page=4`, '151–200 of 200'],
  [`${HOME}/journeys/${id(1)}`, '5,000 here'],
  [`${HOME}/journeys/${id(1)}?node=${nodesOf(1).event}`, '5,000 members wait here'],
  [`${HOME}/members?page=200`, '9,951–10,000 of 10,000'],
  [`${HOME}/members?search=R999`, '1–11 of 11'],
  [`${HOME}/members/member5@example.com`, 'member5@example.com'],
  [`${HOME}/faults`, 'No rules'],
  [`${HOME}/clock`, 'No reward is held'],
  [`${HOME}/data`, 'No snapshot was taken'],
])(
  '%s over 10,000 members and 200 journeys says %s, and lets other requests in every 50 ms',
  async (url, expected) => {
    const longest: number[] = []
    for (let i = 0; i < 5; i++) {
      const page = sandbox.app.inject(url)
      longest.push(await longestBlock(page))
      expect((await page).body).toContain(expected)
    }
    // The first may have something to compile.
    expect(Math.min(...longest)).toBeLessThan(50)
  },
)

/** The most milliseconds of work between two turns of the event loop while something is made. Not the time that passes: the machine may have other things to do. */
async function longestBlock(work: PromiseLike<unknown>): Promise<number> {
  let done = false
  work.then(() => {
    done = true
  })
  let longest = 0
  while (!done) {
    const before = process.threadCpuUsage()
    await setImmediate()
    const { user, system } = process.threadCpuUsage(before)
    longest = Math.max(longest, (user + system) / 1000)
  }
  return longest
}
