import { afterEach, beforeEach, expect, test } from 'vitest'
import { testApp } from '../support/app.ts'
import { controlOf } from '../support/control.ts'
import { id, journeyOf, memberOf, nodesOf, participationOf, SITE, seedOf } from '../support/seeds.ts'

// The system clock of the tests is frozen at 2025-06-01T12:00:00.
const { reward } = nodesOf(1)
const held = (end: string) => ({
  rewards: [{ node_id: reward, hold_start_datetime: '2025-05-30T00:00:00.000000', hold_end_datetime: end }],
})
const seed = seedOf({
  journeys: [
    journeyOf(1),
    journeyOf(2, { end_date: '2025-07-01T00:00:00.123456' }),
    journeyOf(3, { start_date: '2025-06-20T00:00:00.000000' }),
  ],
  members: [
    memberOf(
      'ann@example.com',
      participationOf(1, 1, held('2025-06-13T00:00:00.000001')),
      participationOf(2, 2),
    ),
    memberOf('bob@example.com', participationOf(3, 1, held('2025-06-10T00:00:00.000000'))),
    memberOf('eve@example.com', participationOf(4, 1, { expired_at: '2025-06-25T00:00:00.000000' })),
    memberOf(
      'joe@example.com',
      participationOf(5, 2, { completed_at: '2025-05-01T00:00:00.000000', progress_percentage: '100.0' }),
    ),
  ],
})

let sandbox: Awaited<ReturnType<typeof testApp>>
let control: ReturnType<typeof controlOf>
beforeEach(async () => {
  sandbox = await testApp({ seeds: [seed] })
  control = controlOf(sandbox.app)
})
afterEach(() => sandbox.close())

const ADVANCE = `/sites/${SITE.site_id}/clock/advance`
interface Advance {
  now: string
  more: number
  changes: {
    kind: string
    at: string
    email: string | null
    before: string
    after: string
    message: string
  }[]
}
const advance = async (body: object) => (await control.expect(200, 'POST', ADVANCE, body)) as Advance

test('the clock goes to the next thing that changes by itself, and says what changed', async () => {
  const steps: string[] = []
  for (let i = 0; i < 6; i++) {
    const { now, changes } = await advance({ to: 'next' })
    steps.push(`${now} ${changes.map(({ message }) => message).join(', ')}`)
  }
  expect(steps).toEqual([
    '2025-06-10T00:00:00.000000Z bob@example.com: "Points" is issued, its hold ended',
    '2025-06-13T00:00:00.000001Z ann@example.com: "Points" is issued, its hold ended',
    '2025-06-20T00:00:00.000000Z Journey 3 has started',
    '2025-06-25T00:00:00.000000Z eve@example.com: Journey 1 is expired',
    '2025-07-01T00:00:00.123456Z ann@example.com: Journey 2 is expired, Journey 2 has ended',
    // With nothing left, it stays.
    '2025-07-01T00:00:00.123456Z ',
  ])
})

test('it goes to the next hold or journey that ends, whatever comes before, and not beyond a limit', async () => {
  const { changes } = await advance({ to: 'next_journey_end' })
  expect(changes.map(({ email, before, after }) => [email, before, after])).toEqual([
    ['bob@example.com', 'held', 'issued'],
    ['ann@example.com', 'held', 'issued'],
    [null, 'not started', 'started'],
    ['eve@example.com', 'InProgress', 'Expired'],
  ])
  const stopped = await advance({ to: 'next_journey_end', until: '2025-06-26T00:00:00Z' })
  expect(stopped).toMatchObject({ now: '2025-06-26T00:00:00.000000Z', changes: [], more: 0 })
  expect((await advance({ to: 'next_hold_end' })).now).toBe(stopped.now)
})

test('a duration answers what changed, too, and what is not listed is counted', async () => {
  const members = Array.from({ length: 150 }, (_, i) =>
    memberOf(`m${i}@example.com`, participationOf(100 + i, 2)),
  )
  sandbox.sites.get(SITE.site_id).reseed(seedOf({ ...seed, members }))
  const { changes, more } = await advance({ by: 'P40D' })
  expect({ listed: changes.length, more }).toEqual({ listed: 100, more: 52 })
  expect(await advance({ by: 'P1D' })).toMatchObject({ changes: [], more: 0 })
})

test('in process it is the same', () => {
  const { clock } = sandbox.sites.get(SITE.site_id)
  expect(clock.advance({ to: 'next_hold_end' })).toMatchObject({
    now: '2025-06-10T00:00:00.000000Z',
    changes: [{ kind: 'reward', email: 'bob@example.com', journey_id: id(1), reward: 'Points' }],
  })
})

test.each([
  {},
  { to: 'never' },
  { by: 'P1D', to: 'next' },
  { to: 'next', until: 'soon' },
  { until: '2026-01-01' },
])('a step that is none is refused: %o', async body => {
  const before = await control.expect(200, 'GET', `/sites/${SITE.site_id}/clock`)
  await control.expect(400, 'POST', ADVANCE, body)
  expect(await control.expect(200, 'GET', `/sites/${SITE.site_id}/clock`)).toEqual(before)
})
