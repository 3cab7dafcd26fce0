import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Outcome } from '../../src/contract/outcome.ts'
import type { ParticipationRecord } from '../../src/contract/records.ts'
import { participationAsOf } from '../../src/engine/as-of.ts'
import { isStep, type JourneyGraph } from '../../src/engine/graph.ts'
import { handleEvent, replay } from '../../src/engine/handle-event.ts'
import { nobody } from './journeys.ts'
import { compiled, hour, type Scenario, scenario } from './random-scenarios.ts'

// All of them take seconds, which the check has and a person at work has not.
const CASES = { numRuns: process.env.CI ? 10_000 : 2000, seed: 20250115 }

/** A scenario with its result. */
interface Run {
  scenario: Scenario
  journeys: JourneyGraph[]
  moments: Moment[]
  participations: Participations
}

let everyRun: Run[] | undefined

/** Checks a property of every scenario. They are played once for all properties; one that fails is then shrunk. */
function holds(property: (run: Run) => void): void {
  everyRun ??= fc.sample(scenario, CASES).map(toRun)
  for (const run of everyRun) {
    try {
      property(run)
    } catch (error) {
      fc.assert(
        fc.property(scenario, one => property(toRun(one))),
        CASES,
      )
      throw error
    }
  }
}

function toRun(scenario: Scenario): Run {
  const journeys = compiled(scenario)
  return { scenario, journeys, ...play(scenario, journeys) }
}

type Participations = readonly ParticipationRecord[]
type Moment = {
  before: Participations
  after: Participations
  outcomes: ReturnType<typeof handleEvent>['outcomes']
}

const ids = (from = 0) => {
  let count = from
  return () => `participation ${++count}`
}

/** One event after the other; every state is frozen, so that changing one throws. */
function play(
  { participations, history }: Pick<Scenario, 'participations' | 'history'>,
  journeys: JourneyGraph[],
) {
  const newId = ids(participations.length)
  const moments: Moment[] = []
  let before: Participations = frozen(participations)
  for (const event of history) {
    const { participations: after, outcomes } = handleEvent({
      journeys,
      member: { ...nobody, participations: before },
      event: frozen(event),
      newId,
    })
    moments.push({ before, after: frozen(after), outcomes })
    before = after
  }
  return { moments, participations: before }
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const inner of Object.values(value)) frozen(inner)
  return Object.freeze(value)
}

/** `expect` is too slow for millions of facts. */
function hold(fact: boolean, what: string): asserts fact {
  if (!fact) throw new Error(`does not hold: ${what}`)
}

const same = (a: unknown, b: unknown, what: string) => {
  if (JSON.stringify(a) !== JSON.stringify(b)) expect(a, what).toEqual(b)
}

const UUID = /^[0-9a-f-]{36}$/
const ajv = new Ajv2020({ allowUnionTypes: true, formats: { uuid: UUID }, keywords: ['x-provenance'] })
const matchesSchema = ajv.compile(Outcome)

/** In tests the ids are names, which the schema would refuse. */
const matchesItsSchema = (outcome: Outcome) => {
  const withIds = (key: string, value: unknown) =>
    key.endsWith('_id') && value !== null ? '8483cb5c-82a4-486d-898c-4ed27c6bcf1b' : value
  return matchesSchema(JSON.parse(JSON.stringify(outcome, withIds)))
}

const tenths = ({ progress_percentage }: ParticipationRecord) => Math.round(Number(progress_percentage) * 10)

describe('for any journeys and events', () => {
  test('every kind of outcome occurs, in the form of its schema', () => {
    const tally = new Map<string, number>()
    for (const one of fc.sample(scenario, { ...CASES, numRuns: 1000 })) {
      const outcomes = play(one, compiled(one)).moments.flatMap(moment => moment.outcomes)
      for (const outcome of outcomes) hold(matchesItsSchema(outcome), 'an outcome matches its schema')
      for (const type of new Set(outcomes.map(({ type }) => type)))
        tally.set(type, (tally.get(type) ?? 0) + 1)
    }
    expect([...tally.keys()].sort()).toEqual(
      Outcome.anyOf.map(({ properties }) => properties.type.const).sort(),
    )
    expect(Math.min(...tally.values())).toBeGreaterThan(40)
  })

  test('progress never falls, blocked stays blocked, 100.0 is completed; an event completes each step at most once, or has no effect with reasons', () => {
    holds(({ journeys, moments }) => {
      for (const moment of moments) {
        hasOutcome(moment)
        for (const [i, now] of moment.after.entries()) {
          const graph = graphOf(now, journeys)
          isSound(now, graph)
          grew(moment.before[i], now)
          isBounded(moment.before[i], now, graph)
        }
      }
    })
  })

  test('replaying a history, or stopping midway and going on, is the same as one event after the other', () => {
    holds(({ scenario, journeys, participations: played }) => {
      const { participations, history } = scenario
      const member = { ...nobody, participations }
      same(
        replay({ journeys, member, history, newId: ids(participations.length) }).participations,
        played,
        'replayed',
      )

      const half = history.length >> 1
      const first = play({ participations, history: history.slice(0, half) }, journeys).participations
      const restored = JSON.parse(JSON.stringify(first)) as ParticipationRecord[]
      same(
        play({ participations: restored, history: history.slice(half) }, compiled(scenario)).participations,
        played,
        'resumed',
      )
    })
  })

  test('only the status of participations and rewards changes with time, in one step as in many', () => {
    holds(({ journeys, participations }) => {
      for (const participation of participations) {
        const stored = frozen({ ...participation, journey: graphOf(participation, journeys).journey })
        const views = [700, 0, 60, 5, 1500, 200].map(hours => participationAsOf(stored, hour(hours)))
        same(views.map(timeless), Array(6).fill(timeless(views[0] as View)), 'nothing else changes')
        same(participationAsOf(JSON.parse(JSON.stringify(stored)), hour(1500)), views[4], 'in one step')
        const inOrder = [1, 3, 2, 5, 0, 4].map(i => views[i] as View)
        for (const [i, later] of inOrder.slice(1).entries()) timePassed(inOrder[i] as View, later)
      }
    })
  })

  test('the order of connections makes no difference, except at conditions', () => {
    holds(({ scenario, participations }) => {
      const definitions = scenario.definitions.map(definition => {
        const decides = new Set(
          definition.nodes.filter(({ type }) => type === 'condition').map(({ id }) => id),
        )
        const [fixed, free] = [true, false].map(is =>
          definition.connections.filter(({ source_node_id }) => decides.has(source_node_id) === is),
        )
        return { ...definition, connections: [...(free ?? []).reverse(), ...(fixed ?? [])] }
      })
      const other = play(scenario, compiled({ ...scenario, definitions })).participations
      same(other.map(unordered), participations.map(unordered), 'reordered')
    })
  })
})

