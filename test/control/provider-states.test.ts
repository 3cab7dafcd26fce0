import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/index.ts'
import { STATE_NAMES } from '../../src/sites/provider-states.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ logLevel: 'silent' })
})
afterAll(() => sandbox.close())

const change = async (body: unknown) => {
  const response = await fetch(`${sandbox.origin}/_sandbox/provider-states`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}

/** What the API answers about a member or journey in a state. */
async function look(site_id: string, { email, journey_id }: Record<string, string>) {
  const site = sandbox.sites().find(candidate => candidate.site_id === site_id)
  const path = email ? `/user/${email}/journeys` : journey_id ? `/journeys/${journey_id}` : '/journeys'
  const response = await fetch(`${sandbox.url}${path}`, {
    headers: site?.headersFor(email ?? journey_id) ?? {},
  })
  const body = (await response.json()) as { journeys?: { status: string; rewards: { status: string }[] }[] }
  const [first] = body.journeys ?? []
  return [response.status, first?.status, first?.rewards?.[0]?.status].filter(Boolean).join(' ')
}

const expected: Record<string, string> = {
  'a journey': '200',
  'no such journey': '404',
  'no such member': '404',
  'a member without journeys': '200',
  'a member who has just started a journey': '200 InProgress',
  'a member midway through a journey': '200 InProgress',
  'a member who completed a journey': '200 Completed',
  'a member with an expired journey': '200 Expired',
  'a member with a held reward': '200 InProgress held',
  'a member with a blocked reward': '200 InProgress blocked',
  'a member with an issued reward': '200 InProgress issued',
  'the API is down': '503',
  'the API limits the rate': '429',
  'the API is slow': '200',
}

test('every state is tested', () => {
  expect(STATE_NAMES).toEqual(Object.keys(expected))
})

test.each(Object.entries(expected))(
  '"%s" is set up, so that the API answers %s, and torn down',
  async (state, answer) => {
    const site = sandbox.createSite({ seed: 'empty' })
    const before = JSON.stringify([site.content.read(), site.faults.list(), site.snapshots.list()])
    const { status, body } = await change({
      consumer: 'a test',
      state,
      params: { site_id: site.site_id },
      action: 'setup',
    })
    expect(status).toBe(200)
    expect((await look(site.site_id, body)).startsWith(answer)).toBe(true)
    expect((await change({ state, params: { site_id: site.site_id }, action: 'teardown' })).status).toBe(200)
    expect(JSON.stringify([site.content.read(), site.faults.list(), site.snapshots.list()])).toBe(before)
  },
)

test('a state is made for the email that is asked for, and for the first site', async () => {
  const email = 'pact@example.com'
  const { body } = await change({ state: 'a member with a held reward', params: { email } })
  expect(body).toMatchObject({ site_id: '9991331', email })
  expect(await look('9991331', { email })).toBe('200 InProgress held')
  await change({ state: 'a member with a held reward', action: 'teardown' })
  expect(await look('9991331', { email })).toBe('404')
})

test('several states at once are all torn down', async () => {
  const site = sandbox.createSite({ seed: 'empty' })
  const params = { site_id: site.site_id }
  await change({ state: 'a journey', params })
  await change({ state: 'the API is down', params })
  for (const state of ['a journey', 'the API is down']) await change({ state, params, action: 'teardown' })
  expect(site.content.read().journeys).toEqual([])
  expect(site.faults.list()).toEqual([])
})

test('a reset ends all states, and what comes after it is not undone by a late teardown', async () => {
  const site = sandbox.createSite({ seed: 'empty' })
  const params = { site_id: site.site_id }
  await change({ state: 'a journey', params })
  site.reset()
  site.content.putMember('kept@example.com', {})
  await change({ state: 'a journey', params, action: 'teardown' })
  await change({ state: 'a journey', params })
  await change({ state: 'a journey', params, action: 'teardown' })
  expect(site.content.read().members.map(({ email }) => email)).toEqual(['kept@example.com'])
})

test('a state that does not exist is refused, and says which do', async () => {
  const { status, body } = await change({ state: 'a unicorn' })
  expect(status).toBe(400)
  expect(body.detail).toContain('a member with a held reward')
})
