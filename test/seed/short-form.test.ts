import { describe, expect, it } from 'vitest'
import { checkSeed } from '../../src/seed/check.ts'
import type { SeedRecords } from '../../src/seed/schema.ts'
import type { SeedInput } from '../../src/seed/schema-input.ts'
import { parseSeed } from '../../src/seed/seed.ts'
import { toTimestamp } from '../../src/seed/times.ts'
import { id } from '../support/seeds.ts'

const NOW = '2026-03-01T12:00:00.500000'

const expanded = (seed: SeedInput): SeedRecords => {
  const { issues, value } = checkSeed(seed, NOW)
  expect(issues).toEqual([])
  return value as SeedRecords
}
const issuesOf = (seed: unknown): string[] =>
  checkSeed(seed, NOW).issues.map(({ pointer, message }) => `${pointer || '/'}: ${message}`)

type Journey = NonNullable<SeedInput['journeys']>[number]
type Nodes = NonNullable<Journey['nodes']>
const journeyOf = (rest: Partial<Journey>): SeedRecords['journeys'][number] =>
  expanded({ journeys: [{ name: 'J', ...rest }] }).journeys[0] as SeedRecords['journeys'][number]

const CHAIN: Nodes = [
  { type: 'entry', name: 'In' },
  { type: 'event', name: 'Buys', event: 'purchase' },
  { type: 'exit', name: 'Out' },
]
const FORK: Nodes = [
  { type: 'entry', name: 'In' },
  { type: 'condition', name: 'How much?', id: 'how-much' },
  { type: 'badge', name: 'Gold', id: 'gold', code: 'gold' },
  { type: 'badge', name: 'Tin', code: 'tin' },
  { type: 'exit', name: 'Out' },
]
const RULE = { '>=': [{ var: 'attributes.amount' }, 150] }
const UUID_4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** The connections of a journey by the names of their ends. */
function arrowsOf({ nodes, connections }: SeedRecords['journeys'][number]): string[] {
  const nameOf = (id: string) => nodes.find(node => node.id === id)?.name
  return connections.map(
    ({ source_node_id, target_node_id, condition }) =>
      `${nameOf(source_node_id)} > ${nameOf(target_node_id)}${condition === null ? '' : ` if ${condition}`}`,
  )
}

describe('What the short form leaves out', () => {
  it('is a site of the demo without anything in it, at the least', () => {
    expect(expanded({})).toEqual({
      site: { site_id: '9991331', name: 'demo-site', secret: 'sandbox-secret' },
      journeys: [],
      members: [],
    })
  })

  it('is, in a journey, published at one fixed instant, and each node leads to the next', () => {
    const journey = journeyOf({ nodes: CHAIN })
    const instant = '2025-01-01T00:00:00.000000'
    expect(journey).toMatchObject({
      multi_template_id: '0',
      name: 'J',
      description: '',
      publish_at: instant,
      open_ended: true,
      status: 'Published',
      start_date: null,
      end_date: null,
      created_at: instant,
      updated_at: instant,
      created_by: null,
    })
    expect(journey.nodes.map(({ type, config, position }) => ({ type, config, position }))).toEqual([
      { type: 'entry', config: {}, position: { x: 0, y: 0 } },
      { type: 'event', config: { event: 'purchase' }, position: { x: 200, y: 0 } },
      { type: 'exit', config: {}, position: { x: 400, y: 0 } },
    ])
    expect(arrowsOf(journey)).toEqual(['In > Buys', 'Buys > Out'])
  })

  it('is no date of publication, for a draft', () => {
    expect(journeyOf({ status: 'Draft' }).publish_at).toBeNull()
    expect(journeyOf({ publish_at: null }).publish_at).toBeNull()
  })

  it('are times a microsecond apart, in the order of the document', () => {
    const { journeys, members } = expanded({
      journeys: [{ name: 'A', nodes: CHAIN }, { name: 'B', created_at: '2024-05-01' }, { name: 'C' }],
      members: [
        { email: 'ann@example.com', events: [{ event: 'purchase' }, { event: 'return' }] },
        { email: 'bob@example.com', events: [{ event: 'purchase', at: '2026-01-01' }, { event: 'return' }] },
      ],
    })
    expect(journeys.map(({ created_at }) => created_at)).toEqual([
      '2025-01-01T00:00:00.000000',
      '2024-05-01T00:00:00.000000',
      '2025-01-01T00:00:00.000001',
    ])
    expect(members.map(({ history }) => history.map(({ at }) => at))).toEqual([
      ['2025-01-01T00:00:00.000002', '2025-01-01T00:00:00.000003'],
      ['2026-01-01T00:00:00.000000', '2026-01-01T00:00:00.000001'],
    ])
  })
})

