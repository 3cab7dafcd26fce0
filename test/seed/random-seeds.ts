import fc from 'fast-check'
import type { SeedInput } from '../../src/seed/schema-input.ts'

/** Short seeds of all kinds that have no issues. */

type Journey = NonNullable<SeedInput['journeys']>[number]
type Node = NonNullable<Journey['nodes']>[number]
type Connection = NonNullable<Journey['connections']>[number]
type Member = NonNullable<SeedInput['members']>[number]

const EVENTS = ['purchase', 'return', 'profile_completed', 'review_written']
const event = fc.constantFrom(...EVENTS)
const criteria = fc.constantFrom(
  { '>=': [{ var: 'attributes.amount' }, 50] },
  { in: [{ var: 'attributes.store' }, ['berlin']] },
  { '!': { var: 'member.attributes.tier' } },
)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
/** Without the properties that are undefined. */
const defined = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value))

const step = fc.record({
  type: fc.constantFrom('event' as const, 'action' as const),
  event,
  criteria: maybe(criteria),
  times: maybe(fc.integer({ min: 1, max: 3 })),
})
const reward = fc.record({
  type: fc.constant('reward' as const),
  reward: fc.constantFrom('points', 'coupon'),
  amount: maybe(fc.integer({ min: 1, max: 500 })),
  hold: maybe(fc.constantFrom('P14D', 'PT36H', 'P1M')),
  blocking_events: maybe(fc.uniqueArray(event, { maxLength: 2 })),
})
const block = fc.oneof(
  { weight: 4, arbitrary: step },
  { weight: 2, arbitrary: reward },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('badge' as const), code: fc.constantFrom('a', 'b') }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('condition' as const) }) },
)

const time = fc.constantFrom(
  '2025-06-01',
  '2025-06-01T10:00:00+02:00',
  '2025-06-01 10:30',
  '2025-01-15T10:33:32.500861',
)

const journey = (number: number): fc.Arbitrary<Journey> =>
  fc
    .record({
      label: maybe(fc.constant(`journey-${number}`)),
      rest: fc.record({
        status: maybe(fc.constantFrom('Draft' as const, 'Published' as const, 'Archived' as const)),
        description: maybe(fc.string()),
        created_at: maybe(time),
        end_date: maybe(fc.constantFrom(null, '+P30D', '2025-12-31')),
        open_ended: maybe(fc.boolean()),
      }),
      entry: maybe(criteria),
      blocks: fc.array(block, { minLength: 1, maxLength: 6 }),
      hasLabels: fc.boolean(),
      hasExit: fc.boolean(),
    })
    .map(({ label, rest, entry, blocks, hasLabels, hasExit }) => {
      const named = [
        { type: 'entry', criteria: entry },
        ...blocks,
        ...(hasExit ? [{ type: 'exit' }] : []),
      ].map((node, n) => ({ name: `Node ${n}`, ...(hasLabels && { id: `n${n}` }), ...node }))
      const nodes = named.map(defined) as Node[]
      const isListed = nodes.some(({ type }) => type === 'condition')
      const connections = isListed ? { connections: joined(nodes) } : {}
      return defined({ name: `Journey ${number}`, id: label, ...rest, nodes, ...connections }) as Journey
    })

/** Each node leads to the next; a condition also, unless its rule holds, to the one after that. */
const joined = (nodes: Node[]): Connection[] =>
  nodes.slice(0, -1).flatMap(({ type, name }, n): Connection[] => {
    const [next, after] = [nodes[n + 1] as Node, nodes[n + 2]]
    if (type !== 'condition') return [{ from: name, to: next.id ?? next.name }]
    const rule = { '>': [{ var: 'attributes.amount' }, 10] }
    return [
      { from: name, to: next.name, ...(after ? { when: rule } : { else: true as const }) },
      ...(after ? [{ from: name, to: after.name, else: true as const }] : []),
    ]
  })

const attributes = fc.record({
  amount: maybe(fc.integer({ min: 0, max: 100 })),
  store: maybe(fc.constant('berlin')),
})

const member = (number: number, journeys: Journey[]): fc.Arbitrary<Member> =>
  fc
    .record({
      attributes: maybe(fc.record({ tier: fc.constantFrom('gold', '') })),
      status: maybe(fc.constantFrom('active' as const, 'blocked' as const)),
      events: maybe(fc.array(fc.record({ event, attributes: maybe(attributes) }), { maxLength: 6 })),
      participations: maybe(
        fc.subarray(journeys).chain(some => fc.tuple(...some.map(participation))) as fc.Arbitrary<object[]>,
      ),
    })
    .map(rest => defined({ email: `member${number}@example.com`, ...rest }) as Member)

const participation = ({ name, nodes = [] }: Journey): fc.Arbitrary<object> => {
  const steps = nodes.filter(({ type }) => type === 'event' || type === 'action').map(node => node.name)
  return fc
    .record({
      started_at: maybe(fc.constantFrom('2025-01-01', '-P60D')),
      events: maybe(fc.subarray(steps).map(some => some.map(node => ({ node, at: '2025-06-01' })))),
      status: maybe(fc.constantFrom('Completed', 'Expired')),
    })
    .map(({ status, ...rest }) => ({
      journey: name,
      ...rest,
      // Events that complete the journey would contradict another status.
      ...(status === 'Completed' && { status }),
      ...(status === 'Expired' && { status, events: [] }),
    }))
}

export const randomSeed: fc.Arbitrary<SeedInput> = fc
  .tuple(journey(1), journey(2), journey(3))
  .chain(all => fc.shuffledSubarray(all))
  .chain(journeys =>
    fc.record({
      site: fc.constantFrom({ site_id: '9991331' }, { site_id: 'shop', name: 'a shop', secret: 'secret' }),
      journeys: fc.constant(journeys),
      members: fc.tuple(member(1, journeys), member(2, journeys), member(3, journeys)),
    }),
  )
