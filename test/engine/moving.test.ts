import { describe, expect, test } from 'vitest'
import {
  afterEvents,
  badge,
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
  stored,
  waitingAt,
} from './journeys.ts'

const types = (outcomes: readonly { type: string }[]) => outcomes.map(({ type }) => type)

describe('a step', () => {
  test('is completed by its event, and the next one waits', () => {
    const ab = journey('AB', { in: entry(), a: step('a'), b: step('b') }, ['in > a > b'])
    const { participation } = afterEvents([ab], ['a', 'x', 'b'])
    expect(participation.events).toEqual([
      { node_id: 'a', completed_at: day(1) },
      { node_id: 'b', completed_at: day(3) },
    ])
    expect(participation).toMatchObject({ created_at: day(1), updated_at: day(3), completed_at: day(3) })
  })

  test('of type action is the same as one of type event', () => {
    const act = journey('Act', { in: entry(), a: { ...step('a'), type: 'action' } }, ['in > a'])
    expect(doneIn(afterEvents([act], ['a']).participation)).toEqual(['a'])
  })

  test('that an event leads to waits for another event', () => {
    const twice = journey('Twice', { in: entry(), a: step('a'), b: step('a'), out: exit() }, [
      'in > a > b > out',
    ])
    expect(doneIn(afterEvents([twice], ['a']).participation)).toEqual(['a'])
    expect(doneIn(afterEvents([twice], ['a', 'a']).participation)).toEqual(['a', 'b'])
  })

  test('that wants its event several times counts those for which its criteria hold', () => {
    const three = journey('Three', { in: entry(), buy: step('purchase', { times: 3, criteria: more(9) }) }, [
      'in > buy',
    ])
    const big: [string, { amount: number }] = ['purchase', { amount: 10 }]
    const { messages, participation } = afterEvents([three], [big, 'purchase', big, big])
    expect(messages).toEqual([
      'entered Three through "in"',
      'counted "buy" in Three, 1 of 3',
      'Three waits for "purchase", but its criteria do not hold',
      'counted "buy" in Three, 2 of 3',
      'completed "buy" in Three',
      'completed Three',
    ])
    expect(participation.events).toEqual([{ node_id: 'buy', completed_at: day(4) }])
  })

  test('starts counting again when a cycle leads back to it', () => {
    const round = journey('Round', { in: entry(), a: step('a', { times: 2 }) }, ['in > a > a'])
    expect(afterEvents([round], ['a', 'a']).participation.waiting_at).toEqual([{ node_id: 'a', count: 0 }])
    expect(afterEvents([round], ['a', 'a', 'a']).participation.waiting_at).toEqual([
      { node_id: 'a', count: 1 },
    ])
  })
})

describe('branches', () => {
  const both = journey('Both', { in: entry(), a: step('a'), b: step('b'), c: step('c') }, [
    'in > a > c',
    'in > b > c',
  ])

  test('are all open at once', () => {
    expect(waitingAt(afterEvents([both], ['b']).participation)).toEqual(['a', 'c'])
  })

  test('that join are one place', () => {
    expect(afterEvents([both], ['b', 'a']).participation.waiting_at).toEqual([{ node_id: 'c', count: 0 }])
    expect(doneIn(afterEvents([both], ['b', 'a', 'c']).participation)).toEqual(['b', 'a', 'c'])
  })

  test('that join keep what has been counted there', () => {
    const slow = journey('Slow', { in: entry(), a: step('a'), b: step('b'), c: step('c', { times: 2 }) }, [
      'in > a > c',
      'in > b > c',
    ])
    expect(afterEvents([slow], ['b', 'c', 'a']).participation.waiting_at).toEqual([
      { node_id: 'c', count: 1 },
    ])
  })

  test('move together by one event, in whatever order they are drawn', () => {
    const one = { in: entry(), a: step('x'), b: step('x'), c: step('c') }
    for (const paths of [
      ['in > a > b > c', 'in > b'],
      ['in > b > c', 'in > a > b'],
    ]) {
      const { participation } = afterEvents([journey('One', one, paths)], ['x'])
      expect(new Set(doneIn(participation))).toEqual(new Set(['a', 'b']))
      expect(new Set(waitingAt(participation))).toEqual(new Set(['b', 'c']))
    }
  })

  test('that end complete the participation when the last one does', () => {
    const ends = journey('Ends', { in: entry(), a: step('a'), b: step('b') }, ['in > a', 'in > b'])
    expect(afterEvents([ends], ['a']).participation).toMatchObject({
      completed_at: null,
      progress_percentage: '50.0',
    })
    expect(afterEvents([ends], ['a', 'b']).participation).toMatchObject({
      completed_at: day(2),
      progress_percentage: '100.0',
    })
  })
})