describe('The settings of a node', () => {
  it('are written beside its name, and a reward’s type is its reward', () => {
    const nodes: Nodes = [
      { type: 'entry', name: 'In', criteria: RULE },
      { type: 'action', name: 'Reviews', event: 'reviewed', criteria: RULE, times: 2 },
      {
        type: 'reward',
        name: 'Big',
        reward: 'coupon',
        amount: 20,
        hold: 'P14D',
        blocking_events: ['return'],
      },
      { type: 'badge', name: 'Star', code: 'star' },
    ]
    expect(journeyOf({ nodes }).nodes.map(({ config }) => config)).toEqual([
      { criteria: RULE },
      { event: 'reviewed', criteria: RULE, times: 2 },
      { type: 'coupon', amount: 20, hold: 'P14D', blocking_events: ['return'] },
      { code: 'star' },
    ])
  })

  it('may be in config, as in the long form, but not in both', () => {
    const config = { event: 'reviewed' }
    const [, node] = journeyOf({ nodes: [CHAIN[0] as Nodes[0], { type: 'action', name: 'R', config }] }).nodes
    expect(node?.config).toEqual(config)
    const both = [
      { type: 'entry', name: 'In' },
      { type: 'action', name: 'R', event: 'a', config },
    ]
    expect(issuesOf({ journeys: [{ name: 'J', nodes: both }] })).toEqual([
      '/journeys/0/nodes/1/event: is also in config; leave one of the two out',
    ])
  })

  it.each<[object, string]>([
    [{ type: 'event', name: 'X', times: 2 }, 'event: is missing'],
    [{ type: 'reward', name: 'X', amount: 2 }, 'reward: is missing'],
    [
      { type: 'reward', name: 'X', reward: 'a', hold: '14 days' },
      'hold: "14 days" is not a duration; write P14D',
    ],
    [{ type: 'reward', name: 'X', reward: 'a', hold: 36 }, 'hold: 36 is not a duration; write P36D'],
    [{ type: 'reward', name: 'X', reward: 'a', hold: 'P0D' }, 'hold: lasts no time; leave it out'],
    [
      { type: 'reward', name: 'X', reward: 'a', hold: 'long' },
      'hold: "long" is not a duration; write it like P14D, which is 14 days, or PT36H, 36 hours',
    ],
    [
      { type: 'entry', name: 'X', criteria: 'amount > 5' },
      'criteria: "amount > 5" is not a rule of JSON Logic, such as {">=": [{"var": "attributes.amount"}, 50]}',
    ],
    [
      { type: 'entry', name: 'X', criteria: { and: [], or: [] } },
      'criteria: has 2 operators; a rule has one',
    ],
    [{ type: 'acton', name: 'X' }, 'type: "acton" is unknown; did you mean "action"?'],
    [{ name: 'X' }, 'type: is missing; there are entry, event, action, condition, reward, badge, exit'],
    [{ type: 'badge', name: 'X', kode: 'x' }, 'kode: is not a known property here; did you mean "code"?'],
    [{ type: 'action', name: 'X', event: '' }, 'event: is empty'],
    [{ type: 'event', name: 'X', event: 'a', times: 0 }, 'times: 0 is not a whole number from 1 to 1000000'],
  ])('are refused where they are written: %j', (node, line) => {
    const nodes = [CHAIN[0], node]
    expect(issuesOf({ journeys: [{ name: 'J', nodes }] })).toEqual([`/journeys/0/nodes/1/${line}`])
  })
})