const graphOf = ({ journey_id }: ParticipationRecord, journeys: JourneyGraph[]) =>
  journeys.find(({ journey }) => journey.id === journey_id) as JourneyGraph

function hasOutcome({ before, after, outcomes }: Moment) {
  hold(outcomes.length > 0, 'there is always an outcome')
  const same = after.length === before.length && after.every((now, i) => now === before[i])
  hold(
    outcomes.some(({ type }) => type === 'no_effect') === same,
    'it is no_effect exactly when nothing changed',
  )
}

function isSound(
  { progress_percentage: progress, completed_at, waiting_at }: ParticipationRecord,
  graph: JourneyGraph,
) {
  hold(/^(100\.0|\d{1,2}\.\d)$/.test(progress), 'progress has its form')
  hold((progress === '100.0') === (completed_at !== null), 'completed exactly when 100.0')
  if (waiting_at === null) return
  hold(
    (waiting_at.length === 0) === (completed_at !== null),
    'completed exactly when the member waits nowhere',
  )
  hold(new Set(waiting_at.map(({ node_id }) => node_id)).size === waiting_at.length, 'each place once')
  for (const { node_id, count } of waiting_at) {
    const node = graph.nodes.get(node_id)
    hold(
      node !== undefined && isStep(node) && count >= 0 && count < node.times,
      'the member waits at a step that needs more events',
    )
  }
}

function grew(earlier: ParticipationRecord | undefined, now: ParticipationRecord) {
  if (!earlier) return
  hold(tenths(now) >= tenths(earlier), 'progress never falls')
  hold(
    earlier.completed_at === null || earlier.completed_at === now.completed_at,
    'completed stays completed',
  )
  for (const [e, event] of earlier.events.entries()) hold(now.events[e] === event, 'what is done stays done')
  for (const [r, reward] of earlier.rewards.entries()) {
    const after = now.rewards[r]
    hold(
      after === reward || (reward.blocked_by === null && after?.blocked_by !== null),
      'blocked stays blocked',
    )
    hold(after?.blocked_by === null || after?.hold_end_datetime === null, 'blocked is not held')
  }
}

function isBounded(
  earlier: ParticipationRecord | undefined,
  now: ParticipationRecord,
  { nodes }: JourneyGraph,
) {
  for (const list of ['events', 'rewards'] as const) {
    const added = now[list].slice(earlier?.[list].length ?? 0).map(({ node_id }) => node_id)
    hold(
      new Set(added).size === added.length && added.length <= nodes.size,
      `${list}: each node once an event`,
    )
  }
}

type View = ReturnType<typeof participationAsOf<ParticipationRecord & { journey: JourneyGraph['journey'] }>>

const timeless = ({ status: _, expired_at: __, rewards, ...rest }: View) => ({
  ...rest,
  rewards: rewards.map(({ node_id }) => node_id),
})

function timePassed(earlier: View, later: View) {
  hold(earlier.status === later.status || earlier.status === 'InProgress', 'what has ended stays ended')
  for (const [r, { status }] of later.rewards.entries()) {
    const before = earlier.rewards[r]?.status
    hold(status === before || (before === 'held' && status === 'issued'), 'a hold ends once')
  }
}

const byText = <T>(items: readonly T[] | null) => (items ?? []).map(item => JSON.stringify(item)).sort()

const unordered = ({ events, rewards, waiting_at, ...rest }: ParticipationRecord) => ({
  ...rest,
  events: byText(events),
  rewards: byText(rewards),
  waiting_at: byText(waiting_at),
})
