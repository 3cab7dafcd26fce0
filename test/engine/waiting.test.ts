import { describe, expect, test } from 'vitest'
import { deriveWaitingSteps } from '../../src/engine/graph.ts'
import {
  afterEvents,
  condition,
  day,
  doneIn,
  entry,
  journey,
  more,
  nobody,
  reward,
  step,
  stored,
  waitingAt,
} from './journeys.ts'

const steps = (...names: string[]) => Object.fromEntries(names.map(name => [name, step(name)]))
const places = (graph: ReturnType<typeof journey>, done: string[], rewards: string[] = []) =>
  deriveWaitingSteps(graph, {
    ...stored(graph.journey.id, { done }),
    rewards: rewards.map(node_id => ({
      node_id,
      hold_start_datetime: null,
      hold_end_datetime: null,
      blocked_by: null,
      blocked_at: null,
    })),
  }).map(({ node_id }) => node_id)

describe('where a member waits, derived from completed steps and rewards', () => {
  const line = journey('Line', { in: entry(), ...steps('a', 'b', 'c') }, ['in > a > b > c'])

  test.each([
    ['at the first step when nothing is done', [], ['a']],
    ['behind the last step done', ['a', 'b'], ['c']],
    ['at the gap where one was left out', ['a', 'c'], ['b']],
    ['nowhere when all is done', ['a', 'b', 'c'], []],
  ])('%s', (_, done, expected) => {
    expect(places(line, done)).toEqual(expected)
  })

  test('nowhere when it is completed', () => {
    expect(deriveWaitingSteps(line, stored('Line', { completed_at: day(1) }))).toEqual([])
  })

  test('on every branch that is open', () => {
    const fork = journey('Fork', { in: entry(), ...steps('a', 'b', 'c', 'd') }, ['in > a > c', 'in > b > d'])
    expect(places(fork, ['a'])).toEqual(['b', 'c'])
  })

  const split = journey(
    'Split',
    { in: entry(), ...steps('a', 'b', 'c', 'd'), if: condition(), gift: reward() },
    ['in > a > if > b > d', 'if > gift > c'],
    { when: { 'if > b': more(5), 'if > gift': 'else' } },
  )

  test('behind a condition, on the branch with a completed step or a reward', () => {
    expect(places(split, ['a', 'b'])).toEqual(['d'])
    expect(places(split, ['a', 'c'])).toEqual([])
    expect(places(split, ['a'], ['gift'])).toEqual(['c'])
  })

  test('behind a condition, on all branches when none has a completed step or a reward', () => {
    expect(places(split, ['a'])).toEqual(['b', 'c'])
  })

  test('behind the entry that leads to a completed step', () => {
    const two = journey('Two', { one: entry(), two: entry(), ...steps('a', 'b', 'c') }, [
      'one > a > c',
      'two > b',
    ])
    expect(places(two, ['a'])).toEqual(['c'])
    expect(places(two, [])).toEqual(['a', 'b'])
  })

  test('behind the step done last when a cycle leads back to what is done', () => {
    const round = journey('Round', { in: entry(), ...steps('a', 'b') }, ['in > a > b > a'])
    expect(places(round, ['a', 'b'])).toEqual(['a'])
    expect(places(round, ['a', 'b', 'a'])).toEqual(['b'])
  })

  test('is used by the next event, and stored from then on', () => {
    const member = { ...nobody, participations: [stored('Line', { done: ['a'] })] }
    const { participation } = afterEvents([line], ['b'], member)
    expect(doneIn(participation)).toEqual(['a', 'b'])
    expect(waitingAt(participation)).toEqual(['c'])
    expect(participation.progress_percentage).toBe('66.6')
  })
})
