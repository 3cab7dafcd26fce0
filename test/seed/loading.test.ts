import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSandbox } from '../../src/index.ts'
import { SeedError } from '../../src/seed/issues.ts'
import type { SeedDocument } from '../../src/seed/schema.ts'
import { parseSeed, readSeed } from '../../src/seed/seed.ts'
import { openStore } from '../../src/store/store.ts'
import { testApp } from '../support/app.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
  id,
  journeyOf,
  memberOf,
  nodesOf,
  participationOf,
  recordsOf,
  SITE,
  seedOf,
} from '../support/seeds.ts'

let server: Awaited<ReturnType<typeof testApp>>
beforeAll(async () => {
  server = await testApp({ seeds: [], config: { auth: 'off' } })
})
afterAll(() => server.close())

let siteNumber = 1_000_000
/** What the server answers for a site of its own with this content. */
async function ask(document: SeedDocument, path: string) {
  const site = { ...SITE, site_id: `${++siteNumber}` }
  server.sites.create({ ...site, seed: parseSeed(JSON.stringify({ ...document, site }), 'test seed') })
  const headers = { 'x-annexcloud-site': site.site_id }
  return (await server.app.inject({ url: `/api/3.0${path}`, headers })).json()
}

describe('What a document leaves out', () => {
  const { entry, event, reward } = nodesOf(1)
  const seed = seedOf({
    journeys: [
      {
        id: id(1),
        name: 'Bare',
        status: 'Draft',
        nodes: [
          { id: entry, type: 'entry', name: 'In' },
          { id: event, type: 'event', name: 'Buys' },
          { id: reward, type: 'reward', name: 'Points' },
        ],
        connections: [
          { id: id(2), source_node_id: entry, target_node_id: event },
          { id: id(3), source_node_id: event, target_node_id: reward },
        ],
      },
    ],
    members: [{ email: 'bob@example.com' }, memberOf('ann@example.com', participationOf(9001, 1))],
  })

  it('is the default that the schema names, in a journey', async () => {
    expect(await ask(seed, `/journeys/${id(1)}`)).toEqual({
      id: id(1),
      site_id: expect.any(String),
      multi_template_id: '0',
      name: 'Bare',
      description: '',
      publish_at: null,
      open_ended: true,
      status: 'Draft',
      expired_at: null,
      start_date: null,
      end_date: null,
      created_at: '2025-01-01T00:00:00.000000',
      updated_at: '2025-01-01T00:00:00.000000',
      created_by: null,
      nodes: seed.journeys[0]?.nodes.map((node, n) => ({
        ...node,
        journey_id: id(1),
        config: {},
        position: { x: 200 * n, y: 0 },
      })),
      connections: seed.journeys[0]?.connections.map(connection => ({
        ...connection,
        journey_id: id(1),
        condition: null,
      })),
    })
  })

  it('is the default that the schema names, in a member', async () => {
    expect(await ask(seed, '/user/bob@example.com/journeys')).toEqual({ journeys: [] })
    const { journeys } = await ask(seed, '/user/ann@example.com/journeys')
    const started = '2025-01-15T10:33:32.500861'
    expect(journeys).toMatchObject([
      {
        created_at: started,
        updated_at: started,
        expired_at: null,
        status: 'InProgress',
        events: [],
        rewards: [],
      },
    ])
  })

  it('is when the journey was created, for when it was changed', async () => {
    const created_at = '2025-01-01T00:00:00.000000'
    const dated = seedOf({ journeys: [journeyOf(1, { created_at })] })
    expect(await ask(dated, `/journeys/${id(1)}`)).toMatchObject({ created_at, updated_at: created_at })
  })

  it.each([
    ['an event', { events: [{ node_id: event, completed_at: '2025-02-01T00:00:00.000000' }] }],
    ['its completion', { completed_at: '2025-02-01T00:00:00.000000', progress_percentage: '100.0' }],
    [
      'a blocked reward',
      { rewards: [{ node_id: reward, blocked_by: 'Returns', blocked_at: '2025-02-01T00:00:00.000000' }] },
    ],
  ])('is the latest of its times, for when a participation was changed: %s', async (_what, rest) => {
    const members = [memberOf('ann@example.com', participationOf(9001, 1, rest))]
    const { journeys } = await ask({ ...seed, members }, '/user/ann@example.com/journeys')
    expect(journeys).toMatchObject([{ updated_at: '2025-02-01T00:00:00.000000' }])
  })
})

