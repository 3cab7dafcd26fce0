import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { timestampOf } from '../../src/clock.ts'
import { LAST_TIMESTAMP } from '../../src/contract/formats.ts'
import { openSites } from '../../src/sites/sites.ts'
import { openStore } from '../../src/store/store.ts'
import { testApp } from '../support/app.ts'
import { controlOf } from '../support/control.ts'
import { journeyOf, memberOf, nodesOf, participationOf, SITE, seedOf } from '../support/seeds.ts'

// The system clock of the tests is frozen at 2025-06-01T12:00:00.
const held = participationOf(9001, 1, {
  progress_percentage: '50.0',
  events: [{ node_id: nodesOf(1).event, completed_at: '2025-05-30T00:00:00.000000' }],
  rewards: [
    {
      node_id: nodesOf(1).reward,
      hold_start_datetime: '2025-05-30T00:00:00.000000',
      hold_end_datetime: '2025-06-13T00:00:00.000000',
    },
  ],
})
const seed = seedOf({
  journeys: [journeyOf(1), journeyOf(2, { end_date: '2025-07-01T00:00:00.000000' })],
  members: [memberOf('ann@example.com', held, participationOf(9002, 2))],
})

let sandbox: Awaited<ReturnType<typeof testApp>>
let control: ReturnType<typeof controlOf>
beforeEach(async () => {
  sandbox = await testApp({ seeds: [seed] })
  control = controlOf(sandbox.app)
})
afterEach(() => sandbox.close())

const CLOCK = `/sites/${SITE.site_id}/clock`

async function statuses(): Promise<string[]> {
  const headers = sandbox.sites.get(SITE.site_id).headersFor('ann@example.com')
  const response = await sandbox.app.inject({ url: '/api/3.0/user/ann@example.com/journeys', headers })
  const [first, second] = response.json().journeys
  return [first.rewards[0].status, second.status]
}

test('what depends on the time follows the clock of the site', async () => {
  expect(await statuses()).toEqual(['held', 'InProgress'])
  await control.expect(200, 'POST', `${CLOCK}/advance`, { by: 'P11DT11H59M59S' })
  expect(await statuses()).toEqual(['held', 'InProgress'])
  await control.expect(200, 'POST', `${CLOCK}/advance`, { by: 'PT1S' })
  expect(await statuses()).toEqual(['issued', 'InProgress'])
  await control.expect(200, 'PUT', CLOCK, { now: '2025-07-01T00:00:00.000000' })
  expect(await statuses()).toEqual(['issued', 'Expired'])
  await control.expect(200, 'POST', `/sites/${SITE.site_id}/reset`)
  expect(await statuses()).toEqual(['held', 'InProgress'])
})

test('the clock is the system clock until it is set, and is read in RFC 3339', async () => {
  expect(await control.expect(200, 'GET', CLOCK)).toEqual({
    now: '2025-06-01T12:00:00.000000Z',
    frozen: false,
    tokens: false,
  })
})

test.each([
  ['a vendor timestamp', '2025-06-02T00:00:00.000000', '2025-06-02T00:00:00.000000Z'],
  ['RFC 3339 in UTC', '2025-06-02T00:00:00Z', '2025-06-02T00:00:00.000000Z'],
  ['RFC 3339 in another zone', '2025-06-02T02:00:00+02:00', '2025-06-02T00:00:00.000000Z'],
  ['its microseconds', '2025-06-02T00:00:00.500861', '2025-06-02T00:00:00.500861Z'],
])('the clock can be set by %s', async (_name, now, expected) => {
  expect(await control.expect(200, 'PUT', CLOCK, { now })).toMatchObject({ now: expected })
})

test('the clock only goes forward', async () => {
  await control.expect(409, 'PUT', CLOCK, { now: '2025-05-31T00:00:00Z' })
  await control.expect(409, 'POST', `${CLOCK}/advance`, { by: '-PT1S' })
  expect(await control.expect(200, 'GET', CLOCK)).toMatchObject({ now: '2025-06-01T12:00:00.000000Z' })
})

test.each([
  ['PUT', CLOCK, { now: 'tomorrow' }],
  ['PUT', CLOCK, { now: '2025-02-31T00:00:00Z' }],
  ['PUT', CLOCK, { now: '+275760-09-13T00:00:00Z' }],
  ['PUT', CLOCK, { now: '+010000-01-01T00:00:00Z' }],
  ['PUT', CLOCK, { frozen: 'yes' }],
  ['PUT', CLOCK, {}],
  ['POST', `${CLOCK}/advance`, { by: '3 days' }],
  ['POST', `${CLOCK}/advance`, { by: 'P7975Y' }],
  ['POST', `${CLOCK}/advance`, { by: 'P273735Y' }],
  ['POST', `${CLOCK}/advance`, {}],
])('%s %s refuses %j', async (method, path, body) => {
  await control.expect(400, method, path, body)
})

