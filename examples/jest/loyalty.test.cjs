const { startSandbox } = require('journeys-sandbox')
const { loyaltyClient } = require('../loyalty-client.cjs')

// Members of the demo seed.
const STARTED = 'started@example.com'
const HELD = 'held@example.com'

let sandbox
let site
let client

// One sandbox per file, and one site per test: no test sees another's state.
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())
beforeEach(() => {
  site = sandbox.createSite({ seed: 'demo' })
  client = loyaltyClient({ baseUrl: sandbox.url, siteId: site.site_id, secret: site.secret })
})
afterEach(() => sandbox.removeSite(site.site_id))

test('a member of the demo data', async () => {
  const journeys = await client.journeysOf(STARTED)
  expect(journeys.map(({ status }) => status)).toEqual(['InProgress'])
})

test('a reward is held until its hold has ended', async () => {
  const [reward] = await client.heldRewards(HELD)
  expect(reward.status).toBe('held')

  site.clock.set({ now: reward.hold_end_datetime, frozen: true })
  site.clock.advance('PT1S')

  expect(await client.heldRewards(HELD)).toEqual([])
})

test('one failure is tried again', async () => {
  site.faults.add({ times: 1, fault: { kind: 'status', status: 503 } })

  expect(await client.journeysOf(STARTED)).toHaveLength(1)
  expect(site.requests.list().map(({ status }) => status)).toEqual([200, 503])
})

test('the journal has what the client sent', async () => {
  await client.journeysOf(STARTED)

  expect(site.requests.count({ operation: 'getMemberJourneys', email: STARTED })).toBe(1)
  const [request] = site.requests.list()
  expect(request.token.claims).toMatchObject({ sub: 'loyalty-app', site_id: site.site_id })
})

test('the journal says why a client was refused', async () => {
  const other = loyaltyClient({ baseUrl: sandbox.url, siteId: site.site_id, secret: 'another' })

  await expect(other.journeysOf(STARTED)).rejects.toThrow('it answered 401')
  expect(site.requests.list()[0].authentication).toMatchObject({ ok: false, check: 'signature' })
})

// The sandbox answers under fake timers. Start it before, and restore the timers before it is closed.
test('requests are answered under fake timers', async () => {
  jest.useFakeTimers()
  try {
    expect(await client.journeysOf(STARTED)).toHaveLength(1)
  } finally {
    jest.useRealTimers()
  }
})
