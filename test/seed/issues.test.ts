import { describe, expect, it } from 'vitest'
import { checkSeed } from '../../src/seed/check.ts'
import type { SeedDocument, SeedJourney, SeedMember, SeedParticipation } from '../../src/seed/schema.ts'
import { id, journeyOf, memberOf, nodesOf, participationOf, seedOf } from '../support/seeds.ts'

const NOW = '2025-06-01T12:00:00.000000'

/** What is wrong with a document, a line each; none when it is good. */
const issuesOf = (document: unknown): string[] =>
  checkSeed(structuredClone(document), NOW).issues.map(
    ({ pointer, message }) => `${pointer || '/'}: ${message}`,
  )

const ONE = nodesOf(1)
const NOWHERE = id(77)
const TIME = '2025-01-15T10:33:32.500861'
const LATER = '2025-01-16T00:00:00.000000'
const NO_TIME =
  'is not a time; write it like 2026-01-05 or 2026-01-05T10:00:00Z or, relative to the load, -P3D'

/** A journey 1 with nodes of every type, so that a participation in it can be right or wrong in every way. */
const everyType = journeyOf(1, {
  nodes: [
    ...journeyOf(1).nodes,
    { id: id(110), type: 'action', name: 'Reviews' },
    { id: id(111), type: 'badge', name: 'Star' },
    { id: id(112), type: 'condition', name: 'If' },
    { id: id(113), type: 'exit', name: 'Out' },
  ],
  connections: [
    ...journeyOf(1).connections,
    ...[110, 111, 112, 113].map(n => ({ id: id(n + 50), source_node_id: ONE.entry, target_node_id: id(n) })),
  ],
})

const withJourney = (rest: Partial<SeedJourney>) => seedOf({ journeys: [{ ...everyType, ...rest }] })
/** Settings for the nodes of these types; the others have none. */
const withConfig = (settings: Partial<Record<string, Record<string, unknown>>>) =>
  withJourney({
    nodes: everyType.nodes.map(node => {
      const config = settings[node.type]
      return config ? { ...node, config } : node
    }),
  })
const SETTINGS = {
  entry: { criteria: { '>=': [{ var: 'attributes.amount' }, 50] } },
  event: { event: 'bought', times: 3 },
  action: { event: 'reviewed', criteria: { '!': { var: 'attributes.again' } } },
  condition: {},
  reward: { type: 'points', amount: 500, hold: 'P14D', blocking_events: ['returned'] },
  badge: { code: 'star' },
  exit: {},
}
const withParticipation = (rest: Partial<SeedParticipation>) =>
  seedOf({
    journeys: [everyType, journeyOf(2)],
    members: [memberOf('ann@example.com', participationOf(9001, 1, rest))],
  })
const withEvent = (node_id: string) => withParticipation({ events: [{ node_id, completed_at: TIME }] })
const withReward = (rest: object) => withParticipation({ rewards: [{ node_id: ONE.reward, ...rest }] })
/** A good document with something in it that no document may have. */
const altered = (alter: (document: { [key: string]: never }) => void): unknown => {
  const document = structuredClone(withReward({ hold_start_datetime: TIME, hold_end_datetime: LATER }))
  alter(document as never)
  return document
}

const PARTICIPATION = '/members/0/participations/0'
const REWARD = `${PARTICIPATION}/rewards/0`