describe('Connections', () => {
  it('name nodes by id or name, fan out by lists, and say when they are taken', () => {
    const journey = journeyOf({
      nodes: FORK,
      connections: [
        { from: 'In', to: 'how-much' },
        { from: 'how-much', to: 'gold', when: RULE },
        { from: 'How much?', to: 'Tin', else: true },
        { from: ['gold', 'Tin'], to: ['Out'] },
      ],
    })
    expect(arrowsOf(journey)).toEqual([
      'In > How much?',
      `How much? > Gold if ${JSON.stringify(RULE)}`,
      'How much? > Tin if else',
      'Gold > Out',
      'Tin > Out',
    ])
  })

  const fork = (...connections: object[]) =>
    issuesOf({
      journeys: [{ name: 'J', nodes: FORK, connections: [{ from: 'In', to: 'how-much' }, ...connections] }],
    })
  const GOOD = [
    { from: 'how-much', to: 'gold', when: RULE },
    { from: 'how-much', to: 'Tin', else: true },
    { from: 'gold', to: 'Out' },
  ]

  it.each<[string, object, string]>([
    [
      'to a node that is not there',
      { from: 'Tin', to: 'Gould' },
      'to: no node "Gould" in this journey; did you mean "Gold"?',
    ],
    [
      'to a list of which one is not there',
      { from: 'Tin', to: ['Out', 'x'] },
      'to/1: no node "x" in this journey; there are In, How much?, how-much, Gold, gold, Tin, Out',
    ],
    ['from nowhere', { to: 'Out' }, 'from: is missing'],
    [
      'with a condition of its own, from a node that is none',
      { from: 'Tin', to: 'Out', when: RULE },
      'when: is not null, but "Tin" is of type badge; only a condition node has conditions',
    ],
    [
      'without a condition, from a node that is one',
      { from: 'how-much', to: 'Out' },
      'when: is missing; the connection leaves the condition node "How much?"',
    ],
    [
      'with two conditions',
      { from: 'how-much', to: 'Out', when: RULE, else: true },
      'else: is given beside when; leave one of the two out',
    ],
    [
      'with both names of an end',
      { from: 'Tin', source_node_id: 'Tin', to: 'Out' },
      'from: says the same as source_node_id; leave one of the two out',
    ],
    [
      'with one id for several',
      { from: ['gold', 'Tin'], to: 'Out', id: 'x' },
      'id: would name several connections; leave it out, or write them one by one',
    ],
    ['with else that is not true', { from: 'how-much', to: 'Out', else: 'yes' }, 'else: "yes" is not true'],
  ])('are refused where they are written: one %s', (_what, connection, line) => {
    expect(fork(...GOOD, connection)).toContain(`/journeys/0/connections/4/${line}`)
  })

  it('must be listed where a condition decides', () => {
    expect(issuesOf({ journeys: [{ name: 'J', nodes: FORK }] })).toEqual([
      '/journeys/0/nodes/1: a condition needs connections with "when" and "else"; list the connections of the journey',
    ])
  })

  it('must not be ambiguous', () => {
    const nodes = [...CHAIN, { type: 'badge', name: 'Buys', id: 'b', code: 'x' }]
    const connections = [{ from: 'In', to: 'Buys' }]
    expect(issuesOf({ journeys: [{ name: 'J', nodes, connections }] })).toContain(
      '/journeys/0/connections/0/to: 2 nodes are called "Buys"; give them ids, and refer to one by its id',
    )
  })
})

