import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { version } from '../src/version.ts'
import { isWorse, judge, type Target } from './judge.ts'
import type { Spread } from './spread.ts'
import { versionOf } from './versions.ts'

/** Something measured, with what it is meant to reach if that was promised. */
export interface Row {
  cells: string[]
  measured: Spread
  target?: Target | undefined
}

/** A table of its own. */
export interface Section {
  title: string
  /** What the reader must know before the numbers. */
  about: string
  columns: string[]
  /** What is measured: the heading of the judged column. */
  measure: string
  digits?: number
  rows: Row[]
  remarks?: string[]
}

/** A section as Markdown, which is as well to be read as it is. */
export function describeSection(section: Section): string {
  const { title, about, columns, measure, rows, remarks = [] } = section
  const lines = rows.map(({ cells, measured, target }) => [
    ...cells,
    inBrackets(measured, section.digits ?? 2),
    ...(target ? [describeTarget(target), judge(measured, target)] : ['', '']),
  ])
  return [
    `## ${title}`,
    about,
    table([[...columns, measure, 'target', ''], ...lines]),
    ...(remarks.length > 0 ? [remarks.map(remark => `- ${remark}`).join('\n')] : []),
  ].join('\n\n')
}

/** One line for each promise that is far off and was nearer, for whoever has to mend it. */
export const worsened = (sections: Section[]): string[] =>
  sections.flatMap(({ title, rows, digits = 2 }) =>
    rows.flatMap(({ cells, measured, target }) =>
      target && isWorse(measured, target)
        ? [
            `${title}, ${cells.slice(0, 2).join(', ')}: ${inBrackets(measured, digits)}, not ${describeTarget(target)}`,
          ]
        : [],
    ),
  )

const describeTarget = (target: Target): string =>
  'atLeast' in target ? `≥ ${target.atLeast}` : `≤ ${target.atMost}`

/** The median and, in brackets, the least and the most. */
export const inBrackets = ({ median, least, most }: Spread, digits: number): string =>
  `${median.toFixed(digits)} [${least.toFixed(digits)}–${most.toFixed(digits)}]`

/** A table of Markdown with its columns aligned: numbers to the right, words to the left. */
export function table([header = [], ...rows]: string[][]): string {
  const columns = header.map((heading, c) => {
    const cells = rows.map(row => row[c] as string)
    const isNumeric = cells.every(cell => /^([\d≥≤]|$)/.test(cell))
    return { width: Math.max(3, heading.length, ...cells.map(cell => cell.length)), isNumeric }
  })
  const line = (cells: string[]): string => {
    const padded = columns.map(({ width, isNumeric }, c) =>
      isNumeric ? cells[c]?.padStart(width) : cells[c]?.padEnd(width),
    )
    return `| ${padded.join(' | ')} |`
  }
  const rule = columns.map(({ width, isNumeric }) => `${'-'.repeat(width - 1)}${isNumeric ? ':' : '-'}`)
  return [header, rule, ...rows].map(line).join('\n')
}

const PACKAGES = ['fastify', 'better-sqlite3', '@sinclair/typebox', 'lru-cache']

/** On what it was measured. `loads` is how many processes wanted to run, before and after. */
export function describeMachine(wrkVersion: string, loads: { before: number; after: number }): string {
  const [cpu] = cpus()
  const packages = PACKAGES.map(name => `${name} ${versionOf(name)}`)
  return [
    `- journeys-sandbox ${version}; Node ${process.versions.node}; ${packages.join('; ')}; wrk ${wrkVersion}`,
    `- ${cpu?.model.trim()}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}`,
    `- load of the machine before: ${loads.before.toFixed(2)}, after: ${loads.after.toFixed(2)}`,
  ].join('\n')
}