describe('A document that is good is taken', () => {
  it.each<[string, unknown]>([
    ['the one that the others are made of', seedOf()],
    ['with a node of every type', withJourney({})],
    ['with nothing in it', seedOf({ journeys: [], members: [] })],
    ['with a reference to its schema', { $schema: './demo.schema.json', ...seedOf() }],
    ['with a held reward', withReward({ hold_start_datetime: TIME, hold_end_datetime: LATER })],
    ['with a blocked reward', withReward({ blocked_by: 'Returns', blocked_at: TIME })],
    ['with an issued reward', withReward({})],
    ['with a badge', withReward({ node_id: id(111) })],
    [
      'with an event and an action',
      withParticipation({ events: [ONE.event, id(110)].map(node_id => ({ node_id, completed_at: TIME })) }),
    ],
    [
      'with a completed participation',
      withParticipation({ completed_at: LATER, progress_percentage: '100.0' }),
    ],
    ['with an expired participation', withParticipation({ expired_at: LATER })],
    [
      'with a loop, and a connection from a node to itself',
      withJourney({
        connections: [
          ...everyType.connections,
          { id: id(190), source_node_id: ONE.reward, target_node_id: ONE.event },
          { id: id(191), source_node_id: ONE.event, target_node_id: ONE.event },
        ],
      }),
    ],
    [
      'with two entries',
      withJourney({ nodes: [...everyType.nodes, { id: id(120), type: 'entry', name: 'Also in' }] }),
    ],
    [
      'with the same node ids in two journeys',
      seedOf({ journeys: [journeyOf(1), { ...journeyOf(1), id: id(2) }] }),
    ],
    ['with 29 February in a leap year', withParticipation({ started_at: '2024-02-29T00:00:00.000000' })],
    ['with the settings that each type of node has', withConfig(SETTINGS)],
  ])('%s', (_what, document) => {
    expect(issuesOf(document)).toEqual([])
  })

  it('and what a rule compares with may look like a time that does not exist', () => {
    const criteria = { '==': [{ var: 'attributes.since' }, '2025-02-31T00:00:00.000000'] }
    expect(issuesOf(withConfig({ entry: { criteria } }))).toEqual([])
  })
})

describe('A document of the wrong form is refused, and the line says where and what:', () => {
  it.each<[string, unknown, string]>([
    [
      'an unknown property',
      { ...seedOf(), jorneys: [] },
      '/jorneys: is not a known property here; did you mean "journeys"?',
    ],
    [
      'an unknown property of the site',
      altered(d => Object.assign(d.site as never, { url: '' })),
      '/site/url: is not a known property here; there are site_id, name, secret, extra',
    ],
    ...(
      [
        '/journeys/0',
        '/journeys/0/nodes/1',
        '/journeys/0/connections/1',
        '/members/0',
        PARTICIPATION,
        REWARD,
      ] as const
    ).map((pointer): [string, unknown, string] => [
      `an unknown property of ${pointer}`,
      altered(document => {
        const target = pointer
          .slice(1)
          .split('/')
          .reduce<never>((at, key) => at[key] as never, document as never)
        Object.assign(target, { extro: 'x' })
      }),
      `${pointer}/extro: is not a known property here; did you mean "extra"?`,
    ]),
    [
      'an unknown property with a name that a pointer must escape',
      { ...seedOf(), 'a/b~c': 1 },
      '/a~1b~0c: is not a known property here; there are $schema, site, journeys, members',
    ],
    [
      'no name',
      altered(d => delete (d.journeys as unknown as { name?: string }[])[0]?.name),
      '/journeys/0/name: is missing',
    ],
    [
      'an id in upper case',
      seedOf({ journeys: [journeyOf(1, { id: 'DE04A64D-DC40-445F-8351-3DDE7567D5C8' })], members: [] }),
      '/journeys/0/id: "DE04A64D-DC40-445F-8351-3DDE7567D5C8" is not a UUID in lower case',
    ],
    [
      'an unknown status',
      withJourney({ status: 'Active' as never }),
      '/journeys/0/status: "Active" is unknown; there are Draft, Published, Archived',
    ],
    [
      'an unknown type of node',
      withJourney({ nodes: [...everyType.nodes, { id: id(9), type: 'portal' as never, name: '' }] }),
      '/journeys/0/nodes/7/type: "portal" is unknown; there are entry, event, action, condition, reward, badge, exit',
    ],
    [
      'a time that may be null and is none',
      withJourney({ end_date: 'soon' }),
      `/journeys/0/end_date: "soon" ${NO_TIME}`,
    ],
    [
      'a time that is a number',
      withParticipation({ started_at: 5 as never }),
      `${PARTICIPATION}/started_at: 5 ${NO_TIME}`,
    ],
    [
      'an email that is none',
      seedOf({ members: [{ email: 'ann' }] }),
      '/members/0/email: "ann" is not an email address',
    ],
    [
      'an open_ended that is no boolean',
      withJourney({ open_ended: 'true' as never }),
      '/journeys/0/open_ended: "true" is not true or false',
    ],
    ...['50', '50.00', '100.1', '-1.0', ''].map((progress): [string, unknown, string] => [
      `the progress "${progress}"`,
      withParticipation({ progress_percentage: progress }),
      `${PARTICIPATION}/progress_percentage: "${progress}" is not a percentage with one decimal, such as "33.3"`,
    ]),
    [
      'an empty secret',
      altered(d => Object.assign(d.site as never, { secret: '' })),
      '/site/secret: is empty',
    ],
    [
      'a setting that a node of this type does not have',
      withConfig({ reward: { ...SETTINGS.reward, colour: 'gold' } }),
      '/journeys/0/nodes/2/config/colour: is not a known property here; there are type, amount, hold, blocking_events',
    ],
    [
      'a setting that a node of this type must have',
      withConfig({ reward: { amount: 500 } }),
      '/journeys/0/nodes/2/config/type: is missing',
    ],
    ['a list', [], '/: [] is not an object'],
    ['null', null, '/: null is not an object'],
    ['a text', 'demo', '/: "demo" is not an object'],
  ])('%s', (_what, document, line) => {
    expect(issuesOf(document)).toEqual([`${line}`])
  })

  it.each([
    ['2025-02-31T00:00:00.000000', '31 February'],
    ['2025-02-29T00:00:00.000000', '29 February of a common year'],
    ['2025-13-01T00:00:00.000000', 'a 13th month'],
    ['2025-00-01T00:00:00.000000', 'a month 0'],
    ['2025-01-00T00:00:00.000000', 'a day 0'],
    ['2025-01-15T24:00:00.000000', '24 hours'],
    ['2025-01-15T23:60:00.000000', '60 minutes'],
    ['2025-01-15T23:59:60.000000', '60 seconds'],
  ])('the time %s, for there is no such thing as %s', time => {
    const line = `: "${time}" is not a time that exists`
    expect(issuesOf(withParticipation({ started_at: time }))).toEqual([`${PARTICIPATION}/started_at${line}`])
    expect(issuesOf(withJourney({ end_date: time }))).toEqual([`/journeys/0/end_date${line}`])
  })
})

