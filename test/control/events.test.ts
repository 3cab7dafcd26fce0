import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readSeed } from '../../src/seed/seed.ts'
import { testApp } from '../support/app.ts'
import { controlOf } from '../support/control.ts'
import { id, journeyOf, SITE, seedOf } from '../support/seeds.ts'

/** Joins by the first purchase; its points are held for two weeks unless the goods are returned; a review completes it. */
const node = (n: number) => id(100 + n)
const journey = journeyOf(1, {
  name: 'Welcome',
  nodes: [
    { id: node(0), type: 'entry', name: 'Joins' },
    {
      id: node(1),
      type: 'event',
      name: 'Buys',
      config: { event: 'purchase', criteria: { '>=': [{ var: 'attributes.amount' }, 40] } },
    },
    {
      id: node(2),
      type: 'reward',
      name: 'Points',
      config: { type: 'points', hold: 'P14D', blocking_events: ['return'] },
    },
    { id: node(3), type: 'action', name: 'Reviews', config: { event: 'review_written', times: 2 } },
    { id: node(4), type: 'badge', name: 'Critic', config: { code: 'critic' } },
  ],
  connections: [0, 1, 2, 3].map(n => ({
    id: id(150 + n),
    source_node_id: node(n),
    target_node_id: node(n + 1),
  })),
})

let sandbox: Awaited<ReturnType<typeof testApp>>
let control: ReturnType<typeof controlOf>
beforeEach(async () => {
  sandbox = await testApp({ seeds: [seedOf({ journeys: [journey], members: [] })] })
  control = controlOf(sandbox.app)
})
afterEach(() => sandbox.close())

const HERE = `/sites/${SITE.site_id}`
const EVENTS = `${HERE}/members/ann@example.com/events`
const post = (event: string, attributes = {}, rest = {}) =>
  control.expect(200, 'POST', EVENTS, { event, attributes, ...rest })
const types = ({ outcomes }: { outcomes: { type: string }[] }) => outcomes.map(({ type }) => type)

async function shown() {
  const headers = sandbox.sites.get(SITE.site_id).headersFor('ann@example.com')
  const response = await sandbox.app.inject({ url: '/api/3.0/user/ann@example.com/journeys', headers })
  const [first] = response.json().journeys
  return (
    first && [
      first.status,
      first.progress_percentage,
      ...first.rewards.map((reward: { status: string }) => reward.status),
    ]
  )
}

test('a member joins, buys, gets a reward held, returns the goods, sees it blocked', async () => {
  expect(await post('purchase', { amount: 10 })).toMatchObject({
    created: true,
    outcomes: [{ type: 'no_effect' }],
  })
  expect(await shown()).toBeUndefined()
  expect(types(await post('purchase', { amount: 40 }))).toEqual(['entered', 'step_completed', 'reward_held'])
  expect(await shown()).toEqual(['InProgress', '50.0', 'held'])
  expect(types(await post('return'))).toEqual(['reward_blocked'])
  expect(await shown()).toEqual(['InProgress', '50.0', 'blocked'])
  await control.expect(200, 'POST', `${HERE}/clock/advance`, { by: 'P30D' })
  expect(await shown()).toEqual(['InProgress', '50.0', 'blocked'])
  expect(types(await post('review_written'))).toEqual(['step_counted'])
  expect(types(await post('review_written'))).toEqual([
    'step_completed',
    'badge_awarded',
    'journey_completed',
  ])
  expect(await shown()).toEqual(['Completed', '100.0', 'blocked', 'issued'])
})

test('a hold ends by the clock of the site, with nothing running', async () => {
  await post('purchase', { amount: 40 })
  await control.expect(200, 'POST', `${HERE}/clock/advance`, { by: 'P14D' })
  expect(await shown()).toEqual(['InProgress', '50.0', 'issued'])
  expect(types(await post('return'))).toEqual(['no_effect'])
})

test('an event without effect has a reason', async () => {
  await post('purchase', { amount: 40 })
  const { outcomes } = await post('purchase', { amount: 40 })
  expect(outcomes[0].message).toContain('Welcome waits for "review_written"')
})

describe('the time of an event', () => {
  test('may lie in the past, but not before the last one', async () => {
    await post('purchase', { amount: 40 }, { at: '2025-05-01T00:00:00.000007' })
    expect(await control.expect(200, 'GET', EVENTS)).toEqual({
      events: [{ event: 'purchase', attributes: { amount: 40 }, at: '2025-05-01T00:00:00.000007' }],
    })
    await control.expect(409, 'POST', EVENTS, { event: 'return', at: '2025-04-30T23:59:59Z' })
    await post('return', {}, { at: '2025-05-01T00:00:01Z' })
  })

  test('does not lie in the future of the site', async () => {
    const { detail } = await control.expect(409, 'POST', EVENTS, {
      event: 'purchase',
      at: '2025-06-01T12:00:01Z',
    })
    expect(detail).toContain('advance')
    await control.expect(404, 'GET', EVENTS)
  })

  test.each([{ event: '' }, {}, { event: 'x', at: 'now' }, { event: 'x', attribute: {} }])(
    '%j is refused',
    async body => {
      await control.expect(400, 'POST', EVENTS, body)
      await control.expect(404, 'GET', EVENTS)
    },
  )
})

