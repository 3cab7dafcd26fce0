import fc from 'fast-check'
import { NODE_TYPES, type NodeType } from '../../src/contract/journey.ts'
import { ELSE } from '../../src/contract/node-config.ts'
import type { HistoryRecord, ParticipationRecord } from '../../src/contract/records.ts'
import { compileJourney, type JourneyDefinition, type JourneyGraph } from '../../src/engine/graph.ts'
import { more, stored } from './journeys.ts'

/**
 * Random scenarios: journeys of any shape, cyclic and broken off ones included, a member who may be in them already, and
 * a history. Small on purpose: the fewer nodes and events there are, the more often they meet.
 */
export interface Scenario {
  definitions: JourneyDefinition[]
  participations: ParticipationRecord[]
  history: HistoryRecord[]
}

/** With more steps than others, or few events would mean anything. */
const KINDS: readonly NodeType[] = [...NODE_TYPES, 'event', 'event', 'event', 'reward', 'condition']
const HOLDS = [undefined, undefined, 'PT12H', 'P2D', 'P1M'] as const
const EVENTS = ['a', 'b', 'c', 'return']
const START = Date.UTC(2025, 0, 1)

const HOURS = Array.from(
  { length: 2000 },
  (_, n) => `${new Date(START + n * 3_600_000).toISOString().slice(0, -1)}000`,
)

/** A vendor timestamp some hours into 2025, at most 2000. */
export const hour = (n: number) => HOURS[n] as string

const small = (max: number) => fc.nat({ max })

const node = fc.record({
  kind: small(KINDS.length - 1),
  event: small(2),
  rule: small(9),
  times: small(7),
  hold: small(HOLDS.length - 1),
  blockedBy: small(7),
  onward: small(3),
  targets: fc.array(small(7), { maxLength: 2 }),
})
type RandomNode = typeof node extends fc.Arbitrary<infer N> ? N : never

const drawing = fc.record({
  nodes: fc.array(node, { minLength: 2, maxLength: 6 }),
  status: small(19),
  start: small(40),
  end: small(200),
})

const happening = fc.record({ event: small(EVENTS.length - 1), amount: small(9), gap: small(30) })

export const scenario: fc.Arbitrary<Scenario> = fc
  .record({
    drawings: fc.array(drawing, { minLength: 1, maxLength: 2, size: 'xsmall' }),
    history: fc.array(happening, { minLength: 1, maxLength: 8 }),
    stored: small(3),
    done: fc.array(small(7), { maxLength: 3 }),
  })
  .map(({ drawings, history, stored: isStored, done }) => {
    const definitions = drawings.map((one, j) => draw(one, `journey ${j}`))
    const [first] = definitions
    return {
      definitions,
      participations: first && isStored === 0 ? [storedOf(first, done)] : [],
      history: lastly(history),
    }
  })

export const compiled = ({ definitions }: Scenario): JourneyGraph[] => definitions.map(compileJourney)

function draw(
  { nodes, status, start, end }: typeof drawing extends fc.Arbitrary<infer D> ? D : never,
  id: string,
) {
  const types = nodes.map(({ kind }, i): NodeType => KINDS[i > 1 ? kind : i] ?? 'event')
  return {
    id,
    name: id,
    status: status === 0 ? ('Archived' as const) : status === 1 ? ('Draft' as const) : ('Published' as const),
    start_date: start > 35 ? hour(start) : null,
    end_date: end < 40 ? hour(end * 4) : null,
    nodes: nodes.map((one, i) => ({
      id: `n${i}`,
      name: `n${i}`,
      type: types[i] as NodeType,
      config: configOf(types[i] as NodeType, one),
    })),
    connections: nodes.flatMap(({ targets, onward, rule }, i) => {
      // Mostly a way on, or few would ever come far.
      const all = i === 0 || onward > 0 ? [i + 1, ...targets] : targets
      return [...new Set(all)].map((target, t) => ({
        source_node_id: `n${i}`,
        target_node_id: `n${target % nodes.length}`,
        condition: types[i] === 'condition' ? branch(rule + t, t) : null,
      }))
    }),
  } satisfies JourneyDefinition
}

const branch = (rule: number, t: number) => (t === 1 ? ELSE : JSON.stringify(more(rule % 10)))

function configOf(
  type: NodeType,
  { event, rule, times, hold, blockedBy }: RandomNode,
): Record<string, unknown> {
  const criteria = rule > 6 ? { criteria: more(rule - 5) } : {}
  switch (type) {
    case 'entry':
      return rule > 7 ? { criteria: more(rule - 6) } : {}
    case 'event':
    case 'action':
      return { event: EVENTS[event], ...criteria, ...(times > 5 ? { times: times - 4 } : {}) }
    case 'reward': {
      const period = HOLDS[hold]
      const blocking_events = EVENTS.filter((_, i) => (blockedBy >> i) & 1)
      return {
        type: 'points',
        blocking_events: [...blocking_events, 'return'],
        ...(period ? { hold: period } : {}),
      }
    }
    case 'badge':
      return { code: 'B' }
    default:
      return {}
  }
}

function storedOf({ id, nodes }: JourneyDefinition, done: number[]): ParticipationRecord {
  const steps = nodes.filter(({ type }) => type === 'event' || type === 'action')
  const ids = steps.length > 0 ? done.map(i => (steps[i % steps.length] as { id: string }).id) : []
  return stored(id, {
    started_at: hour(0),
    done: ids,
    progress_percentage: ids.length > 0 ? '12.3' : '0.0',
    rewards: nodes
      .filter(({ type }) => type === 'reward')
      .slice(0, done.length)
      .map(({ id: node_id }) => ({
        node_id,
        hold_start_datetime: hour(0),
        hold_end_datetime: hour(48),
        blocked_by: null,
        blocked_at: null,
      })),
  })
}

function lastly(history: { event: number; amount: number; gap: number }[]): HistoryRecord[] {
  let hours = 0
  return history.map(({ event, amount, gap }) => {
    // Events often share a moment, as they do where a test has stopped the clock.
    hours += Math.max(0, gap - 10)
    return { event: EVENTS[event] as string, attributes: { amount }, at: hour(hours) }
  })
}
