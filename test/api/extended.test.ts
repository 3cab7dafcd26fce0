import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signRequest } from '../../src/index.ts'
import type { SeedDocument } from '../../src/seed/schema.ts'
import { NOW_SECONDS, testApp } from '../support/app.ts'
import { controlOf } from '../support/control.ts'
import { id, journeyOf, memberOf, nodesOf, participationOf, SITE, seedOf } from '../support/seeds.ts'

const TIME = '2025-01-15T10:33:32.500861'
const extra = { colour: 'red', deep: { x: [1, null, { y: 'z' }] } }

/** Every object of the wire with properties that the contract does not have, and some with other values. */
function extendedSeed(): SeedDocument {
  const { nodes, connections } = journeyOf(1)
  return seedOf({
    site: { ...SITE, extra: { page: 1 } },
    journeys: [
      journeyOf(1, {
        extra: { of: 'journey', ...extra, status: 'Paused' },
        nodes: nodes.map(node => ({ ...node, extra: { of: node.name } })),
        connections: connections.map((connection, c) => ({ ...connection, extra: { weight: c } })),
      }),
      journeyOf(2, { created_at: TIME, extra: { nodes: 'none' } }),
    ],
    members: [
      { ...memberOf('ann@example.com', extendedParticipation()), extra: { total: 1 } },
      { ...memberOf('bob@example.com'), extra: { journeys: null } },
    ],
  })
}

const extendedParticipation = () =>
  participationOf(9001, 1, {
    extra: { of: 'participation', status: 'Paused', completed_at: 'never', events_left: 2 },
    events: [{ node_id: nodesOf(1).event, completed_at: TIME, extra: { of: 'event', type: 'click' } }],
    rewards: [{ node_id: nodesOf(1).reward, extra: { of: 'reward', blocked_by: 'nobody' } }],
  })

async function asked(seed: SeedDocument) {
  const server = await testApp({ seeds: [seed], validated: false })
  const ask = async (path: string, identifier?: string) => {
    const { headers } = signRequest({ ...SITE, identifier, exp: NOW_SECONDS + 60 })
    const response = await server.app.inject({ url: `/api/3.0${path}`, headers })
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8')
    return { status: response.statusCode, text: response.body, json: response.json() }
  }
  return { ...server, ask, control: controlOf(server.app) }
}

