import { describe, expect, test } from 'vitest'
import { rewardAsOf } from '../../src/engine/as-of.ts'
import { afterEvents, day, entry, exit, journey, nobody, reward, step, stored } from './journeys.ts'

const shop = (gift = reward({ hold: 'P14D', blocking_events: ['return', 'refund'] }), extra = {}) =>
  journey(
    'Shop',
    { in: entry(), buy: step('purchase'), gift, rate: step('review'), out: exit() },
    ['in > buy > gift > rate > out'],
    extra,
  )

const at = (event: string, time: string): [string, Record<string, unknown>, string] => [event, {}, time]
const bought = at('purchase', '2025-01-01T10:33:32.500861')
const held = {
  node_id: 'gift',
  hold_start_datetime: '2025-01-01T10:33:32.500861',
  hold_end_datetime: '2025-01-15T10:33:32.500861',
  blocked_by: null,
  blocked_at: null,
}
const blockedAt = (moment: string, by = 'return') => ({
  node_id: 'gift',
  hold_start_datetime: null,
  hold_end_datetime: null,
  blocked_by: by,
  blocked_at: moment,
})

describe('a reward with a hold', () => {
  test('is held from the moment it is reached', () => {
    const { participation, messages } = afterEvents([shop()], [bought])
    expect(participation.rewards).toEqual([held])
    expect(messages.at(-1)).toBe('reached "gift" in Shop, held until 2025-01-15T10:33:32.500861')
  })

  test('is issued at its end by the clock alone', () => {
    expect(rewardAsOf(held, '2025-01-15T10:33:32.500860').status).toBe('held')
    expect(rewardAsOf(held, '2025-01-15T10:33:32.500861').status).toBe('issued')
  })

  test.each([
    ['PT0.000001S', '2025-01-01T10:33:32.500862'],
    ['P1M', '2025-02-01T10:33:32.500861'],
    ['P1Y2W', '2026-01-15T10:33:32.500861'],
    ['PT36H', '2025-01-02T22:33:32.500861'],
  ])('of %s ends at %s', (hold, end) => {
    expect(afterEvents([shop(reward({ hold }))], [bought]).participation.rewards[0]?.hold_end_datetime).toBe(
      end,
    )
  })

  test('ends with the last moment that can be written', () => {
    const { participation } = afterEvents([shop()], [at('purchase', '9999-12-31T00:00:00.000000')])
    expect(participation.rewards[0]?.hold_end_datetime).toBe('9999-12-31T23:59:59.999999')
  })

  test('whose month is shorter ends on its last day', () => {
    const { participation } = afterEvents([shop(reward({ hold: 'P1M' }))], [at('purchase', day(31))])
    expect(participation.rewards[0]?.hold_end_datetime).toBe('2025-02-28T00:00:00.000000')
  })
})

describe('a blocking event', () => {
  test('during the hold blocks the reward and takes the hold away', () => {
    const { participation, outcomes } = afterEvents([shop()], [bought, at('return', day(3))])
    expect(participation.rewards).toEqual([blockedAt(day(3))])
    expect(participation.updated_at).toBe(day(3))
    expect(outcomes).toEqual([
      {
        type: 'reward_blocked',
        participation_id: 'participation 1',
        journey_id: 'Shop',
        journey_name: 'Shop',
        node_id: 'gift',
        node_name: 'gift',
        blocked_by: 'return',
        blocked_at: day(3),
        message: '"gift" in Shop is blocked by "return"',
      },
    ])
  })

  test.each([
    ['at the instant the hold began', '2025-01-01T10:33:32.500861', true],
    ['just before the hold ends', '2025-01-15T10:33:32.500860', true],
    ['at the instant the hold ends', '2025-01-15T10:33:32.500861', false],
  ])('%s', (_, moment, blocks) => {
    const { participation } = afterEvents([shop()], [bought, at('return', moment)])
    expect(participation.rewards).toEqual([blocks ? blockedAt(moment) : held])
  })

  test('blocks for good, and the first one is shown', () => {
    const { participation } = afterEvents([shop()], [bought, at('refund', day(2)), at('return', day(3))])
    expect(participation.rewards).toEqual([blockedAt(day(2), 'refund')])
  })

  test('does not block what it is itself the reason for', () => {
    const odd = shop(reward({ hold: 'P1D', blocking_events: ['purchase'] }))
    expect(afterEvents([odd], [bought]).participation.rewards[0]?.blocked_by).toBeNull()
  })

  test('blocks before it moves, so that what is reached by it is held', () => {
    const gift = reward({ hold: 'P5D', blocking_events: ['a'] })
    const round = journey('Round', { in: entry(), a: step('a'), gift }, ['in > a > gift > a'])
    const { participation, messages } = afterEvents([round], ['a', 'a'])
    expect(participation.rewards).toMatchObject([
      { blocked_by: 'a' },
      { hold_start_datetime: day(2), blocked_by: null },
    ])
    expect(messages.slice(-3)).toEqual([
      '"gift" in Round is blocked by "a"',
      'completed "a" in Round',
      'reached "gift" in Round, held until 2025-01-07T00:00:00.000000',
    ])
  })

  test('leaves rewards alone that it is not named for, or that are not held', () => {
    expect(afterEvents([shop()], [bought, at('login', day(2))]).participation.rewards).toEqual([held])
    const free = shop(reward({ blocking_events: ['return'] }))
    const { participation } = afterEvents([free], [bought, at('return', day(2))])
    expect(participation.rewards).toEqual([{ ...held, hold_start_datetime: null, hold_end_datetime: null }])
  })

  test('blocks after the participation is completed', () => {
    const { participation } = afterEvents([shop()], [bought, at('review', day(2)), at('return', day(3))])
    expect(participation.completed_at).toBe(day(2))
    expect(participation.rewards).toEqual([blockedAt(day(3))])
  })

  test.each([
    ['has expired', { expired_at: day(2) }, {}],
    ['belongs to an archived journey', {}, { status: 'Archived' }],
    ['belongs to a journey that has ended', {}, { end_date: day(2) }],
  ])('blocks where the participation %s', (_, facts, extra) => {
    const member = {
      ...nobody,
      participations: [stored('Shop', { done: ['buy'], rewards: [held], ...facts })],
    }
    const { participation } = afterEvents([shop(undefined, extra)], [at('return', day(3))], member)
    expect(participation.rewards).toEqual([blockedAt(day(3))])
    expect(participation.waiting_at).toBeNull()
  })
})

describe('a reward without a hold and a badge', () => {
  test('carry none of the four keys', () => {
    const { participation, messages } = afterEvents([shop(reward())], [bought])
    expect(participation.rewards).toEqual([{ ...held, hold_start_datetime: null, hold_end_datetime: null }])
    expect(messages.at(-1)).toBe('issued "gift" in Shop')
  })
})