describe('a condition', () => {
  const blocks = {
    in: entry(),
    buy: step('purchase'),
    size: condition(),
    s: badge('S'),
    m: badge('M'),
    l: badge('L'),
  }
  const paths = ['in > buy > size > s', 'size > m', 'size > l']
  const sizes = (when: NonNullable<Parameters<typeof journey>[3]>['when']) =>
    journey('Size', blocks, paths, { when: when as never })
  const taken = (graph: ReturnType<typeof sizes>, amount: number) =>
    afterEvents([graph], [['purchase', { amount }]]).participation.rewards.map(({ node_id }) => node_id)

  test('takes the first connection that holds, and else only where none does, wherever it is listed', () => {
    const graph = sizes({ 'size > s': 'else', 'size > m': more(10), 'size > l': more(5) })
    expect(taken(graph, 20)).toEqual(['m'])
    expect(taken(graph, 7)).toEqual(['l'])
    expect(taken(graph, 1)).toEqual(['s'])
  })

  test('ends the branch where none holds and there is no else', () => {
    const graph = sizes({ 'size > s': more(10), 'size > m': more(10), 'size > l': more(10) })
    const { participation } = afterEvents([graph], [['purchase', { amount: 1 }]])
    expect(participation).toMatchObject({ rewards: [], completed_at: day(1) })
  })

  test('that cannot be worked out does not hold', () => {
    const graph = sizes({ 'size > s': more(10), 'size > m': more(10), 'size > l': 'else' })
    expect(afterEvents([graph], [['purchase', { amount: 'much' }]]).participation.rewards).toMatchObject([
      { node_id: 'l' },
    ])
  })
})

describe('an exit', () => {
  test('completes the participation at once, whatever else is open', () => {
    const quick = journey('Quick', { in: entry(), a: step('a'), b: step('b'), out: exit() }, [
      'in > a > out',
      'in > b',
    ])
    const { participation, outcomes } = afterEvents([quick], ['a'])
    expect(types(outcomes)).toEqual(['entered', 'step_completed', 'journey_completed'])
    expect(participation).toMatchObject({
      completed_at: day(1),
      progress_percentage: '100.0',
      waiting_at: [],
    })
    expect(afterEvents([quick], ['a', 'b']).participation).toEqual(participation)
  })

  test('is where it ends, even where a connection leaves it', () => {
    const past = journey('Past', { in: entry(), a: step('a'), out: exit(), gift: reward() }, [
      'in > a > out > gift',
    ])
    expect(afterEvents([past], ['a']).participation.rewards).toEqual([])
  })

  test('does not keep the same event from the rewards of other branches', () => {
    const gift = { in: entry(), a: step('a'), out: exit(), gift: reward() }
    for (const paths of [
      ['in > a > out', 'a > gift'],
      ['in > a > gift', 'a > out'],
    ]) {
      expect(afterEvents([journey('Gift', gift, paths)], ['a']).participation.rewards).toHaveLength(1)
    }
  })
})

describe('a cycle', () => {
  const round = journey(
    'Round',
    { in: entry(), a: step('a'), gift: reward(), star: badge('*'), b: step('b') },
    ['in > a > gift > star > a', 'star > b'],
  )

  test('is gone round one event at a time, with its rewards each time', () => {
    const { participation } = afterEvents([round], ['a', 'a', 'a'])
    expect(doneIn(participation)).toEqual(['a', 'a', 'a'])
    expect(participation.rewards.filter(({ node_id }) => node_id === 'gift')).toHaveLength(3)
    expect(new Set(waitingAt(participation))).toEqual(new Set(['a', 'b']))
  })

  test('without a step ends', () => {
    const spin = journey('Spin', { in: entry({ '!!': [{ var: 'event' }] }), x: reward(), y: badge('y') }, [
      'in > x > y > x',
      'y > in',
    ])
    const { participation } = afterEvents([spin], ['a'])
    expect(participation.rewards.map(({ node_id }) => node_id)).toEqual(['x', 'y'])
    expect(participation.progress_percentage).toBe('100.0')
  })

  test('grants a reward once in one event, even when entering and moving both pass it', () => {
    const back = journey('Back', { in: entry(), x: reward(), a: step('a') }, ['in > x > a > x'])
    expect(afterEvents([back], ['a']).participation).toMatchObject({
      rewards: [{ node_id: 'x' }],
      completed_at: null,
    })
    expect(afterEvents([back], ['a', 'a']).participation.rewards).toHaveLength(2)
  })
})

describe('a participation does not move', () => {
  const ab = (extra = {}) => journey('AB', { in: entry(), a: step('a'), b: step('b') }, ['in > a > b'], extra)
  const inside = { ...nobody, participations: [stored('AB', { done: ['a'], progress_percentage: '50.0' })] }

  test.each([
    ['when its journey has ended', ab({ end_date: day(1) }), inside],
    [
      'when it has expired by itself',
      ab(),
      { ...nobody, participations: [stored('AB', { expired_at: day(1) })] },
    ],
    ['when its journey is a draft', ab({ status: 'Draft' }), inside],
    ['when its journey is gone', journey('Other', {}, []), inside],
    ['by an event that nothing waits for', journey('AB', { in: entry(), a: step('a') }, ['in > a']), inside],
  ])('%s', (_, graph, member) => {
    const { participations, outcomes } = afterEvents([graph], ['b'], member)
    expect(participations[0]).toBe(member.participations[0])
    expect(types(outcomes)).toEqual(['no_effect'])
  })

  test('but it does when its journey is archived', () => {
    expect(doneIn(afterEvents([ab({ status: 'Archived' })], ['b'], inside).participation)).toEqual(['a', 'b'])
  })

  test('but it does before its journey starts and until it ends', () => {
    const graph = ab({ start_date: day(9), end_date: day(1, '00:00:00.000001') })
    expect(afterEvents([graph], ['b'], inside).participation.completed_at).toBe(day(1))
  })
})
