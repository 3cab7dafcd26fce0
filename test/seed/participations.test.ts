import { describe, expect, it } from 'vitest'
import { checkSeed } from '../../src/seed/check.ts'
import type { SeedInput } from '../../src/seed/schema-input.ts'

const NOW = '2026-03-01T12:00:00.000000'

type Journeys = NonNullable<SeedInput['journeys']>
type Member = NonNullable<SeedInput['members']>[number]

/** A profile earns points at once, a purchase of 50 a coupon that is held, and a review completes it. */
const welcome: Journeys[number] = {
  name: 'Welcome',
  nodes: [
    { type: 'entry', name: 'Joins' },
    { type: 'action', name: 'Profile', event: 'profile_completed' },
    { type: 'reward', name: 'Points', reward: 'points', amount: 100 },
    {
      type: 'event',
      name: 'Buys',
      event: 'purchase',
      criteria: { '>=': [{ var: 'attributes.amount' }, 50] },
    },
    { type: 'reward', name: 'Coupon', reward: 'coupon', hold: 'P14D', blocking_events: ['return'] },
    { type: 'action', name: 'Reviews', event: 'review_written' },
    { type: 'exit', name: 'Done' },
  ],
}
const fork: Journeys[number] = {
  name: 'Fork',
  nodes: [
    { type: 'entry', name: 'In' },
    { type: 'event', name: 'Spends', event: 'spent' },
    { type: 'condition', name: 'How much?' },
    { type: 'badge', name: 'Gold', code: 'gold' },
    { type: 'event', name: 'Gold thanks', event: 'thanked' },
    { type: 'badge', name: 'Tin', code: 'tin' },
    { type: 'exit', name: 'Out' },
  ],
  connections: [
    { from: 'In', to: 'Spends' },
    { from: 'Spends', to: 'How much?' },
    { from: 'How much?', to: 'Gold', when: { '>': [{ var: 'attributes.amount' }, 100] } },
    { from: 'How much?', to: 'Tin', else: true },
    { from: 'Gold', to: 'Gold thanks' },
    { from: ['Gold thanks', 'Tin'], to: 'Out' },
  ],
}

function check(member: Omit<Member, 'email'>, journeys: Journeys = [welcome]) {
  const found = checkSeed({ journeys, members: [{ email: 'ann@example.com', ...member }] }, NOW)
  const lines = (list: typeof found.issues) => list.map(({ pointer, message }) => `${pointer}: ${message}`)
  return { issues: lines(found.issues), warnings: lines(found.warnings), value: found.value }
}

/** The participations of a member, with the names of nodes and journeys. */
function shown(member: Omit<Member, 'email'>, journeys: Journeys = [welcome]) {
  const { issues, value } = check(member, journeys)
  expect(issues).toEqual([])
  const names = new Map(
    value?.journeys.flatMap(({ id, name, nodes }) => [
      [id, name] as const,
      ...nodes.map(n => [n.id, n.name] as const),
    ]),
  )
  return (value?.members[0]?.participations ?? []).map(
    ({ journey_id, events, rewards, waiting_at, ...rest }) => ({
      ...rest,
      journey: names.get(journey_id),
      events: events.map(({ node_id, completed_at }) => `${names.get(node_id)} ${completed_at}`),
      rewards: rewards.map(({ node_id, hold_end_datetime, blocked_by }) =>
        [names.get(node_id), hold_end_datetime, blocked_by].filter(Boolean).join(' '),
      ),
      waiting_at: waiting_at?.map(({ node_id, count }) => `${names.get(node_id)} ${count}`),
    }),
  )
}

const PROFILE = { event: 'profile_completed', at: '2026-01-05' }
const PURCHASE = { event: 'purchase', attributes: { amount: 60 }, at: '2026-01-06' }
const ON = (day: number) => `2026-01-0${day}T00:00:00.000000`