it('What a document says is what is answered', async () => {
  const journey = journeyOf(1, {
    multi_template_id: '7',
    name: 'Spring \u{1F338}',
    description: 'Ünïcode "quoted"\nand long',
    publish_at: '2025-01-02T00:00:00.000001',
    open_ended: false,
    status: 'Archived',
    start_date: '2025-01-03T00:00:00.000002',
    end_date: '2025-12-31T23:59:59.999999',
    created_at: '2025-01-01T00:00:00.000003',
    updated_at: '2025-01-04T00:00:00.000004',
    created_by: 'Ann',
  })
  const [first, ...others] = journey.nodes
  const nodes = [
    {
      ...(first as (typeof journey.nodes)[0]),
      config: { criteria: { in: [{ var: 'member.email' }, [null, 3.14, 'π']] } },
      position: { x: -1.5, y: 2e3 },
    },
    ...others,
  ]
  const answer = await ask(seedOf({ journeys: [{ ...journey, nodes }] }), `/journeys/${id(1)}`)
  const { nodes: _nodes, connections: _connections, ...said } = journey
  expect(answer).toMatchObject(said)
  expect(answer.nodes[0]).toMatchObject(nodes[0] as object)
})

describe('A seed is', () => {
  it('the demo, whose credentials are well known', () => {
    const demo = readSeed('demo')
    expect(demo.site).toMatchObject({ site_id: '9991331', secret: 'sandbox-secret' })
    expect(demo.members.map(({ email }) => email)).toContain('ann@example.com')
  })

  it('empty: the demo site, with nothing in it', () => {
    expect(readSeed('empty')).toEqual({ site: readSeed('demo').site, journeys: [], members: [] })
  })

  it('a file, also one with a byte order mark', () => {
    using folder = temporaryFolder()
    const text = JSON.stringify(seedOf())
    expect(readSeed(folder.file('seed.json', text))).toEqual(recordsOf(seedOf()))
    expect(readSeed(folder.file('bom.json', `\uFEFF${text}`))).toEqual(recordsOf(seedOf()))
  })

  it.each([
    ['a file that is not there', 'nowhere.json', /^\S+nowhere\.json \/: cannot be read: ENOENT/],
    ['a folder', '', /^\S+ \/: cannot be read: EISDIR/],
  ])('not %s, which is refused in one line', (_what, name, line) => {
    using folder = temporaryFolder()
    const file = folder.file(name)
    expect(() => readSeed(file)).toThrow(SeedError)
    expect(() => readSeed(file)).toThrow(line)
    expect(() => readSeed(file)).not.toThrow(/\n/)
  })
})

describe('A bad seed', () => {
  it('is refused before anything is written, and a good one can follow', async () => {
    using folder = temporaryFolder()
    const db = folder.file('kept.db')
    const seed = folder.file('seed.json', JSON.stringify(seedOf({ members: [memberOf('ann')] })))
    await expect(startSandbox({ db, seed })).rejects.toThrow(SeedError)
    const store = openStore(db)
    expect(store.sites()).toEqual([])
    store.close()

    folder.file('seed.json', JSON.stringify(seedOf()))
    await using sandbox = await startSandbox({ db, seed })
    expect(sandbox.sites().map(({ site_id }) => site_id)).toEqual([SITE.site_id])
  })

  it('lists its issues for programs too', async () => {
    using folder = temporaryFolder()
    const seed = folder.file('seed.json', JSON.stringify({ ...seedOf(), jorneys: [] }))
    await expect(startSandbox({ seed })).rejects.toMatchObject({
      name: 'SeedError',
      issues: [
        { pointer: '/jorneys', message: expect.stringContaining('did you mean "journeys"?'), line: 1 },
      ],
    })
  })
})