describe('A document that contradicts itself is refused, and the line says where and what:', () => {
  it.each<[string, SeedDocument, string]>([
    [
      'two journeys with one id',
      seedOf({ journeys: [everyType, journeyOf(1)] }),
      `/journeys/1/id: "${id(1)}" is taken by /journeys/0/id`,
    ],
    [
      'two nodes with one id',
      withJourney({ nodes: [...everyType.nodes, { id: ONE.event, type: 'event', name: 'Again' }] }),
      `/journeys/0/nodes/7/id: "${ONE.event}" is taken by /journeys/0/nodes/1/id`,
    ],
    [
      'two connections with one id',
      withJourney({
        connections: [
          ...everyType.connections,
          { id: id(150), source_node_id: ONE.entry, target_node_id: ONE.event },
        ],
      }),
      `/journeys/0/connections/6/id: "${id(150)}" is taken by /journeys/0/connections/0/id`,
    ],
    [
      'two members with one email but for case',
      seedOf({
        members: [memberOf('ann@example.com'), memberOf('bob@example.com'), memberOf('Ann@Example.com')],
      }),
      '/members/2/email: "ann@example.com" is taken by /members/0/email',
    ],
    [
      'two participations of different members with one id',
      seedOf({
        members: ['ann@example.com', 'bob@example.com'].map(email =>
          memberOf(email, participationOf(9001, 1)),
        ),
      }),
      `/members/1/participations/0/id: "${id(9001)}" is taken by /members/0/participations/0/id`,
    ],
    [
      'a connection that leaves from nowhere',
      withJourney({
        connections: [
          ...everyType.connections,
          { id: id(190), source_node_id: NOWHERE, target_node_id: ONE.event },
        ],
      }),
      `/journeys/0/connections/6/source_node_id: no node "${NOWHERE}" in this journey`,
    ],
    [
      'a connection that leads nowhere',
      withJourney({
        connections: [
          ...everyType.connections,
          { id: id(190), source_node_id: ONE.event, target_node_id: NOWHERE },
        ],
      }),
      `/journeys/0/connections/6/target_node_id: no node "${NOWHERE}" in this journey`,
    ],
    [
      'a connection to a node of another journey',
      seedOf({
        journeys: [
          everyType,
          journeyOf(2, {
            connections: [
              ...journeyOf(2).connections,
              { id: id(290), source_node_id: nodesOf(2).entry, target_node_id: ONE.event },
            ],
          }),
        ],
      }),
      `/journeys/1/connections/2/target_node_id: no node "${ONE.event}" in this journey`,
    ],
    [
      'a node that no connection leads to',
      withJourney({ nodes: [...everyType.nodes, { id: id(120), type: 'exit', name: 'Lost' }] }),
      '/journeys/0/nodes/7: no connection leads from an entry to "Lost"; connect it, or remove it',
    ],
    [
      'a participation in an unknown journey',
      withParticipation({ journey_id: NOWHERE }),
      `${PARTICIPATION}/journey_id: no journey "${NOWHERE}" in this document`,
    ],
    [
      'an event on an unknown node',
      withEvent(NOWHERE),
      `${PARTICIPATION}/events/0/node_id: no node "${NOWHERE}" in the journey "Journey 1"`,
    ],
    [
      'an event on a node of another journey',
      withEvent(nodesOf(2).event),
      `${PARTICIPATION}/events/0/node_id: no node "${nodesOf(2).event}" in the journey "Journey 1"`,
    ],
    [
      'an event on an entry',
      withEvent(ONE.entry),
      `${PARTICIPATION}/events/0/node_id: "Joins" is of type entry, not event or action`,
    ],
    [
      'an event on a reward',
      withEvent(ONE.reward),
      `${PARTICIPATION}/events/0/node_id: "Points" is of type reward, not event or action`,
    ],
    [
      'a reward on an unknown node',
      withReward({ node_id: NOWHERE }),
      `${REWARD}/node_id: no node "${NOWHERE}" in the journey "Journey 1"`,
    ],
    [
      'a reward on a node of another journey',
      withReward({ node_id: nodesOf(2).reward }),
      `${REWARD}/node_id: no node "${nodesOf(2).reward}" in the journey "Journey 1"`,
    ],
    [
      'a reward on an event',
      withReward({ node_id: ONE.event }),
      `${REWARD}/node_id: "Buys" is of type event, not reward or badge`,
    ],
    [
      'a reward that is held and blocked at once',
      withReward({
        hold_start_datetime: TIME,
        hold_end_datetime: LATER,
        blocked_by: 'Returns',
        blocked_at: TIME,
      }),
      `${REWARD}: is held and blocked at once; a blocked reward has no hold, so leave the hold keys out`,
    ],
    [
      'a reward that is held and blocked by something without a name',
      withReward({ hold_start_datetime: TIME, hold_end_datetime: LATER, blocked_by: '', blocked_at: TIME }),
      `${REWARD}: is held and blocked at once; a blocked reward has no hold, so leave the hold keys out`,
    ],
    [
      'a hold without an end',
      withReward({ hold_start_datetime: TIME }),
      `${REWARD}: hold_start_datetime and hold_end_datetime go together`,
    ],
    [
      'a hold without a start',
      withReward({ hold_end_datetime: TIME }),
      `${REWARD}: hold_start_datetime and hold_end_datetime go together`,
    ],
    [
      'a block without a cause',
      withReward({ blocked_at: TIME }),
      `${REWARD}: blocked_by and blocked_at go together`,
    ],
    [
      'a block without a time',
      withReward({ blocked_by: 'Returns' }),
      `${REWARD}: blocked_by and blocked_at go together`,
    ],
    [
      'a hold that ends before it starts',
      withReward({ hold_start_datetime: LATER, hold_end_datetime: TIME }),
      `${REWARD}/hold_end_datetime: is not after hold_start_datetime, ${LATER}`,
    ],
    [
      'a participation that is completed and expired',
      withParticipation({ completed_at: LATER, expired_at: LATER, progress_percentage: '100.0' }),
      `${PARTICIPATION}/expired_at: a completed participation does not expire; leave one of the two out`,
    ],
    [
      'a participation that is completed before it started',
      withParticipation({ started_at: LATER, completed_at: TIME, progress_percentage: '100.0' }),
      `${PARTICIPATION}/completed_at: is before started_at, ${LATER}`,
    ],
    [
      'a participation that is completed at 50 %',
      withParticipation({ completed_at: LATER, progress_percentage: '50.0' }),
      `${PARTICIPATION}/progress_percentage: is "100.0" exactly when completed_at is given, not "50.0"`,
    ],
    [
      'a participation that is at 100 % and not completed',
      withParticipation({ progress_percentage: '100.0' }),
      `${PARTICIPATION}/progress_percentage: is "100.0" exactly when completed_at is given, not "100.0"`,
    ],
  ])('%s', (_what, document, line) => {
    expect(issuesOf(document)).toEqual([`${line}`])
  })

  it('a journey without an entry, of which no node can be reached', () => {
    const nodes = journeyOf(1).nodes.slice(1)
    const connections = journeyOf(1).connections.slice(1)
    expect(issuesOf(seedOf({ journeys: [journeyOf(1, { nodes, connections })] }))).toEqual(
      ['Buys', 'Points'].map(
        (name, n) =>
          `/journeys/0/nodes/${n}: no connection leads from an entry to "${name}"; connect it, or remove it`,
      ),
    )
  })

  it('nodes that lead to one another, and that no entry leads to', () => {
    const island = [201, 202].map(n => ({ id: id(n), type: 'event' as const, name: `Island ${n}` }))
    const bridges = [
      { id: id(301), source_node_id: id(201), target_node_id: id(202) },
      { id: id(302), source_node_id: id(202), target_node_id: id(201) },
    ]
    const lines = issuesOf(
      withJourney({
        nodes: [...everyType.nodes, ...island],
        connections: [...everyType.connections, ...bridges],
      }),
    )
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(/^\/journeys\/0\/nodes\/7: no connection leads from an entry to "Island 201"/)
  })
})