describe('The events of a member', () => {
  it('lead into journeys and through them', () => {
    expect(shown({ events: [PROFILE, PURCHASE, { event: 'return', at: '2026-01-07' }] })).toEqual([
      expect.objectContaining({
        journey: 'Welcome',
        started_at: ON(5),
        progress_percentage: '66.6',
        completed_at: null,
        created_at: ON(5),
        updated_at: ON(7),
        events: [`Profile ${ON(5)}`, `Buys ${ON(6)}`],
        rewards: ['Points', 'Coupon return'],
        waiting_at: ['Reviews 0'],
      }),
    ])
  })

  it('may be relative to the load, so that a hold does not grow old', () => {
    const [one] = shown({
      events: [
        { ...PROFILE, at: '-P4D' },
        { ...PURCHASE, at: '-P3D' },
      ],
    })
    expect(one?.rewards).toEqual(['Points', 'Coupon 2026-03-12T12:00:00.000000'])
  })

  it('give ids that follow from the member and the journey', () => {
    const [one] = shown({ events: [PROFILE] })
    const two = shown({ events: [{ event: 'spent', at: '2026-01-04' }, PROFILE] }, [fork, welcome])
    expect(two.map(({ journey }) => journey)).toEqual(['Fork', 'Welcome'])
    expect(two[1]?.id).toBe(one?.id)
  })

  it.each<[string, object[], string]>([
    [
      'that no journey waits for',
      [{ event: 'profil_completed' }],
      '/members/0/events/0/event: "profil_completed" has no effect: no journey waits for it; did you mean "profile_completed"?',
    ],
    [
      'that come too early',
      [PURCHASE],
      '/members/0/events/0/event: "purchase" has no effect: Welcome waits for "profile_completed"',
    ],
    [
      'whose criteria do not hold',
      [PROFILE, { ...PURCHASE, attributes: { amount: 5 } }],
      '/members/0/events/1/event: "purchase" has no effect: Welcome waits for "purchase", but its criteria do not hold',
    ],
  ])('%s are a warning', (_what, events, warning) => {
    expect(check({ events: events as Member['events'] & object })).toMatchObject({
      issues: [],
      warnings: [warning],
    })
  })

  it('are listed oldest first', () => {
    expect(check({ events: [PURCHASE, PROFILE] }).issues).toEqual([
      `/members/0/events/1/at: ${ON(5)} is before ${ON(6)}, the time of the event above it; list the oldest first`,
    ])
  })
})

