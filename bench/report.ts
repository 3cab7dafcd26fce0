import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { version } from '../src/version.ts'
import type { Cell, Pair } from './compare.ts'
import { type Spread, spreadOf } from './spread.ts'

const PACKAGES = ['fastify', 'better-sqlite3', '@sinclair/typebox']

/** What was measured, on what. `load` is how busy the machine was before, in processes that wanted to run. */
export function describeMachine(wrkVersion: string, load: number): string {
  const [cpu] = cpus()
  const packages = PACKAGES.map(name => `${name} ${versionOf(name)}`)
  return [
    `journeys-sandbox ${version}; Node ${process.versions.node}; ${packages.join('; ')}; wrk ${wrkVersion}`,
    `${cpu?.model.trim()}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}; load before: ${load.toFixed(2)}`,
  ].join('\n')
}

const versionOf = (name: string): string =>
  JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version

const COLUMNS = [
  'operation',
  'bytes',
  'at once',
  'sandbox/s',
  'bare/s',
  'ratio',
  'p99 ms',
  'bare ms',
  'ratio',
]

/** The table of all operations: medians, and the ratios of the pairs with their spread. */
export function describeComparison(cells: Cell[]): string {
  const rows = cells.map(({ operation, bytes, connections, pairs }) => [
    operation,
    bytes.toFixed(0),
    String(connections),
    medianOf(pairs, ({ sandbox }) => sandbox.requestsPerSecond).toFixed(0),
    medianOf(pairs, ({ bare }) => bare.requestsPerSecond).toFixed(0),
    ratios(pairs, ({ sandbox, bare }) => sandbox.requestsPerSecond / bare.requestsPerSecond),
    medianOf(pairs, ({ sandbox }) => sandbox.p99).toFixed(2),
    medianOf(pairs, ({ bare }) => bare.p99).toFixed(2),
    ratios(pairs, ({ sandbox, bare }) => sandbox.p99 / bare.p99),
  ])
  return `\n${table([COLUMNS, ...rows])}\n`
}

export const describeVerify = (microseconds: Spread): string =>
  `verify alone, a valid token: ${inBrackets(microseconds, 1)} µs a call (the promise: under 20)`

const medianOf = (pairs: Pair[], value: (pair: Pair) => number): number => spreadOf(pairs.map(value)).median

const ratios = (pairs: Pair[], value: (pair: Pair) => number): string =>
  inBrackets(spreadOf(pairs.map(value)), 2)

const inBrackets = ({ median, least, most }: Spread, digits: number): string =>
  `${median.toFixed(digits)} [${least.toFixed(digits)}–${most.toFixed(digits)}]`

/** The first column to the left, the others to the right. */
function table(rows: string[][]): string {
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map(row => (row[column] as string).length)))
  const pad = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[0] as number) : cell.padStart(widths[column] as number)
  return rows.map(row => row.map(pad).join('  ')).join('\n')
}