describe('All issues are listed at once,', () => {
  const member = (rest: Partial<SeedParticipation>, n: number): SeedMember =>
    memberOf(`member${n}@example.com`, participationOf(n, 1, rest))

  it('those of form', () => {
    const document = {
      ...seedOf({ members: [{ email: 'ann' }, { email: 'bob' }] }),
      jorneys: [],
      site: { site_id: '9 9', name: 5 },
    }
    expect(issuesOf(document).toSorted()).toEqual([
      '/jorneys: is not a known property here; did you mean "journeys"?',
      '/members/0/email: "ann" is not an email address',
      '/members/1/email: "bob" is not an email address',
      '/site/name: 5 is not a string',
      '/site/site_id: "9 9" is not a site id: up to 64 visible ASCII characters',
    ])
  })

  it('those of meaning', () => {
    const document = seedOf({
      journeys: [journeyOf(1), journeyOf(1, { connections: [] })],
      members: [
        member({ journey_id: NOWHERE }, 1),
        member({ started_at: '2025-02-31T00:00:00.000000' }, 2),
        member(
          {
            events: [{ node_id: NOWHERE, completed_at: TIME }],
            rewards: [{ node_id: NOWHERE, blocked_at: TIME }],
          },
          3,
        ),
      ],
    })
    expect(
      issuesOf(document)
        .map(line => line.replace(/:.*/, ''))
        .toSorted(),
    ).toEqual([
      '/journeys/1/id',
      '/journeys/1/nodes/1',
      '/journeys/1/nodes/2',
      '/members/0/participations/0/journey_id',
      '/members/1/participations/0/started_at',
      '/members/2/participations/0/events/0/node_id',
      '/members/2/participations/0/rewards/0',
      '/members/2/participations/0/rewards/0/node_id',
    ])
  })

  it('also what contradicts itself within a journey or a member that has a property too many', () => {
    const { connections } = journeyOf(1)
    const dangling = { id: id(190), source_node_id: ONE.event, target_node_id: NOWHERE }
    const document = {
      ...seedOf(),
      journeys: [{ ...journeyOf(1, { connections: [...connections, dangling] }), extro: {} }],
      members: [{ ...member({ journey_id: NOWHERE }, 1), emial: 'x' }],
    }
    expect(issuesOf(document).toSorted()).toEqual([
      `/journeys/0/connections/2/target_node_id: no node "${NOWHERE}" in this journey`,
      '/journeys/0/extro: is not a known property here; did you mean "extra"?',
      '/members/0/emial: is not a known property here; did you mean "email"?',
      `/members/0/participations/0/journey_id: no journey "${NOWHERE}" in this document`,
    ])
  })

  it('those of form beside those of meaning', () => {
    const document = {
      ...seedOf({
        journeys: [
          journeyOf(1, {
            connections: [
              ...journeyOf(1).connections,
              { id: id(190), source_node_id: ONE.event, target_node_id: NOWHERE },
            ],
          }),
        ],
        members: [member({ journey_id: NOWHERE }, 1), { email: 'ann' }],
      }),
      jorneys: [],
    }
    expect(issuesOf(document).toSorted()).toEqual([
      '/jorneys: is not a known property here; did you mean "journeys"?',
      `/journeys/0/connections/2/target_node_id: no node "${NOWHERE}" in this journey`,
      `/members/0/participations/0/journey_id: no journey "${NOWHERE}" in this document`,
      `/members/1/email: "ann" is not an email address`,
    ])
  })
})

