import { describe, expect, it } from 'vitest'
import { isWorse, judge, ratioOf } from '../../bench/judge.ts'
import { spreadOf } from '../../bench/spread.ts'

const exactly = (median: number) => ({ median, least: median, most: median })

describe('A spread', () => {
  it.each([
    { values: [3], spread: { median: 3, least: 3, most: 3 } },
    { values: [9, 1, 5], spread: { median: 5, least: 1, most: 9 } },
    { values: [4, 1, 2, 100], spread: { median: 3, least: 1, most: 100 } },
  ])('of $values is its median with the least and the most', ({ values, spread }) => {
    expect(spreadOf(values)).toEqual(spread)
  })
})

describe('A ratio', () => {
  it('is taken round by round, so that a machine that slows down for both does not move it', () => {
    expect(ratioOf([100, 10, 50], [200, 20, 100])).toEqual(exactly(0.5))
  })

  it('is not moved by a single bad round', () => {
    expect(ratioOf([100, 1, 100], [100, 100, 100]).median).toBe(1)
  })
})

describe('The judgement', () => {
  it.each([
    { median: 1, target: { atLeast: 1 }, verdict: 'met' },
    { median: 0.99, target: { atLeast: 1 }, verdict: 'missed' },
    { median: 0.5, target: { atLeast: 1 }, verdict: 'missed' },
    { median: 0.49, target: { atLeast: 1 }, verdict: 'far off' },
    { median: 95, target: { atMost: 95 }, verdict: 'met' },
    { median: 96, target: { atMost: 95 }, verdict: 'missed' },
    { median: 190, target: { atMost: 95 }, verdict: 'missed' },
    { median: 191, target: { atMost: 95 }, verdict: 'far off' },
  ])('of $median for $target is $verdict', ({ median, target, verdict }) => {
    expect(judge(exactly(median), target as Parameters<typeof judge>[1])).toBe(verdict)
  })

  it('goes by the median, whatever the least and the most', () => {
    expect(judge({ median: 1, least: 0.1, most: 9 }, { atLeast: 1 })).toBe('met')
  })
})

describe('It has become worse', () => {
  it.each([
    { median: 0.5, target: { atLeast: 1 }, worse: false },
    { median: 0.49, target: { atLeast: 1 }, worse: true },
    { median: 0.49, target: { atLeast: 1, reached: 0.8 }, worse: false },
    { median: 0.39, target: { atLeast: 1, reached: 0.8 }, worse: true },
    { median: 0.5, target: { atLeast: 1, reached: 2 }, worse: false },
    { median: 191, target: { atMost: 95 }, worse: true },
    { median: 191, target: { atMost: 95, reached: 100 }, worse: false },
    { median: 201, target: { atMost: 95, reached: 100 }, worse: true },
  ])('with $median for $target: $worse', ({ median, target, worse }) => {
    expect(isWorse(exactly(median), target as Parameters<typeof judge>[1])).toBe(worse)
  })
})
