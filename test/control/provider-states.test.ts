import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/index.ts'
import { type MemberState, STATE_NAMES } from '../../src/sites/provider-states.ts'

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
  'a blocked member': '400',
  'a member who has opted out': '400',
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

test.each([
  ['a blocked member', 'blocked'],
  ['a member who has opted out', 'opted_out'],
])('"%s" has the status %s', async (state, status) => {
  const site = sandbox.createSite({ seed: 'empty' })
  const { body } = await change({ state, params: { site_id: site.site_id } })
  expect(site.content.member(body.email as string).status).toBe(status)
})

describe('as Pact calls it', () => {
  test('an interaction without a state changes nothing', async () => {
    const site = sandbox.createSite()
    const before = JSON.stringify(site.content.read())
    for (const action of ['setup', 'teardown'])
      expect(await change({ action, params: { site_id: site.site_id }, state: '' })).toEqual({
        status: 200,
        body: {},
      })
    expect(await change({ action: 'setup', params: {}, state: '' })).toEqual({ status: 200, body: {} })
    expect(JSON.stringify(site.content.read())).toBe(before)
    expect(site.snapshots.list()).toEqual([])
  })

  test('params may be null, and a consumer may have its own', async () => {
    for (const params of [null, { colour: 'red', nested: { deep: [1] } }]) {
      expect((await change({ state: 'a journey', params })).status).toBe(200)
      expect((await change({ state: 'a journey', params, action: 'teardown' })).status).toBe(200)
    }
  })

  test('several states of one member combine', async () => {
    const site = sandbox.createSite({ seed: 'empty' })
    const params = { site_id: site.site_id, email: 'pact@example.com' }
    const before = JSON.stringify(site.content.read())
    for (const state of [
      'a member with a held reward',
      'a member who completed a journey',
      'a blocked member',
    ])
      expect((await change({ state, params })).status).toBe(200)
    const { status, participations = [] } = site.content.member(params.email)
    expect([status, participations.map(({ progress_percentage }) => progress_percentage)]).toEqual([
      'blocked',
      ['50.0', '100.0'],
    ])
    await change({ state: 'a blocked member', params, action: 'teardown' })
    expect(JSON.stringify(site.content.read())).toBe(before)
  })

  test('the same journey can be set up twice, for one member and for others', async () => {
    const site = sandbox.createSite({ seed: 'empty' })
    const journey_id = 'DE04A64D-DC40-445F-8351-3DDE7567D5C8'
    const states = ['a journey', 'a member midway through a journey', 'a member with a held reward']
    for (const email of ['ann@example.com', 'bob@example.com'])
      for (const state of states)
        expect(await change({ state, params: { site_id: site.site_id, journey_id, email } })).toMatchObject({
          status: 200,
          body: { journey_id: journey_id.toLowerCase() },
        })
    const { journeys, members } = site.content.read()
    expect(journeys).toHaveLength(1)
    expect(members.map(({ participations }) => participations?.length)).toEqual([1, 1])
  })

  test('a member can be set up in a journey of the seed, where it has the nodes for that', async () => {
    const site = sandbox.createSite()
    const params = { site_id: site.site_id, journey_id: 'de04a64d-dc40-445f-8351-3dde7567d5c8' }
    const { status, body } = await change({ state: 'a member with a held reward', params })
    expect([status, await look(site.site_id, body)]).toEqual([200, '200 InProgress held'])
    site.content.putJourney(params.journey_id.replace('d', 'e'), {
      name: 'Empty',
      status: 'Published',
      nodes: [],
      connections: [],
    })
    const refused = await change({
      state: 'a member with a held reward',
      params: { ...params, journey_id: params.journey_id.replace('d', 'e') },
    })
    expect([refused.status, refused.body.detail]).toEqual([
      400,
      expect.stringContaining('leave journey_id out'),
    ])
  })
})

test('a state that does not exist is refused, and says which do', async () => {
  const { status, body } = await change({ state: 'a unicorn' })
  expect(status).toBe(400)
  expect(body.detail).toContain('a member with a held reward')
})

const memberStates: [MemberState, string][] = [
  ['no journeys', '200'],
  ['a journey just started', '200 InProgress'],
  ['a journey midway', '200 InProgress'],
  ['a completed journey', '200 Completed'],
  ['an expired journey', '200 Expired'],
  ['a held reward', '200 InProgress held'],
  ['a blocked reward', '200 InProgress blocked'],
  ['an issued reward', '200 InProgress issued'],
]

test.each(memberStates)('in process, a member has "%s"', async (state, answer) => {
  const site = sandbox.createSite({ seed: 'empty' })
  const values = site.member('in-process@example.com').has(state)
  expect(values.email).toBe('in-process@example.com')
  expect(await look(site.site_id, values)).toBe(answer)
  expect(site.snapshots.list()).toEqual([])
})

test('in process, the state may be one of a journey that is there, and must exist', () => {
  const site = sandbox.createSite({ seed: 'empty' })
  const { journey_id = '' } = site.member('ann@example.com').has('a held reward')
  expect(site.member('bob@example.com').has('a completed journey', { journey_id }).journey_id).toBe(
    journey_id,
  )
  expect(site.content.read().journeys).toHaveLength(1)
  expect(() => site.member('ann@example.com').has('a hold reward' as MemberState)).toThrow(
    'a member cannot have "a hold reward"; did you mean "a held reward"?',
  )
})