describe('Every issue is one line,', () => {
  it('also when a name that it quotes has several', () => {
    const name = 'Two\nlines'
    expect(
      issuesOf(withJourney({ nodes: [...everyType.nodes, { id: id(120), type: 'exit', name }] })),
    ).toHaveLength(1)
    expect(
      issuesOf(seedOf({ journeys: [journeyOf(1, { name })], members: withEvent(NOWHERE).members })),
    ).toHaveLength(1)
  })

  it('also when the name of an unknown property has several', () => {
    expect(issuesOf({ ...seedOf(), 'a\nb': 1 })).toHaveLength(1)
  })

  it('and does not grow with what it quotes', () => {
    const [line = ''] = issuesOf(withJourney({ status: 'x'.repeat(10_000) as never }))
    expect(line.length).toBeLessThan(250)
  })
})

describe('Extra properties', () => {
  it('are an object', () => {
    const rest = { members: [memberOf('ann@example.com', participationOf(1, 1, { extra: [1] as never }))] }
    expect(issuesOf(seedOf(rest))).toEqual(['/members/0/participations/0/extra: [1] is not an object'])
  })

  it('may hold what looks like a time and is none', () => {
    const journey = journeyOf(1, { extra: { at: '2025-02-31T00:00:00.000000' } })
    expect(checkSeed(seedOf({ journeys: [journey] }), NOW)).toMatchObject({ issues: [], warnings: [] })
  })

  it('are warned of where they replace what the sandbox would answer', () => {
    const journey = journeyOf(1, { extra: { 'a/b': 1, status: 'Paused' } })
    expect(checkSeed(seedOf({ journeys: [journey] }), NOW).warnings).toEqual([
      {
        pointer: '/journeys/0/extra/status',
        message: 'replaces what the sandbox would answer here, at any time',
      },
    ])
  })
})

it('A text may look like a time that there never was', () => {
  const never = '2025-02-31T00:00:00.000000'
  const journey = journeyOf(1, { name: never, description: never, created_by: never })
  expect(issuesOf(seedOf({ journeys: [journey] }))).toEqual([])
})
