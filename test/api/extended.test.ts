import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signRequest } from '../../src/index.ts'
import type { SeedDocument } from '../../src/seed/schema.ts'
import { NOW_SECONDS, testApp } from '../support/app.ts'
import { controlOf } from '../support/control.ts'
import { id, journeyOf, memberOf, nodesOf, participationOf, SITE, seedOf } from '../support/seeds.ts'

const TIME = '2025-01-15T10:33:32.500861'
const extra = { colour: 'red', deep: { x: [1, null, { y: 'z' }] } }

/** Every object of the wire with something that the sandbox does not know. */
function extendedSeed(): SeedDocument {
  const { nodes, connections } = journeyOf(1)
  return seedOf({
    site: { ...SITE, 'x-extra': { page: 1 } },
    journeys: [
      journeyOf(1, {
        'x-extra': { of: 'journey', ...extra },
        'x-answers': {
          getJourneys: { extra: { members: 12 } },
          getJourney: { instead: { status: 'Paused' }, absent: ['created_by'] },
        },
        nodes: nodes.map(node => ({ ...node, 'x-extra': { of: node.name } })),
        connections: connections.map((connection, c) => ({ ...connection, 'x-extra': { weight: c } })),
      }),
      journeyOf(2, { created_at: TIME, 'x-answers': { getJourneys: { left_out: true } } }),
      journeyOf(3, { created_at: TIME, 'x-answers': { getJourney: { left_out: true } } }),
    ],
    members: [
      {
        'x-extra': { total: 1 },
        'x-answers': { getUserJourneysByEmail: { extra: { more: false } } },
        ...memberOf('ann@example.com', extendedParticipation()),
      },
      { 'x-answers': { getMemberJourneys: { left_out: true } }, ...memberOf('bob@example.com') },
    ],
  })
}

const extendedParticipation = () =>
  participationOf(9001, 1, {
    'x-extra': { of: 'participation' },
    'x-answers': {
      getMemberJourneys: { extra: { journey_id: id(1) }, instead: { status: 'Paused' } },
      getUserJourneysByEmail: { absent: ['completed_at', 'updated_at'] },
    },
    events: [{ node_id: nodesOf(1).event, completed_at: TIME, 'x-extra': { of: 'event' } }],
    rewards: [{ node_id: nodesOf(1).reward, 'x-extra': { of: 'reward' } }],
  })

async function asked(seed: SeedDocument) {
  const server = await testApp({ seeds: [seed] })
  const ask = async (path: string, identifier?: string) => {
    const { headers } = signRequest({ ...SITE, identifier, exp: NOW_SECONDS + 60 })
    const response = await server.app.inject({ url: `/api/3.0${path}`, headers })
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8')
    return { status: response.statusCode, text: response.body, json: response.json() }
  }
  return { ...server, ask, control: controlOf(server.app) }
}