describe('Ids that are no UUIDs', () => {
  const seed = (site_id: string, name = 'J', label?: string): SeedInput => ({
    site: { site_id },
    journeys: [{ name, ...(label && { id: label }), nodes: CHAIN }],
  })
  const idsOf = (input: SeedInput) =>
    expanded(input).journeys.flatMap(({ id, nodes, connections }) => [
      id,
      ...[...nodes, ...connections].map(x => x.id),
    ])

  it('become UUIDs of version 4 that are the same every time', () => {
    const ids = idsOf(seed('1'))
    expect(new Set(ids).size).toBe(ids.length)
    for (const one of ids) expect(one).toMatch(UUID_4)
    expect(idsOf(seed('1'))).toEqual(ids)
  })

  it('differ with the site, the journey and the label', () => {
    const all = [seed('1'), seed('2'), seed('1', 'K'), seed('1', 'J', 'label')].flatMap(idsOf)
    expect(new Set(all).size).toBe(all.length)
  })

  it('stay the same when a journey or a node that has a label is renamed, and others come before it', () => {
    const [first] = expanded(seed('1', 'Before', 'label')).journeys
    const renamed = expanded({
      ...seed('1', 'After', 'label'),
      journeys: [{ name: 'New' }, ...(seed('1', 'After', 'label').journeys ?? [])],
    })
    expect(renamed.journeys[1]?.id).toBe(first?.id)
    expect(renamed.journeys[1]?.nodes.map(node => node.id)).toEqual(first?.nodes.map(node => node.id))
  })

  it('stay as they are when they are UUIDs', () => {
    const journey = journeyOf({ id: id(1), nodes: [{ type: 'entry', name: 'In', id: id(2) }] })
    expect([journey.id, journey.nodes[0]?.id]).toEqual([id(1), id(2)])
  })

  it.each([
    [
      'two journeys of one name',
      { journeys: [{ name: 'J' }, { name: 'J' }] },
      '/journeys/1/name: "J" is taken by /journeys/0/name; give one of them an id',
    ],
    [
      'two journeys of one id',
      {
        journeys: [
          { name: 'J', id: 'a' },
          { name: 'K', id: 'a' },
        ],
      },
      '/journeys/1/id: "a" is taken by /journeys/0/id',
    ],
    [
      'two nodes of one name',
      { journeys: [{ name: 'J', nodes: [...CHAIN, { type: 'exit', name: 'Out' }] }] },
      '/journeys/0/nodes/3/name: "Out" is taken by /journeys/0/nodes/2/name; give one of them an id',
    ],
    [
      'a UUID in capitals',
      { journeys: [{ name: 'J', id: 'DE04A64D-DC40-445F-8351-3DDE7567D5C8' }] },
      '/journeys/0/id: "DE04A64D-DC40-445F-8351-3DDE7567D5C8" is not a UUID in lower case',
    ],
    [
      'a UUID that is cut off',
      { journeys: [{ name: 'J', id: id(1).slice(0, -1) }] },
      `/journeys/0/id: "${id(1).slice(0, -1)}" is not a UUID in lower case`,
    ],
  ])('are refused where they are not unique: %s', (_what, seed, line) => {
    expect(issuesOf(seed)).toContain(line)
  })
})

describe('A time', () => {
  it.each([
    ['2026-01-05', '2026-01-05T00:00:00.000000'],
    ['2026-01-05T10:30', '2026-01-05T10:30:00.000000'],
    ['2026-01-05 10:30:15', '2026-01-05T10:30:15.000000'],
    ['2026-01-05T10:30:15.5Z', '2026-01-05T10:30:15.500000'],
    ['2026-01-05T10:30:15.1234567Z', '2026-01-05T10:30:15.123456'],
    ['2026-01-05T10:30:00+02:00', '2026-01-05T08:30:00.000000'],
    ['2026-01-05T10:30:00-0230', '2026-01-05T13:00:00.000000'],
    ['2026-01-05 10:30:00 Z', '2026-01-05T10:30:00.000000'],
    ['2025-01-15T10:33:32.500861', '2025-01-15T10:33:32.500861'],
    ['-P3D', '2026-02-26T12:00:00.500000'],
    ['+P14D', '2026-03-15T12:00:00.500000'],
    ['-P1M', '2026-02-01T12:00:00.500000'],
    ['+PT0.000001S', '2026-03-01T12:00:00.500001'],
    ['2026-02-30', undefined],
    ['2026-13-01T00:00:00Z', undefined],
    ['2026-01-05T24:00', undefined],
    ['2026-01-05T23:59:60Z', undefined],
    ['2025-12-31T23:59:60.000000', undefined],
    ['0000-01-01T00:00:00+01:00', undefined],
    ['9999-12-31T23:59:59-01:00', undefined],
    ['+P9000Y', undefined],
  ])('%s is %s', (text, time) => {
    expect(toTimestamp(text, NOW)).toBe(time)
  })

  it.each([
    [
      'soon',
      'is not a time; write it like 2026-01-05 or 2026-01-05T10:00:00Z or, relative to the load, -P3D',
    ],
    ['P3D', 'is not a time; write -P3D or +P3D, relative to the load'],
    ['3 days ago', 'is not a time; write -P3D, relative to the load'],
    ['in 2 weeks', 'is not a time; write -P2W or +P2W, relative to the load'],
    [
      '05.01.2026',
      'is not a time; write it like 2026-01-05 or 2026-01-05T10:00:00Z or, relative to the load, -P3D',
    ],
    ['2026-02-30', 'is not a time that exists'],
  ])('%s is refused', (at, message) => {
    expect(issuesOf({ members: [{ email: 'ann@example.com', events: [{ event: 'x', at }] }] })).toEqual([
      `/members/0/events/0/at: "${at}" ${message}`,
    ])
  })
})