describe('What a seed has under extra is served', () => {
  it('by both operations about journeys', async () => {
    await using server = await asked(extendedSeed())
    const { journeys: list, ...around } = (await server.ask('/journeys')).json
    expect(around).toEqual({ page: 1 })
    expect(list[0]).toMatchObject({ of: 'journey', ...extra, status: 'Paused', name: 'Journey 1' })
    expect(Object.keys(list[0]).slice(-3)).toEqual(['of', 'colour', 'deep'])
    const { json: journey } = await server.ask(`/journeys/${id(1)}`, id(1))
    expect(journey).toMatchObject({ of: 'journey', ...extra, status: 'Paused' })
    expect(journey.nodes.map((node: { of: string }) => node.of)).toEqual(['Joins', 'Buys', 'Points'])
    expect(journey.connections.map((connection: { weight: number }) => connection.weight)).toEqual([0, 1])
  })

  it('by both operations about members', async () => {
    await using server = await asked(extendedSeed())
    const ofUser = (await server.ask('/user_journeys/ann@example.com', 'ann@example.com')).json
    expect(ofUser).toEqual({ journeys: [expect.anything()], total: 1 })
    const shared = { of: 'participation', status: 'Paused', events_left: 2 }
    expect(ofUser.journeys[0]).toMatchObject({ ...shared, journey_id: id(1), completed_at: 'never' })
    const ofMember = (await server.ask('/user/ann@example.com/journeys', 'ann@example.com')).json
    expect(ofMember).toEqual({ journeys: [expect.anything()], total: 1 })
    const [member] = ofMember.journeys
    expect(member).toMatchObject(shared)
    expect(member.events).toEqual([expect.objectContaining({ name: 'Buys', of: 'event', type: 'click' })])
    expect(member.rewards).toEqual([expect.objectContaining({ of: 'reward', blocked_by: 'nobody' })])
    expect((await server.ask('/user/bob@example.com/journeys', 'bob@example.com')).json).toEqual({
      journeys: null,
    })
  })

  it('where the contract has a name for one operation only, by that operation only', async () => {
    await using server = await asked(extendedSeed())
    const { journeys } = (await server.ask('/journeys')).json
    expect(journeys[0]).not.toHaveProperty('nodes')
    expect((await server.ask(`/journeys/${id(2)}`, id(2))).json.nodes).toBe('none')
    const ofMember = (await server.ask('/user/ann@example.com/journeys', 'ann@example.com')).json
    expect(ofMember.journeys[0]).not.toHaveProperty('completed_at')
  })

  it('and stays when the member moves on, or a held reward is blocked', async () => {
    const seed = extendedSeed()
    const [journey] = seed.journeys as [SeedDocument['journeys'][number]]
    journey.nodes = journey.nodes.map(node => {
      if (node.type === 'event') return { ...node, config: { event: 'purchase' } }
      return node.type === 'reward'
        ? { ...node, config: { type: 'points', blocking_events: ['return'] } }
        : node
    })
    const [participation] = seed.members[0]?.participations ?? []
    Object.assign(participation?.rewards?.[0] ?? {}, {
      hold_start_datetime: TIME,
      hold_end_datetime: '2099-01-01T00:00:00.000000',
    })
    await using server = await asked(seed)
    server.sites.get(SITE.site_id).member('ann@example.com').did('return')
    const { json } = await server.ask('/user/ann@example.com/journeys', 'ann@example.com')
    expect(json.journeys[0].rewards).toEqual([
      expect.objectContaining({ status: 'blocked', blocked_by: 'nobody', of: 'reward' }),
    ])
    expect(json.journeys[0]).toMatchObject({ of: 'participation', status: 'Paused' })
  })

  it('whatever it is named and holds, in the order it was given', () =>
    fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc.string().filter(name => !['id', 'name', 'type'].includes(name)),
          fc.jsonValue({ maxDepth: 2 }),
          { noNullPrototype: true },
        ),
        async generated => {
          const given = JSON.parse(JSON.stringify(generated)) as Record<string, unknown>
          const known = ['node_id', 'status', 'completed_at']
          fc.pre(!known.some(name => Object.hasOwn(given, name)))
          const seed = extendedSeed()
          Object.assign(seed.members[0]?.participations?.[0]?.events?.[0] ?? {}, { extra: given })
          await using server = await asked(seed)
          const { text } = await server.ask('/user/ann@example.com/journeys', 'ann@example.com')
          const body = JSON.stringify(given).slice(1, -1)
          const integers = Object.keys(given).some(name => /^\d+$/.test(name))
          if (!integers) expect(text).toContain(`"completed_at":"${TIME}"${body && `,${body}`}}`)
          else expect(JSON.parse(text).journeys[0].events[0]).toMatchObject(given)
        },
      ),
      { numRuns: 20 },
    ))
})

describe('The control API', () => {
  it('reads it, and puts it back unchanged', async () => {
    await using server = await asked(extendedSeed())
    const { control } = server
    const path = `/sites/${SITE.site_id}`
    const before = await control.expect(200, 'GET', `${path}/data`)
    expect(before.journeys[0]).toMatchObject({ extra: { of: 'journey' } })
    expect(await control.expect(200, 'PUT', `${path}/data`, before)).toEqual(before)
    for (const part of [`/journeys/${id(1)}`, '/members/ann@example.com']) {
      const one = await control.expect(200, 'GET', path + part)
      expect(await control.expect(200, 'PUT', path + part, one)).toEqual(one)
    }
    expect(await control.expect(200, 'GET', `${path}/data`)).toEqual(before)

    const [journey] = extendedSeed().journeys
    const { extra: _, ...plain } = journey as SeedDocument['journeys'][number]
    const changed = await control.expect(200, 'PUT', `${path}/journeys/${id(1)}`, plain)
    expect(changed).not.toHaveProperty('extra')
    expect((await server.ask(`/journeys/${id(1)}`, id(1))).json.status).toBe('Published')
    await control.expect(200, 'POST', `${path}/reset`)
    expect(await control.expect(200, 'GET', `${path}/data`)).toEqual(before)
  })
})
