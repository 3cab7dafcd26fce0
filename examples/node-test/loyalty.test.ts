import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { type Sandbox, type SandboxSite, startSandbox } from 'journeys-sandbox'
import { type LoyaltyClient, loyaltyClient } from '../loyalty-client.cjs'

// Members of the demo seed.
const STARTED = 'started@example.com'
const HELD = 'held@example.com'

let sandbox: Sandbox
let site: SandboxSite
let client: LoyaltyClient

// One sandbox per file, and one site per test: no test sees another's state.
before(async () => {
  sandbox = await startSandbox()
})
after(() => sandbox.close())
beforeEach(() => {
  site = sandbox.createSite({ seed: 'demo' })
  client = loyaltyClient({ baseUrl: sandbox.url, siteId: site.site_id, secret: site.secret })
})
afterEach(() => sandbox.removeSite(site.site_id))

test('a member of the demo data', async () => {
  const journeys = await client.journeysOf(STARTED)
  assert.deepEqual(
    journeys.map(({ status }) => status),
    ['InProgress'],
  )
})

test('a reward is held until its hold has ended', async () => {
  const [reward] = await client.heldRewards(HELD)
  assert.equal(reward?.status, 'held')

  site.clock.set({ now: reward.hold_end_datetime as string, frozen: true })
  site.clock.advance('PT1S')

  assert.deepEqual(await client.heldRewards(HELD), [])
})

test('one failure is tried again', async () => {
  site.faults.add({ times: 1, fault: { kind: 'status', status: 503 } })

  assert.equal((await client.journeysOf(STARTED)).length, 1)
  assert.deepEqual(
    site.requests.list().map(({ status }) => status),
    [200, 503],
  )
})

test('the journal has what the client sent', async () => {
  await client.journeysOf(STARTED)

  assert.equal(site.requests.count({ operation: 'getMemberJourneys', email: STARTED }), 1)
  const [request] = site.requests.list()
  assert.partialDeepStrictEqual(request?.token?.claims, { sub: 'loyalty-app', site_id: site.site_id })
})

test('the journal says why a client was refused', async () => {
  const other = loyaltyClient({ baseUrl: sandbox.url, siteId: site.site_id, secret: 'another' })

  await assert.rejects(other.journeysOf(STARTED), /it answered 401/)
  assert.equal(site.requests.list()[0]?.authentication?.ok, false)
})
