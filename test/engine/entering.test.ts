import { describe, expect, test } from 'vitest'
import {
  afterEvents,
  condition,
  day,
  doneIn,
  entry,
  exit,
  journey,
  more,
  nobody,
  reward,
  step,
  waitingAt,
} from './journeys.ts'

const blocks = { in: entry(), fill: step('profile_completed'), buy: step('purchase'), out: exit() }
const path = ['in > fill > buy > out']
const welcome = (extra = {}) => journey('Welcome', blocks, path, extra)

describe('an entry without criteria', () => {
  test('lets in by the event that the step behind it waits for, and counts it', () => {
    const { participation, messages } = afterEvents([welcome()], ['profile_completed'])
    expect(messages).toEqual(['entered Welcome through "in"', 'completed "fill" in Welcome'])
    expect(participation).toEqual({
      id: 'participation 1',
      journey_id: 'Welcome',
      started_at: day(1),
      progress_percentage: '50.0',
      completed_at: null,
      expired_at: null,
      created_at: day(1),
      updated_at: day(1),
      events: [{ node_id: 'fill', completed_at: day(1) }],
      rewards: [],
      waiting_at: [{ node_id: 'buy', count: 0 }],
    })
  })

  test('does not let in by an event that only a later step waits for', () => {
    expect(afterEvents([welcome()], ['purchase']).participations).toEqual([])
  })

  test('does not let in by an event for which the criteria of the step do not hold', () => {
    const big = journey('Big', { in: entry(), buy: step('purchase', { criteria: more(50) }) }, ['in > buy'])
    expect(afterEvents([big], [['purchase', { amount: 50 }]]).participations).toEqual([])
    expect(afterEvents([big], [['purchase', { amount: 51 }]]).participations).toHaveLength(1)
  })

  test('looks through conditions and rewards at the steps behind it', () => {
    const split = journey(
      'Split',
      { in: entry(), hello: reward(), big: condition(), buy: step('purchase'), talk: step('review') },
      ['in > hello > big > buy', 'big > talk'],
      { when: { 'big > buy': more(50), 'big > talk': 'else' } },
    )
    expect(afterEvents([split], [['purchase', { amount: 10 }]]).participations).toEqual([])
    const { messages } = afterEvents([split], [['purchase', { amount: 60 }]])
    expect(messages).toEqual([
      'entered Split through "in"',
      'issued "hello" in Split',
      'completed "buy" in Split',
      'completed Split',
    ])
  })

  test('lets in by the first of several times', () => {
    const three = journey('Three', { in: entry(), buy: step('purchase', { times: 3 }) }, ['in > buy'])
    expect(afterEvents([three], ['purchase']).messages).toEqual([
      'entered Three through "in"',
      'counted "buy" in Three, 1 of 3',
    ])
  })
})

describe('an entry with criteria', () => {
  const gold = { '==': [{ var: 'member.attributes.tier' }, 'gold'] }
  const club = journey('Club', { in: entry(gold), buy: step('purchase'), out: exit() }, ['in > buy > out'])
  const goldMember = { ...nobody, attributes: { tier: 'gold' } }

  test('lets in by any event for which they hold, whatever the steps wait for', () => {
    const { participation, messages } = afterEvents([club], ['login'], goldMember)
    expect(messages).toEqual(['entered Club through "in"'])
    expect(waitingAt(participation)).toEqual(['buy'])
    expect(participation.progress_percentage).toBe('0.0')
  })

  test('has the same event count for a step right behind it', () => {
    const { participation } = afterEvents([club], ['purchase'], goldMember)
    expect(doneIn(participation)).toEqual(['buy'])
  })

  test('does not let in where they do not hold', () => {
    expect(afterEvents([club], ['purchase']).participations).toEqual([])
  })

  test('reads the name and the time of the event', () => {
    const rule = { and: [{ '==': [{ var: 'event' }, 'signup'] }, { '>=': [{ var: 'at' }, day(2)] }] }
    const late = journey('Late', { in: entry(rule), buy: step('purchase') }, ['in > buy'])
    expect(afterEvents([late], ['signup']).participations).toHaveLength(0)
    expect(afterEvents([late], ['signup', 'signup']).participations).toHaveLength(1)
  })

  test('may lead straight out', () => {
    const gift = journey('Gift', { in: entry(gold), gift: reward(), out: exit() }, ['in > gift > out'])
    const { participation, messages } = afterEvents([gift], ['login'], goldMember)
    expect(messages).toEqual(['entered Gift through "in"', 'issued "gift" in Gift', 'completed Gift'])
    expect(participation).toMatchObject({
      completed_at: day(1),
      progress_percentage: '100.0',
      waiting_at: [],
    })
  })
})

describe('of several entries', () => {
  test('the first that lets in is taken, and it alone', () => {
    const two = journey(
      'Two',
      { never: entry(more(1000)), second: entry(), third: entry(), a: step('a'), b: step('a'), c: step('a') },
      ['never > a', 'second > b', 'third > c'],
    )
    const { participation, messages } = afterEvents([two], ['a'])
    expect(messages[0]).toBe('entered Two through "second"')
    expect(doneIn(participation)).toEqual(['b'])
  })
})

describe('a journey is entered', () => {
  test.each([
    ['when it is published', {}, true],
    ['not when it is a draft', { status: 'Draft' }, false],
    ['not when it is archived', { status: 'Archived' }, false],
    ['at its start', { start_date: day(1) }, true],
    ['not before its start', { start_date: day(1, '00:00:00.000001') }, false],
    ['until its end', { end_date: day(1, '00:00:00.000001') }, true],
    ['not at its end', { end_date: day(1) }, false],
  ] as const)('%s', (_, extra, enters) => {
    expect(afterEvents([welcome(extra)], ['profile_completed']).participations).toHaveLength(enters ? 1 : 0)
  })

  test('only once, while it is open and after it is completed', () => {
    const { participations } = afterEvents([welcome()], ['profile_completed', 'profile_completed'])
    expect(participations).toHaveLength(1)
    const after = afterEvents([welcome()], ['profile_completed', 'purchase', 'profile_completed'])
    expect(after.participations).toHaveLength(1)
    expect(after.participation.completed_at).toBe(day(2))
  })

  test('with others by one event, in their order', () => {
    const again = journey('Again', blocks, path)
    const { participations } = afterEvents([welcome(), again], ['profile_completed'])
    expect(participations.map(({ id, journey_id }) => [id, journey_id])).toEqual([
      ['participation 1', 'Welcome'],
      ['participation 2', 'Again'],
    ])
  })
})