test('a frozen clock stays where it is and a running one goes on', () => {
  let now = Date.UTC(2025, 0, 1)
  const store = openStore(':memory:')
  const sites = openSites({ store, clock: { now: () => now }, journalSize: 0, journalBytes: 0 })
  const { clock } = sites.create({ seed: 'empty' })
  clock.set({ frozen: true })
  now += 5000
  expect(clock.read()).toMatchObject({ now: '2025-01-01T00:00:00.000000Z', frozen: true })
  clock.advance('P1M')
  clock.set({ frozen: false })
  now += 5000
  expect(clock.read()).toMatchObject({ now: '2025-02-01T00:00:05.000000Z', frozen: false })
  store.close()
})

test('tokens expire by the system clock, unless the site says otherwise', async () => {
  const site = sandbox.sites.get(SITE.site_id)
  const headers = site.headersFor()
  const status = async () => (await sandbox.app.inject({ url: '/api/3.0/journeys', headers })).statusCode
  await control.expect(200, 'POST', `${CLOCK}/advance`, { by: 'P1D' })
  expect(await status()).toBe(200)
  await control.expect(200, 'PUT', CLOCK, { tokens: true })
  expect(await status()).toBe(401)
  const fresh = await sandbox.app.inject({ url: '/api/3.0/journeys', headers: site.headersFor() })
  expect(fresh.statusCode).toBe(200)
})

test('a clock set to the end of a hold issues the reward', async () => {
  const hold_end_datetime = '2025-06-13T00:00:00.500861'
  const [reward] = held.rewards ?? []
  const rewards = [{ ...reward, hold_end_datetime }]
  await control.expect(200, 'PUT', `/sites/${SITE.site_id}/members/ann@example.com`, {
    participations: [{ ...held, rewards }, participationOf(9002, 2)],
  })
  await control.expect(200, 'PUT', CLOCK, { now: '2025-06-13T00:00:00.500860', frozen: true })
  expect(await statuses()).toEqual(['held', 'InProgress'])
  await control.expect(200, 'PUT', CLOCK, { now: hold_end_datetime, frozen: true })
  expect(await statuses()).toEqual(['issued', 'InProgress'])
})

describe('on a system clock that runs', () => {
  let now = Date.UTC(2025, 0, 1)
  const open = () =>
    openSites({ store: openStore(':memory:'), clock: { now: () => now++ }, journalSize: 0, journalBytes: 0 })

  test('an operation looks at it once', () => {
    const { clock } = open().create({ seed: 'empty' })
    for (let n = 0; n < 20; n++) {
      const before = now
      expect(clock.advance('PT0S').now).toBe(`${timestampOf(before)}Z`)
      expect(now).toBe(before + 1)
    }
    const before = now
    expect(clock.set({ frozen: true })).toMatchObject({ now: `${timestampOf(before)}Z`, frozen: true })
    expect(clock.set({ frozen: true }).now).toBe(`${timestampOf(before)}Z`)
  })

  test('a clock that was set keeps its microseconds, and stops at the end of the year 9999', () => {
    const { clock } = open().create({ seed: 'empty' })
    clock.set({ now: '2030-01-01T00:00:00.000861', frozen: false })
    expect(clock.now()).toBe('2030-01-01T00:00:00.001861')
    clock.set({ now: '9999-12-31T23:59:59.998', frozen: false })
    now += 1000
    expect(clock.now()).toBe(LAST_TIMESTAMP)
    expect(clock.set({ frozen: true }).now).toBe(`${LAST_TIMESTAMP}Z`)
  })
})

test('no state of a site gets in the way of the list of all', async () => {
  const site = sandbox.sites.create({ seed: 'empty', ttl: 'P7974Y' })
  site.clock.set({ now: LAST_TIMESTAMP, frozen: false })
  await control.expect(400, 'POST', '/sites', { ttl: 'P7975Y' })
  const { sites } = await control.expect(200, 'GET', '/sites')
  expect(sites[1]).toMatchObject({ clock: { now: `${LAST_TIMESTAMP}Z` }, ttl: 'P7974Y' })
})
