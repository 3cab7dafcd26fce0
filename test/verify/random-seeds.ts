import fc from 'fast-check'
import { JOURNEY_STATUSES } from '../../src/contract/journey.ts'
import type { SeedDocument, SeedParticipation } from '../../src/seed/schema.ts'
import { id, journeyOf, memberOf, nodesOf, participationOf, SITE, seedOf } from '../support/seeds.ts'

/** Seeds whose times lie around June 2025, so that at a moment there some things have ended and some have not. */

const time = fc
  .integer({ min: 0, max: 300 })
  .map(day => `${new Date(Date.UTC(2025, 0, 1 + day, 6)).toISOString().slice(0, -1)}123`)
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 1 })

const beyond = fc
  .dictionary(
    fc.string().map(name => `_${name}`),
    fc.jsonValue({ maxDepth: 2 }),
    { maxKeys: 3, noNullPrototype: true },
  )
  .map(generated => JSON.parse(JSON.stringify(generated)) as Record<string, unknown>)

/** Properties beyond the contract, and these instead of its values. */
const extra = (instead: Record<string, unknown> = {}) =>
  fc.tuple(beyond, fc.subarray(Object.entries(instead))).map(([added, replaced]) => {
    const all = { ...Object.fromEntries(replaced), ...added }
    return Object.keys(all).length === 0 ? {} : { extra: all }
  })

const journey = (n: number) =>
  fc
    .record({
      status: fc.constantFrom(...JOURNEY_STATUSES),
      end_date: maybe(time),
      created_at: time,
      name: fc.string(),
      extras: fc.tuple(
        extra({ status: 'Paused', name: 7, expired_at: null, multi_template_id: 3 }),
        extra({ type: 'teleport', config: { to: 'Mars' } }),
        extra({ condition: 5 }),
      ),
    })
    .map(({ extras: [ofJourney, ofNode, ofConnection], ...rest }) => {
      const { nodes, connections } = journeyOf(n)
      return journeyOf(n, {
        ...rest,
        ...ofJourney,
        nodes: nodes.map(node => ({
          ...node,
          ...ofNode,
          ...(node.type === 'reward' && { config: { type: 'points', hold: 'P9D' } }),
        })),
        connections: connections.map(connection => ({ ...connection, ...ofConnection })),
      })
    })

const participation = (n: number, j: number): fc.Arbitrary<SeedParticipation> =>
  fc
    .record({
      times: fc.uniqueArray(time, { minLength: 4, maxLength: 4 }).map(times => times.toSorted()),
      end: fc.constantFrom('completed', 'expired', 'open'),
      reward: fc.constantFrom('held', 'blocked', 'issued', 'none'),
      done: fc.boolean(),
      extras: fc.tuple(
        extra({ status: 'Paused', progress_percentage: 50, completed_at: 'never' }),
        extra({ type: 'click', name: null }),
        extra({ status: 'pending' }),
      ),
    })
    .map(({ times, end, reward, done, extras: [ofParticipation, ofEvent, ofReward] }) => {
      const [started_at = '', first = '', second = '', last = ''] = times
      const states = {
        held: { hold_start_datetime: first, hold_end_datetime: second },
        blocked: { blocked_by: 'a return', blocked_at: second },
        issued: {},
        none: {},
      }
      return participationOf(n, j, {
        started_at,
        progress_percentage: end === 'completed' ? '100.0' : '33.3',
        completed_at: end === 'completed' ? last : null,
        expired_at: end === 'expired' ? last : null,
        events: done ? [{ node_id: nodesOf(j).event, completed_at: first, ...ofEvent }] : [],
        rewards: reward === 'none' ? [] : [{ node_id: nodesOf(j).reward, ...states[reward], ...ofReward }],
        ...ofParticipation,
      })
    })

export const randomSeed: fc.Arbitrary<SeedDocument> = fc
  .tuple(
    journey(1),
    journey(2),
    participation(9001, 1),
    participation(9002, 2),
    participation(9003, 1),
    extra(),
  )
  .map(([one, two, first, second, third, around]) =>
    seedOf({
      journeys: [one, two],
      site: { ...SITE, ...around },
      members: [
        { ...memberOf('ann@example.com', first, second), ...around },
        memberOf('Bob+x@exämple.com', third),
      ],
    }),
  )

export const journeyIds = (seed: SeedDocument): string[] => [...seed.journeys.map(({ id }) => id), id(77)]
