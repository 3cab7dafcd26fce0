import { describe, expect, it } from 'vitest'
import { absolute, beside, farOff, render, type Section } from '../../bench/report.ts'
import { inRounds, ratioOf, spreadOf } from '../../bench/statistics.ts'
import { judge } from '../../bench/targets.ts'

describe('A spread', () => {
  it.each([
    { values: [3], spread: { median: 3, low: 3, high: 3 } },
    { values: [9, 1, 5], spread: { median: 5, low: 1, high: 9 } },
    { values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99], spread: { median: 6, low: 2, high: 10 } },
  ])('of $values is the median with the 10th and the 90th percentile', ({ values, spread }) => {
    expect(spreadOf(values)).toEqual(spread)
  })
})

describe('A ratio', () => {
  it('is taken within each round, so that a machine that slows down for both does not change it', () => {
    expect(ratioOf([100, 10, 50], [200, 20, 100])).toEqual({ median: 0.5, low: 0.5, high: 0.5 })
  })
})

describe('Rounds', () => {
  it('measure everyone in turn, and backwards every other time', async () => {
    const order: string[] = []
    const measure = (name: string) => async () => order.push(name)
    const measured = await inRounds(2, { one: measure('one'), other: measure('other') })
    expect(order).toEqual(['one', 'other', 'other', 'one'])
    expect(measured).toEqual({ one: [1, 4], other: [2, 3] })
  })
})

describe('The judgement', () => {
  it.each([
    { median: 1, target: { atLeast: 1 }, judgement: 'met' },
    { median: 0.99, target: { atLeast: 1 }, judgement: 'missed' },
    { median: 0.5, target: { atLeast: 1 }, judgement: 'missed' },
    { median: 0.49, target: { atLeast: 1 }, judgement: 'far off' },
    { median: 50, target: { atMost: 50 }, judgement: 'met' },
    { median: 51, target: { atMost: 50 }, judgement: 'missed' },
    { median: 100, target: { atMost: 50 }, judgement: 'missed' },
    { median: 101, target: { atMost: 50 }, judgement: 'far off' },
  ] as const)('of $median for $target is $judgement', ({ median, target, judgement }) => {
    expect(judge(median, target)).toBe(judgement)
  })
})

describe('The report', () => {
  const section: Section = {
    title: 'In process',
    about: 'In ms.',
    columns: ['what', 'ms'],
    rows: [
      absolute('create', [3, 4, 5], 'create'),
      absolute('reset', [99, 100, 101.4], 'reset'),
      absolute('first', [7]),
      { cells: ['import'], target: 'eventLoopDelay' },
    ],
  }

  it('shows the median with its spread, the target and the judgement', () => {
    expect(render(section)).toBe(
      [
        '## In process',
        '',
        'In ms.',
        '',
        '| what   |               ms | target |         |',
        '| ------ | ---------------: | -----: | ------: |',
        '| create | 4.00 [3.00–5.00] |    ≤ 4 |     met |',
        '| reset  |   100 [99.0–101] |    ≤ 5 | far off |',
        '| first  | 7.00 [7.00–7.00] |        |         |',
        '| import |                – |   ≤ 50 |  missed |',
      ].join('\n'),
    )
  })

  it('shows two beside each other by their medians and the ratio', () => {
    expect(beside('all', [30, 33], [10, 11]).cells).toEqual(['all', '33.0', '11.0'])
  })

  it('names what is below half of its target', () => {
    expect(farOff([section])).toEqual(['In process, reset: 100 [99.0–101]'])
    const known = { ...section, rows: section.rows.map(row => ({ ...row, isKnown: true })) }
    expect(farOff([known])).toEqual([])
  })
})
