import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type LoyaltyClient, loyaltyClient } from '../loyalty-client.cjs'

const IMAGE = process.env.SANDBOX_IMAGE ?? 'ghcr.io/your-organisation/journeys-sandbox:0.1.0'

interface Site {
  site_id: string
  secret: string
}

let container: StartedTestContainer
let origin: string
let site: Site
let client: LoyaltyClient

// One container per file, and one site per test: no test sees another's state.
beforeAll(async () => {
  container = await new GenericContainer(IMAGE)
    .withExposedPorts(4300)
    .withWaitStrategy(Wait.forHttp('/_sandbox/health', 4300))
    .start()
  origin = `http://${container.getHost()}:${container.getMappedPort(4300)}`
})
afterAll(() => container.stop())

/** A call of the control API. */
async function control(method: string, path: string, body: object = {}): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json' }
  const response = await fetch(`${origin}/_sandbox${path}`, { method, headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(await response.text())
  return response.json()
}

beforeEach(async () => {
  // A site that is not removed after the test expires when it is idle.
  site = (await control('POST', '/sites', { seed: 'demo', ttl: 'PT1H' })) as Site
  client = loyaltyClient({ baseUrl: `${origin}/api/3.0`, siteId: site.site_id, secret: site.secret })
})

test('a member of the demo data', async () => {
  expect(await client.journeysOf('started@example.com')).toMatchObject([{ status: 'InProgress' }])
})

test('one failure is tried again', async () => {
  const fault = { kind: 'status', status: 503 }
  await control('POST', `/sites/${site.site_id}/faults`, { times: 1, fault })

  expect(await client.journeysOf('started@example.com')).toHaveLength(1)
  expect(await control('GET', `/sites/${site.site_id}/requests/count`)).toMatchObject({ count: 2 })
})
