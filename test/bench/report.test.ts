import { describe, expect, it } from 'vitest'
import { describeSection, type Section, table, worsened } from '../../bench/report.ts'

const spread = (median: number) => ({ median, least: median / 2, most: median * 2 })

const section: Section = {
  title: 'Throughput',
  about: 'Beside a bare server.',
  columns: ['operation', 'at once'],
  measure: 'ratio',
  rows: [
    { cells: ['getJourneys', '16'], measured: spread(1.2), target: { atLeast: 1 } },
    { cells: ['getJourney', '64'], measured: spread(0.3), target: { atLeast: 0.9 } },
    { cells: ['getMemberJourneys', '1'], measured: spread(0.1) },
  ],
  remarks: ['On one machine.'],
}

describe('The report', () => {
  it('is Markdown with words to the left and numbers to the right', () => {
    expect(
      table([
        ['who', 'many'],
        ['a name', '1'],
        ['b', '1000'],
      ]),
    ).toBe(['| who    | many |', '| ------ | ---: |', '| a name |    1 |', '| b      | 1000 |'].join('\n'))
  })

  it('shows the median with its spread, the target and the verdict', () => {
    expect(describeSection(section)).toBe(
      [
        '## Throughput',
        '',
        'Beside a bare server.',
        '',
        '| operation         | at once |            ratio | target |         |',
        '| ----------------- | ------: | ---------------: | -----: | ------- |',
        '| getJourneys       |      16 | 1.20 [0.60–2.40] |    ≥ 1 | met     |',
        '| getJourney        |      64 | 0.30 [0.15–0.60] |  ≥ 0.9 | far off |',
        '| getMemberJourneys |       1 | 0.10 [0.05–0.20] |        |         |',
        '',
        '- On one machine.',
      ].join('\n'),
    )
  })

  it('names what has become worse, and only what was promised', () => {
    expect(worsened([section])).toEqual(['Throughput, getJourney, 64: 0.30 [0.15–0.60], not ≥ 0.9'])
  })
})
