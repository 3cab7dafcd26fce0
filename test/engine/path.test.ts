import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { replay } from '../../src/engine/handle-event.ts'
import { pathOf } from '../../src/engine/retrace.ts'
import {
  afterEvents,
  condition,
  day,
  definition,
  entry,
  exit,
  journey,
  more,
  nobody,
  reward,
  step,
  stored,
} from './journeys.ts'
import { compiled, scenario } from './random-scenarios.ts'

const blocks = {
  in: entry(),
  buys: step('purchase'),
  large: condition(),
  points: reward(),
  reviews: step('review'),
  visits: step('visit'),
  out: exit(),
}
const ways = ['in > buys > large > points > reviews > out', 'large > visits > out']
const when = { when: { 'large > points': more(50), 'large > visits': 'else' as const } }
const shop = journey('Shop', blocks, ways, when)
const { connections } = definition('Shop', blocks, ways, when)

/** The nodes passed, the steps at which the member waits, and the connections taken. */
function wayOf(participation: ReturnType<typeof afterEvents>['participation']) {
  const path = pathOf(shop, participation)
  const taken = connections
    .filter(path.took)
    .map(({ source_node_id, target_node_id }) => `${source_node_id} > ${target_node_id}`)
  return { passed: [...path.passed].sort(), waiting: [...path.waiting], taken }
}

describe('The way a member has come', () => {
  test('is only the entry, for one who waits at the first step', () => {
    expect(wayOf(stored('Shop'))).toEqual({ passed: ['in'], waiting: ['buys'], taken: ['in > buys'] })
  })

  test('leads through the condition to the branch that was taken', () => {
    expect(wayOf(afterEvents([shop], [['purchase', { amount: 80 }]]).participation)).toEqual({
      passed: ['buys', 'in', 'large', 'points'],
      waiting: ['reviews'],
      taken: ['in > buys', 'buys > large', 'large > points', 'points > reviews'],
    })
    expect(wayOf(afterEvents([shop], [['purchase', { amount: 8 }]]).participation)).toEqual({
      passed: ['buys', 'in', 'large'],
      waiting: ['visits'],
      taken: ['in > buys', 'buys > large', 'large > visits'],
    })
  })

  test('ends at the exit when it is completed', () => {
    const { participation } = afterEvents([shop], [['purchase', { amount: 8 }], 'visit'])
    expect(wayOf(participation)).toEqual({
      passed: ['buys', 'in', 'large', 'out', 'visits'],
      waiting: [],
      taken: ['in > buys', 'buys > large', 'large > visits', 'visits > out'],
    })
  })

  test('goes through a condition straight to the exit', () => {
    const graph = journey(
      'Gate',
      { in: entry(), a: step('a'), gate: condition(), b: step('b'), out: exit() },
      ['in > a > gate > out', 'gate > b > out'],
      { when: { 'gate > b': more(5), 'gate > out': 'else' } },
    )
    const { participation } = afterEvents([graph], ['a'])
    expect(participation.completed_at).toBe(day(1))
    const { passed, took } = pathOf(graph, participation)
    expect([...passed].sort()).toEqual(['a', 'gate', 'in', 'out'])
    expect(took({ source_node_id: 'gate', target_node_id: 'out' })).toBe(true)
    expect(took({ source_node_id: 'gate', target_node_id: 'b' })).toBe(false)
  })

  test('does not lead back where a cycle has not been gone round', () => {
    const ring = journey('Ring', { in: entry(), a: step('a'), b: step('b'), c: step('c') }, [
      'in > a > b > c',
      'b > a',
    ])
    const back = { source_node_id: 'b', target_node_id: 'a' }
    const at = (waiting: string[], ...done: string[]) =>
      pathOf(ring, stored('Ring', { done, waiting_at: waiting.map(node_id => ({ node_id, count: 0 })) }))
    expect(at(['c'], 'a', 'b').took(back)).toBe(false)
    expect(at(['a', 'c'], 'a', 'b').took(back)).toBe(true)
    expect(at(['b', 'c'], 'a', 'b', 'a').took(back)).toBe(true)
  })
})

test('For any events, the path leads to every completed step, every reward and every step at which the member waits', () => {
  let ways = 0
  fc.assert(
    fc.property(scenario, given => {
      const journeys = compiled(given)
      let count = 0
      const newId = () => `participation ${++count}`
      const { participations } = replay({ journeys, member: nobody, history: given.history, newId })
      for (const participation of participations) {
        const graph = journeys.find(
          ({ journey }) => journey.id === participation.journey_id,
        ) as (typeof journeys)[number]
        const { passed, waiting, took } = pathOf(graph, participation)
        const taken = [...graph.nodes.values()].flatMap(({ id, targets }) =>
          targets.filter(target => took({ source_node_id: id, target_node_id: target })),
        )
        for (const id of [...participation.events, ...participation.rewards].map(({ node_id }) => node_id))
          expect(passed.has(id)).toBe(true)
        for (const id of [...passed, ...waiting]) {
          if (graph.nodes.get(id)?.type !== 'entry') expect(taken, id).toContain(id)
        }
        for (const id of taken) expect(passed.has(id) || waiting.has(id)).toBe(true)
        ways++
      }
    }),
    { numRuns: 2000, seed: 20250115 },
  )
  expect(ways).toBeGreaterThan(500)
})