describe('A participation', () => {
  it('that is only named has just begun, where no event says more', () => {
    expect(shown({ participations: [{ journey: 'Welcome', started_at: '2026-01-01' }] })).toEqual([
      expect.objectContaining({
        journey: 'Welcome',
        started_at: ON(1),
        progress_percentage: '0.0',
        events: [],
        rewards: [],
        waiting_at: ['Profile 0'],
      }),
    ])
  })

  it('that is only named follows from the events of the member, and no other journey is entered', () => {
    const events = [PROFILE, { event: 'spent', at: '2026-01-06' }]
    const journeys = [welcome, fork]
    const [played] = shown({ events }, journeys)
    const named = shown({ events, participations: [{ journey: 'Welcome' }] }, journeys)
    expect(named).toEqual([played])
  })

  it('that began before its events is moved by them', () => {
    const [one] = shown({
      events: [PROFILE],
      participations: [{ journey: 'Welcome', started_at: '2026-01-01' }],
    })
    expect(one).toMatchObject({
      started_at: ON(1),
      progress_percentage: '33.3',
      events: [`Profile ${ON(5)}`],
    })
  })

  it('follows from its own steps: progress, rewards, and where the member waits', () => {
    const steps = [
      { node: 'Profile', at: '2026-01-05' },
      { node: 'Buys', at: '2026-01-06' },
    ]
    const [own] = shown({ participations: [{ journey: 'Welcome', events: steps }] })
    const [played] = shown({ events: [PROFILE, PURCHASE] })
    expect(own).toEqual({ ...played, id: own?.id })
    const [done] = shown({
      participations: [{ journey: 'Welcome', events: [...steps, { node: 'Reviews', at: '2026-01-07' }] }],
    })
    expect(done).toMatchObject({ progress_percentage: '100.0', completed_at: ON(7), waiting_at: [] })
  })

  it('goes through a condition towards the step that comes next, and otherwise as if the event had no attributes', () => {
    const spends = { node: 'Spends', at: '2026-01-05' }
    const through = (...events: object[]) => shown({ participations: [{ journey: 'Fork', events }] }, [fork])
    expect(through(spends)).toMatchObject([{ rewards: ['Tin'], completed_at: ON(5) }])
    expect(through(spends, { node: 'Gold thanks', at: '2026-01-06' })).toMatchObject([
      { rewards: ['Gold'], completed_at: ON(6), events: [`Spends ${ON(5)}`, `Gold thanks ${ON(6)}`] },
    ])
  })

  it('is taken as stated where something else is stated than follows', () => {
    const steps = [{ node: 'Profile', at: '2026-01-05' }]
    const stated = (rest: object) =>
      shown({ participations: [{ journey: 'Welcome', events: steps, ...rest }] })[0]
    expect(stated({ rewards: [] })?.rewards).toEqual([])
    expect(stated({ status: 'Completed' })).toMatchObject({
      completed_at: ON(5),
      progress_percentage: '100.0',
      waiting_at: [],
    })
    expect(stated({ status: 'Completed', completed_at: '2026-01-08' })).toMatchObject({
      completed_at: ON(8),
      updated_at: ON(8),
    })
    expect(stated({ completed_at: '2026-01-08' })).toMatchObject({ progress_percentage: '100.0' })
    expect(stated({ status: 'Expired' })).toMatchObject({ expired_at: ON(5), progress_percentage: '33.3' })
    expect(
      stated({ rewards: [{ node: 'Coupon', blocked_by: 'return', blocked_at: '2026-01-09' }] })?.rewards,
    ).toEqual(['Coupon return'])
    expect(stated({ created_at: '2026-01-02', updated_at: '2026-01-03' })).toMatchObject({
      created_at: ON(2),
      updated_at: ON(3),
    })
  })

  it('is taken entirely as stated when its progress is stated', () => {
    const [one] = shown({
      events: [PROFILE, PURCHASE],
      participations: [{ journey: 'Welcome', started_at: '2026-01-05', progress_percentage: 40 }],
    })
    expect(one).toMatchObject({ progress_percentage: '40.0', events: [], rewards: [], waiting_at: undefined })
    const [done] = shown({
      participations: [
        { journey: 'Welcome', started_at: '2026-01-05', status: 'Completed', progress_percentage: '100.0' },
      ],
    })
    expect(done).toMatchObject({ completed_at: ON(5) })
  })

  it.each<[string, object, string[]]>([
    [
      'progress that the events do not give',
      { events: [{ node: 'Profile' }], progress_percentage: '40.0' },
      ['progress_percentage: is "40.0", but the events give "33.3"; leave it out, and it follows'],
    ],
    ['progress that the events do give', { events: [{ node: 'Profile' }], progress_percentage: '33.3' }, []],
    [
      'progress where it is stated at which step the member waits',
      { progress_percentage: '40.0', waiting_at: [{ node: 'Buys' }] },
      [],
    ],
    [
      'a step before the one that must come first',
      { events: [{ node: 'Buys' }] },
      ['events/0: the member does not wait at "Buys" at that point of the journey; it is taken as done'],
    ],
  ])('is warned of for %s', (_what, rest, warnings) => {
    expect(check({ participations: [{ journey: 'Welcome', ...rest }] })).toMatchObject({
      issues: [],
      warnings: warnings.map(line => `/members/0/participations/0/${line}`),
    })
  })

  it.each<[object, string]>([
    [{}, 'journey: is missing'],
    [{ journey: 'Welcom' }, 'journey: no journey "Welcom" in this document; did you mean "Welcome"?'],
    [
      { journey: 'Welcome', journey_id: 'Welcome' },
      'journey: says the same as journey_id; leave one of the two out',
    ],
    [{ journey: 'Welcome', events: [{}] }, 'events/0/node: is missing'],
    [
      { journey: 'Welcome', events: [{ node: 'Buy' }] },
      'events/0/node: no node "Buy" in the journey "Welcome"; did you mean "Buys"?',
    ],
    [
      { journey: 'Welcome', events: [{ node: 'Points' }] },
      'events/0/node: "Points" is of type reward, not event or action',
    ],
    [
      { journey: 'Welcome', events: [{ event: 'purchase' }] },
      'events/0/event: is not a known property here; there are node, at, node_id, completed_at, extra',
    ],
    [
      { journey: 'Welcome', rewards: [{ node: 'Buys' }] },
      'rewards/0/node: "Buys" is of type event, not reward or badge',
    ],
    [
      { journey: 'Welcome', rewards: [{ node: 'Coupon', blocked_by: 'x' }] },
      'rewards/0: blocked_by and blocked_at go together',
    ],
    [
      { journey: 'Welcome', status: 'Done' },
      'status: "Done" is unknown; there are InProgress, Completed, Expired',
    ],
    [
      { journey: 'Welcome', status: 'InProgress', completed_at: '2026-01-05' },
      'status: is InProgress, but the participation is completed by its events or by completed_at',
    ],
    [
      { journey: 'Welcome', status: 'InProgress', expired_at: '2026-01-05' },
      'status: is InProgress, but expired_at is given',
    ],
    [
      { journey: 'Welcome', started_at: '2026-01-05', completed_at: '2026-01-04' },
      `completed_at: is before started_at, ${ON(5)}`,
    ],
    [
      { journey: 'Welcome', progress_percentage: 101 },
      'progress_percentage: 101 is not a number from 0 to 100',
    ],
    [
      { journey: 'Welcome', progress_percentage: '33' },
      'progress_percentage: "33" is not a percentage with one decimal, such as "33.3"',
    ],
  ])('is refused where it is wrong: %j', (participation, line) => {
    expect(check({ participations: [participation] }).issues).toContain(`/members/0/participations/0/${line}`)
  })

  it('is entered once', () => {
    const participations = [{ journey: 'Welcome' }, { journey: 'Welcome' }]
    expect(check({ participations }).issues).toEqual([
      '/members/0/participations/1: is the second in its journey; give it an id of its own',
    ])
  })
})