describe('Everything that can be known is reported at once,', () => {
  it('of journeys and members, of form and of meaning', () => {
    const seed = {
      site: { site_id: '9 1', nmae: 'x' },
      journeys: [
        {
          name: 'Welcome',
          statuss: 'Published',
          nodes: [
            { type: 'entry', name: 'Joins' },
            { type: 'acton', name: 'Completes the profile', event: 'profile_completed' },
            { type: 'reward', name: 'Big', hold: '14 days', reward: 'coupon' },
            { type: 'exit', name: 'Lost' },
          ],
          connections: [
            { from: 'Joins', to: 'Complete the profile' },
            { from: 'Joins', to: ['Big', 5] },
          ],
        },
        {
          name: 'Second',
          nodes: [
            { type: 'entry', name: 'In' },
            { type: 'exit', name: 'Alone' },
          ],
          connections: [],
        },
      ],
      members: [
        { email: 'ann', events: [{ event: 'profile_completed', at: '3 days ago' }] },
        { email: 'bob@example.com', participations: [{ journey: 'Secnd', status: 'Done' }] },
        { email: 'Bob@example.com', participations: [{ journey: 'Second', events: [{ node: 'Alnoe' }] }] },
      ],
    }
    expect(issuesOf(seed).map(line => line.slice(0, line.indexOf(':')))).toEqual([
      '/journeys/0/connections/0/to',
      '/journeys/0/connections/1/to/1',
      '/journeys/0/nodes/1/type',
      '/journeys/0/nodes/2/hold',
      '/journeys/0/statuss',
      '/journeys/1/nodes/1',
      '/members/0/email',
      '/members/0/events/0/at',
      '/members/1/participations/0/journey',
      '/members/1/participations/0/status',
      '/members/2/email',
      '/members/2/participations/0/events/0/node',
      '/site/nmae',
      '/site/site_id',
    ])
  })

  it('and nothing that may only seem wrong because something else is', () => {
    const unreadable = {
      journeys: [{ name: 5, nodes: CHAIN }],
      members: [{ email: 'ann@example.com', participations: [{ journey: 'J' }] }],
    }
    expect(issuesOf(unreadable)).toEqual(['/journeys/0/name: 5 is not a string'])
    const node = {
      journeys: [
        {
          name: 'J',
          nodes: [{ type: 'entry' }, ...CHAIN.slice(1)],
          connections: [
            { from: 'In', to: 'Buys' },
            { from: 'Buys', to: 'Out' },
          ],
        },
      ],
    }
    expect(issuesOf(node)).toEqual(['/journeys/0/nodes/0/name: is missing'])
    const list = { journeys: [{ name: 'J', nodes: CHAIN, connections: 'all' }] }
    expect(issuesOf(list)).toEqual(['/journeys/0/connections: "all" is not a list'])
  })
})

it('The long form and the short form may be mixed, and the same seed in YAML and in JSON is the same', () => {
  const seed: SeedInput = {
    journeys: [{ name: 'J', nodes: [{ type: 'entry', name: 'In', config: {} }, ...CHAIN.slice(1)] }],
    members: [{ email: 'ann@example.com', history: [{ event: 'purchase', at: '2026-01-05' }] }],
  }
  const yaml = `
journeys:
  - name: J
    nodes:
      - { type: entry, name: In, config: {} }
      - { type: event, name: Buys, event: purchase }
      - { type: exit, name: Out }
members:
  - { email: ann@example.com, history: [{ event: purchase, at: 2026-01-05 }] }
`
  expect(parseSeed(yaml, 'seed.yaml', NOW)).toEqual(expanded(seed))
  expect(parseSeed(JSON.stringify(seed), 'seed.json', NOW)).toEqual(expanded(seed))
})
