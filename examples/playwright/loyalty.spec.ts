import { expect, test } from '@playwright/test'
import { type Sandbox, type SandboxSite, startSandbox } from 'journeys-sandbox'

// Members of the demo seed.
const STARTED = 'started@example.com'
const HELD = 'held@example.com'

let sandbox: Sandbox
let site: SandboxSite

// One sandbox per file, and one site per test: no test sees another's state.
test.beforeAll(async () => {
  sandbox = await startSandbox()
})
test.afterAll(() => sandbox.close())
test.beforeEach(() => {
  site = sandbox.createSite({ seed: 'demo' })
})
test.afterEach(() => sandbox.removeSite(site.site_id))

/** A signed request for a member's journeys, as Playwright's `request` sends it. */
const journeysOf = (email: string): [url: string, options: { headers: Record<string, string> }] => [
  `${sandbox.url}/user/${encodeURIComponent(email)}/journeys`,
  { headers: site.headersFor(email) },
]

test('a member of the demo data', async ({ request }) => {
  const response = await request.get(...journeysOf(STARTED))
  await expect(response).toBeOK()
  expect(await response.json()).toMatchObject({ journeys: [{ status: 'InProgress' }] })
})

test('a reward is held until its hold has ended', async ({ request }) => {
  const rewardOf = async () => (await (await request.get(...journeysOf(HELD))).json()).journeys[0].rewards[0]
  const reward = await rewardOf()
  expect(reward.status).toBe('held')

  site.clock.set({ now: reward.hold_end_datetime, frozen: true })
  site.clock.advance('PT1S')

  expect((await rewardOf()).status).toBe('issued')
})

test('one failure, and then the answer', async ({ request }) => {
  site.faults.add({ times: 1, fault: { kind: 'status', status: 503 } })

  expect((await request.get(...journeysOf(STARTED))).status()).toBe(503)
  expect((await request.get(...journeysOf(STARTED))).status()).toBe(200)
})

test('the journal has what was sent', async ({ request }) => {
  await request.get(...journeysOf(STARTED))

  expect(site.requests.count({ operation: 'getMemberJourneys', email: STARTED })).toBe(1)
})

test('the journal says why a request was refused', async ({ request }) => {
  const [url] = journeysOf(STARTED)
  const [, options] = journeysOf(HELD)

  expect((await request.get(url, options)).status()).toBe(401)
  expect(site.requests.list()[0]?.authentication).toMatchObject({ ok: false, check: 'hmac' })
})
