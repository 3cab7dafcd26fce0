import { describe, expect, test } from 'vitest'
import { progressOf } from '../../src/engine/progress.ts'
import { afterEvents, condition, entry, exit, journey, more, nobody, step, stored } from './journeys.ts'

const steps = (...names: string[]) => Object.fromEntries(names.map(name => [name, step(name)]))
const at = (...ids: string[]) => ids.map(node_id => ({ node_id, count: 0 }))
const progressAfter = (graph: ReturnType<typeof journey>, events: string[]) =>
  events.map((_, i) => afterEvents([graph], events.slice(0, i + 1)).participation.progress_percentage)

describe('progress', () => {
  test('is the steps done over those of the way, cut after the first decimal', () => {
    const graph = journey('Six', { in: entry(), ...steps('a', 'b', 'c', 'd', 'e', 'f') }, [
      'in > a > b > c > d > e > f',
    ])
    expect(progressAfter(graph, ['a', 'b', 'c', 'd', 'e', 'f'])).toEqual([
      '16.6',
      '33.3',
      '50.0',
      '66.6',
      '83.3',
      '100.0',
    ])
  })

  test('goes by the longest way still possible', () => {
    const graph = journey(
      'Fork',
      { in: entry(), ...steps('a', 'b', 'c', 'd'), if: condition(), out: exit() },
      ['in > a > if > b > out', 'if > c > d > out'],
      { when: { 'if > b': more(5), 'if > c': 'else' } },
    )
    expect(progressAfter(graph, ['a', 'c', 'd'])).toEqual(['33.3', '66.6', '100.0'])
    expect(afterEvents([graph], [['a', { amount: 9 }]]).participation.progress_percentage).toBe('50.0')
  })

  test('does not fall when the way turns out longer', () => {
    const graph = journey('Open', { in: entry(), ...steps('a', 'b', 'c', 'd', 'e') }, [
      'in > a',
      'in > b > c > d > e',
    ])
    expect(progressAfter(graph, ['a', 'b'])).toEqual(['20.0', '40.0'])
    const member = { ...nobody, participations: [stored('Open', { progress_percentage: '90.0' })] }
    expect(afterEvents([graph], ['b'], member).participation.progress_percentage).toBe('90.0')
  })

  test('counts a step of a cycle once, however often it is done', () => {
    const graph = journey(
      'Round',
      { in: entry(), ...steps('a', 'b', 'c'), if: condition() },
      ['in > a > b > if > a', 'if > c'],
      { when: { 'if > a': { '!': [{ var: 'attributes.enough' }] }, 'if > c': 'else' } },
    )
    expect(progressAfter(graph, ['a', 'b', 'a', 'b', 'a'])).toEqual(['33.3', '66.6', '66.6', '66.6', '66.6'])
  })

  test('is not 100.0 while a cycle goes on for ever', () => {
    const graph = journey('Ever', { in: entry(), ...steps('a', 'b') }, ['in > a > b > a'])
    expect(progressAfter(graph, ['a', 'b', 'a'])).toEqual(['50.0', '99.9', '99.9'])
  })

  test('does not move by counting alone', () => {
    const graph = journey('Times', { in: entry(), a: step('a', { times: 3 }) }, ['in > a'])
    expect(progressAfter(graph, ['a', 'a', 'a'])).toEqual(['0.0', '0.0', '100.0'])
  })

  test('is worked out for a journey of thousands of steps on one way, or of ladders with countless ways', () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `s${i}`)
    const long = journey('Long', { in: entry(), ...steps(...names) }, [`in > ${names.join(' > ')}`])
    expect(progressOf(long.components, stored('Long', { waiting_at: at('s0') }))).toBe('0.0')
    const rungs = names.slice(0, 200).flatMap((name, i) => (i % 2 ? [] : [[name, names[i + 1]]]))
    const ladder = journey('Ladder', { in: entry(), ...steps(...names.slice(0, 200)) }, [
      ...rungs
        .slice(1)
        .flatMap(([l, r], i) => rungs[i]?.flatMap(below => [`${below} > ${l}`, `${below} > ${r}`]) ?? []),
      'in > s0',
    ])
    expect(
      progressOf(ladder.components, stored('Ladder', { done: ['s0'], waiting_at: at('s2', 's3') })),
    ).toBe('1.0')
  })
})
