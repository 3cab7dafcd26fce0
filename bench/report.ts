import { ratioOf, type Spread, spreadOf } from './statistics.ts'
import { judge, TARGETS, type TargetName } from './targets.ts'

/** Something measured, beside what is promised of it. */
export interface Row {
  cells: string[]
  /** Missing where it could not be measured; a cell says why. */
  measured?: Spread
  target?: TargetName | undefined
  /** Whether it is known to miss its target: it is reported, and does not fail the run. */
  isKnown?: boolean
}

/** A table of its own; the last of its columns is what is measured. */
export interface Section {
  title: string
  about: string
  columns: string[]
  rows: Row[]
}

/** What two did in the same rounds, and the ratio of the first to the second. */
export const beside = (
  name: string,
  ours: number[] = [],
  theirs: number[] = [],
  target?: TargetName,
): Row => ({
  cells: [name, round(spreadOf(ours).median), round(spreadOf(theirs).median)],
  measured: ratioOf(ours, theirs),
  target,
})

export const absolute = (name: string, values: number[], target?: TargetName): Row => ({
  cells: [name],
  measured: spreadOf(values),
  target,
})

/** A section as Markdown. */
export function render({ title, about, columns, rows }: Section): string {
  const lines = rows.map(row => [
    ...row.cells,
    row.measured ? inBrackets(row.measured) : '–',
    row.target ? describe(row.target) : '',
    judgementOf(row),
  ])
  return `## ${title}\n\n${about}\n\n${table([[...columns, 'target', ''], ...lines])}`
}

/** What is below half of its target, and is not known to be. */
export const farOff = (sections: Section[]): string[] =>
  sections.flatMap(({ title, rows }) =>
    rows
      .filter(row => !row.isKnown && judgementOf(row) === 'far off')
      .map(row => `${title}, ${row.cells[0]}: ${row.measured && inBrackets(row.measured)}`),
  )

function judgementOf({ measured, target }: Row): string {
  if (!target) return ''
  return measured ? judge(measured.median, TARGETS[target]) : 'missed'
}

const describe = (name: TargetName): string =>
  Object.entries(TARGETS[name])
    .map(([kind, value]) => `${kind === 'atLeast' ? '≥' : '≤'} ${value}`)
    .join()

/** To about three digits. */
export const round = (value: number): string => value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)

const inBrackets = ({ median, low, high }: Spread): string =>
  `${round(median)} [${round(low)}–${round(high)}]`

/** The first column is aligned to the left, the others to the right. */
export function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, c) => Math.max(3, ...rows.map(row => row[c]?.length ?? 0)))
  const aligned = (text = '', width: number, c: number) =>
    c === 0 ? text.padEnd(width) : text.padStart(width)
  const [head = [], ...body] = rows.map(row => widths.map((width, c) => aligned(row[c], width, c)))
  const rule = widths.map((width, c) => (c === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [head, rule, ...body].map(cells => `| ${cells.join(' | ')} |`).join('\n')
}
