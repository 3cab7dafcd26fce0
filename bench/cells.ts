import type { Cell } from './compare.ts'
import { ratioOf, type Target } from './judge.ts'
import type { Row } from './report.ts'
import { spreadOf } from './spread.ts'
import type { Sample } from './wrk.ts'

export const perSecond = ({ requestsPerSecond }: Sample): number => requestsPerSecond
export const p99Of = ({ p99 }: Sample): number => p99

export const medianOf = (samples: Sample[], value: (sample: Sample) => number): number =>
  spreadOf(samples.map(value)).median

/** Two contenders of a cell: how much each did, how long it took, and the ratio of the first to the second. */
export const rowOf = <Name extends string>(
  { operation, connections, samples }: Cell<Name>,
  [ours, theirs]: [Name, Name],
  target?: Target,
): Row => ({
  cells: [
    operation,
    String(connections),
    ...[samples[ours], samples[theirs]].map(side => medianOf(side, perSecond).toFixed(0)),
    ...[samples[ours], samples[theirs]].map(side => medianOf(side, p99Of).toFixed(2)),
  ],
  measured: ratioOf(samples[ours].map(perSecond), samples[theirs].map(perSecond)),
  target,
})

/** The columns of such rows. */
export const columnsFor = (ours: string, theirs: string): string[] => [
  'operation',
  'at once',
  `${ours}/s`,
  `${theirs}/s`,
  `${ours} p99 ms`,
  `${theirs} p99 ms`,
]