describe('What another server answers beyond the contract is served again', () => {
  it('by both operations about journeys, each with what is its own', async () => {
    await using server = await asked(extendedSeed())
    const { journeys: list, ...around } = (await server.ask('/journeys')).json
    expect(around).toEqual({ page: 1 })
    expect(list.map((journey: { id: string }) => journey.id)).toEqual([id(3), id(1)])
    expect(list[1]).toMatchObject({ of: 'journey', ...extra, members: 12, status: 'Published' })
    expect(Object.keys(list[1]).slice(-4)).toEqual(['of', 'colour', 'deep', 'members'])

    const { json: journey } = await server.ask(`/journeys/${id(1)}`, id(1))
    expect(journey).toMatchObject({ of: 'journey', ...extra, status: 'Paused' })
    expect(journey).not.toHaveProperty('members')
    expect(journey).not.toHaveProperty('created_by')
    expect(journey.nodes.map((node: { of: string }) => node.of)).toEqual(['Joins', 'Buys', 'Points'])
    expect(journey.connections.map((connection: { weight: number }) => connection.weight)).toEqual([0, 1])
    expect((await server.ask(`/journeys/${id(2)}`, id(2))).status).toBe(200)
    expect((await server.ask(`/journeys/${id(3)}`, id(3))).json.errorCode).toBe('AC1005')
  })

  it('by both operations about members, each with what is its own', async () => {
    await using server = await asked(extendedSeed())
    const ofUser = (await server.ask('/user_journeys/ann@example.com', 'ann@example.com')).json
    expect(ofUser).toEqual({ journeys: [expect.anything()], total: 1, more: false })
    const [user] = ofUser.journeys
    expect(user).toMatchObject({ of: 'participation', status: 'InProgress', journey_id: id(1) })
    expect(user).not.toHaveProperty('completed_at')
    const ofMember = (await server.ask('/user/ann@example.com/journeys', 'ann@example.com')).json
    expect(ofMember).toEqual({ journeys: [expect.anything()], total: 1 })
    const [member] = ofMember.journeys
    expect(member).toMatchObject({ of: 'participation', status: 'Paused', journey_id: id(1) })
    expect(member.events).toEqual([expect.objectContaining({ name: 'Buys', of: 'event' })])
    expect(member.rewards).toEqual([expect.objectContaining({ name: 'Points', of: 'reward' })])
    expect((await server.ask('/user_journeys/bob@example.com', 'bob@example.com')).status).toBe(200)
    const unknown = await server.ask('/user/bob@example.com/journeys', 'bob@example.com')
    expect(unknown.json.errorCode).toBe('AC1005')
  })

  it('and shows nothing of how it is kept', async () => {
    await using server = await asked(extendedSeed())
    const texts = [
      await server.ask('/journeys'),
      await server.ask(`/journeys/${id(1)}`, id(1)),
      await server.ask('/user_journeys/ann@example.com', 'ann@example.com'),
      await server.ask('/user/ann@example.com/journeys', 'ann@example.com'),
    ]
    for (const { text } of texts) expect(text).not.toContain('x-')
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
      expect.objectContaining({ status: 'blocked', blocked_by: 'return', of: 'reward' }),
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
          Object.assign(seed.members[0]?.participations?.[0]?.events?.[0] ?? {}, { 'x-extra': given })
          await using server = await asked(seed)
          const { text } = await server.ask('/user/ann@example.com/journeys', 'ann@example.com')
          const body = JSON.stringify(given).slice(1, -1)
          const integers = Object.keys(given).some(name => /^\d+$/.test(name))
          if (!integers) expect(text).toContain(`"completed_at":"${TIME}"${body && `,${body}`}}`)
          else expect(JSON.parse(text).journeys[0].events[0]).toMatchObject(given)
        },
      ),
      { numRuns: 40 },
    ))
})

describe('The control plane', () => {
  it('reads it, and puts it back unchanged', async () => {
    await using server = await asked(extendedSeed())
    const { control } = server
    const path = `/sites/${SITE.site_id}`
    const before = await control.expect(200, 'GET', `${path}/data`)
    expect(before.journeys[0]).toMatchObject({ 'x-extra': { of: 'journey' } })
    expect(await control.expect(200, 'PUT', `${path}/data`, before)).toEqual(before)
    for (const part of [`/journeys/${id(1)}`, '/members/ann@example.com']) {
      const one = await control.expect(200, 'GET', path + part)
      expect(await control.expect(200, 'PUT', path + part, one)).toEqual(one)
    }
    expect(await control.expect(200, 'GET', `${path}/data`)).toEqual(before)

    const [journey] = extendedSeed().journeys
    const { 'x-extra': _, 'x-answers': __, ...plain } = journey as SeedDocument['journeys'][number]
    const changed = await control.expect(200, 'PUT', `${path}/journeys/${id(1)}`, plain)
    expect(changed).not.toHaveProperty('x-extra')
    expect((await server.ask(`/journeys/${id(1)}`, id(1))).json.status).toBe('Published')
    await control.expect(200, 'POST', `${path}/reset`)
    expect(await control.expect(200, 'GET', `${path}/data`)).toEqual(before)
  })
})