describe('a batch', () => {
  const batch = (...events: object[]) => ({ events })

  test('happens in its order, of any members', async () => {
    const { results } = await control.expect(
      200,
      'POST',
      `${HERE}/events`,
      batch(
        { email: 'ann@example.com', event: 'purchase', attributes: { amount: 50 } },
        { email: 'bob@example.com', event: 'purchase', attributes: { amount: 1 } },
        { email: 'ANN@example.com', event: 'return' },
      ),
    )
    expect(results.map(types)).toEqual([
      ['entered', 'step_completed', 'reward_held'],
      ['no_effect'],
      ['reward_blocked'],
    ])
  })

  test('happens whole or not at all, and names the event that cannot be', async () => {
    const { detail } = await control.expect(
      409,
      'POST',
      `${HERE}/events`,
      batch(
        { email: 'ann@example.com', event: 'purchase', at: '2025-05-02T00:00:00Z' },
        { email: 'ann@example.com', event: 'return', at: '2025-05-01T00:00:00Z' },
      ),
    )
    expect(detail).toContain('/events/1')
    await control.expect(404, 'GET', EVENTS)
  })

  test('of 10,000 events is taken, and of one more is not', async () => {
    const events = Array.from({ length: 10_001 }, (_, n) => ({
      email: `m${n % 500}@example.com`,
      event: 'purchase',
      attributes: { amount: n },
    }))
    await control.expect(400, 'POST', `${HERE}/events`, { events })
    const { results } = await control.expect(200, 'POST', `${HERE}/events`, { events: events.slice(1) })
    expect(results).toHaveLength(10_000)
    expect(await control.expect(200, 'GET', HERE)).toMatchObject({ members: 500 })
  })
})

describe('the history', () => {
  test('is part of the data, of snapshots and of what a reset takes away', async () => {
    const data = () => control.expect(200, 'GET', `${HERE}/data`)
    const empty = await data()
    await post('purchase', { amount: 40 })
    const lived = await data()
    expect(lived.members[0].history).toHaveLength(1)
    await control.expect(201, 'PUT', `${HERE}/snapshots/lived`)
    await control.expect(200, 'POST', `${HERE}/reset`)
    expect(await data()).toEqual(empty)
    await control.expect(204, 'POST', `${HERE}/snapshots/lived/restore`)
    expect(await data()).toEqual(lived)
    await control.expect(200, 'PUT', `${HERE}/data`, lived)
    expect(await data()).toEqual(lived)
    expect(types(await post('return'))).toEqual(['reward_blocked'])
  })

  test('gives the result for a member, alone', async () => {
    await post('purchase', { amount: 40 }, { at: '2025-05-20T00:00:00.000000' })
    await post('return', {}, { at: '2025-05-21T00:00:00.000000' })
    const lived = await control.expect(200, 'GET', `${HERE}/members/ann@example.com`)
    await control.expect(204, 'DELETE', `${HERE}/members/ann@example.com`)
    await control.expect(201, 'PUT', `${HERE}/members/ann@example.com`, { history: lived.history })
    expect(await control.expect(200, 'GET', `${HERE}/members/ann@example.com`)).toEqual(lived)
    const { participations: _participations, ...told } = lived
    const document = await control.expect(200, 'GET', `${HERE}/data`)
    await control.expect(200, 'PUT', `${HERE}/data`, { ...document, members: [told] })
    expect(await control.expect(200, 'GET', `${HERE}/members/ann@example.com`)).toEqual(lived)
  })

  test('out of order is refused', async () => {
    const history = [
      { event: 'purchase', at: '2025-05-02T00:00:00.000000' },
      { event: 'return', at: '2025-05-01T00:00:00.000000' },
    ]
    const { errors } = await control.expect(400, 'PUT', `${HERE}/members/ann@example.com`, { history })
    expect(errors[0].pointer).toBe('/history/1/at')
  })
})

test('criteria may ask about the member', async () => {
  const gold = { '==': [{ var: 'member.attributes.tier' }, 'gold'] }
  const [entry, ...rest] = journey.nodes
  const nodes = [{ ...entry, config: { criteria: gold } }, ...rest]
  await control.expect(200, 'PUT', `${HERE}/journeys/${id(1)}`, { ...journey, nodes })
  expect(types(await post('purchase', { amount: 40 }))).toEqual(['no_effect'])
  await control.expect(200, 'PUT', `${HERE}/members/ann@example.com`, { attributes: { tier: 'gold' } })
  expect(types(await post('purchase', { amount: 40 }))[0]).toBe('entered')
})

test('in the same process it reads like a story', () => {
  const site = sandbox.sites.get(SITE.site_id)
  const { outcomes } = site.member('ann@example.com').did('purchase', { amount: 40 })
  expect(outcomes.at(-1)?.type).toBe('reward_held')
})

test('members of the demo can go on from where they stand', async () => {
  const demo = sandbox.sites.create({ seed: 'demo' })
  demo.clock.set({ now: '2026-01-01T00:00:00Z' })
  for (const { email } of readSeed('demo').members) {
    const { outcomes } = demo.member(email).did('an event that no journey waits for')
    expect(outcomes.map(({ type }) => type)).toEqual(['no_effect'])
  }
})
