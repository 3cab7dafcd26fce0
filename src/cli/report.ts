import { writeFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { ConfigError, readVariable } from '../config.ts'
import {
  FAIL_ON,
  type FailOn,
  failuresIn,
  OUTCOME_KINDS,
  type Report,
  type ReportOutcome,
} from '../sites/report.ts'
import { CommandFailed, onDisk, type Terminal } from './terminal.ts'

interface Flags {
  origin: string
  site?: string
  clones?: boolean
  json?: boolean
  junit?: string
  failOn: FailOn[]
  controlToken?: string
}

/** `journeys-sandbox report`: what a test suite has covered of a running sandbox; with --fail-on, it can fail a job. */
export const reportCommand = ({ print, warn }: Terminal): Command =>
  new Command('report')
    .description('report which responses of a running sandbox a test suite has covered')
    .option('--origin <url>', 'URL of the sandbox, without a path', 'http://127.0.0.1:4300')
    .option('--site <id>', 'site id; the first site by default')
    .option('--clones', 'include the clones of the site')
    .option('--json', 'print the report as JSON')
    .option('--junit <file>', 'write the report to this file as JUnit XML, too')
    .addOption(
      new Option(
        '--fail-on <reasons>',
        `exit with code 1 for any of these, separated by commas: ${FAIL_ON.join(', ')}`,
      )
        .argParser(readReasons)
        .default([], 'none'),
    )
    .option(
      '--control-token <token>',
      'control token of the sandbox, if it has one (env: SANDBOX_CONTROL_TOKEN)',
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 success, 1 a reason of --fail-on was found, 2 the report cannot be read.',
    )
    .action(async (flags: Flags) => {
      const report = await fetchReport(flags)
      print(flags.json ? JSON.stringify(report, null, 2) : toTable(report))
      const failures = failuresIn(report)
      const found = flags.failOn.filter(reason => failures[reason].length > 0)
      const { junit } = flags
      if (junit !== undefined) {
        const text = toJunit(report, flags.failOn)
        onDisk(`--junit: ${junit} cannot be written`, () => writeFileSync(junit, text))
      }
      for (const reason of found) for (const line of failures[reason]) warn(`${reason}: ${line}`)
      if (found.length > 0) throw new CommandFailed(`the run fails on ${found.join(', ')}`)
    })

function readReasons(text: string): FailOn[] {
  return text.split(',').map(reason => {
    const found = FAIL_ON.find(known => known === reason.trim())
    if (!found) throw new ConfigError(`--fail-on: "${reason}" is not one of ${FAIL_ON.join(', ')}`)
    return found
  })
}

async function fetchReport({ origin, site, clones, controlToken }: Flags): Promise<Report> {
  const token = controlToken ?? readVariable('SANDBOX_CONTROL_TOKEN')
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const get = async (path: string) => {
    const response = await fetch(`${origin.replace(/\/+$/, '')}/_sandbox${path}`, { headers }).catch(
      error => {
        throw new ConfigError(`--origin: ${origin} cannot be reached: ${reasonOf(error)}`)
      },
    )
    const body = (await response.json().catch(() => ({}))) as { detail?: string }
    if (!response.ok)
      throw new ConfigError(`--origin: ${origin} answered ${response.status}: ${body.detail ?? ''}`)
    return body
  }
  const siteId = site ?? ((await get('/sites')) as { sites: { site_id: string }[] }).sites[0]?.site_id
  if (siteId === undefined) throw new ConfigError(`--site: the sandbox at ${origin} has no site`)
  return (await get(`/sites/${encodeURIComponent(siteId)}/report${clones ? '?clones=true' : ''}`)) as Report
}

/** The message of `fetch` does not say why it failed; its cause does. */
const reasonOf = ({ message, cause }: Error): string => (cause instanceof Error ? cause.message : message)

/** A table with a row for each outcome and a column for each operation, and below it what was not covered. */
function toTable({ site_ids, operations, unused_faults, unexpected_refusals, never_read }: Report): string {
  const all = operations.flatMap(({ outcomes }) => outcomes)
  const rows = OUTCOME_KINDS.flatMap(kind => rowsOf(all.filter(each => each.kind === kind)))
  const counts = operations.map(({ outcomes }) => new Map(outcomes.map(each => [rowOf(each), each.count])))
  const grid = [
    ['', ...operations.map(({ operation }) => operation)],
    ['calls', ...operations.map(({ calls }) => String(calls))],
    ...rows.map(row => [row, ...counts.map(column => toCell(column.get(row)))]),
  ]
  const list = (items: string[]) => (items.length === 0 ? 'none' : items.join(', '))
  return [
    `Sites: ${site_ids.join(', ')}`,
    '',
    ...inColumns(grid),
    '',
    'A dot is an outcome that was not met.',
    `Fault rules that never fired: ${list(unused_faults.map(({ id, fault }) => `${id} (${fault.kind})`))}`,
    `Refusals without a fault: ${unexpected_refusals.count}`,
    `Journeys never read: ${list(never_read.journeys)}`,
    `Members never read: ${list(never_read.members)}${never_read.truncated ? ' and more' : ''}`,
  ].join('\n')
}

/** Errors by their status, everything else in the order of the report. */
function rowsOf(outcomes: ReportOutcome[]): string[] {
  const rows = [...new Set(outcomes.map(rowOf))]
  return outcomes[0]?.kind === 'error' ? rows.sort() : rows
}

const rowOf = ({ kind, outcome }: ReportOutcome): string =>
  kind === 'answer' || kind === 'error' ? outcome : `${kind} ${outcome}`

/** Nothing where the operation has no such outcome. */
const toCell = (count: number | undefined): string =>
  count === undefined ? '' : count === 0 ? '·' : String(count)

function inColumns(grid: string[][]): string[] {
  const widths = (grid[0] ?? []).map((_, column) => Math.max(...grid.map(row => row[column]?.length ?? 0)))
  return grid.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/**
 * A report as JUnit XML: a suite for each operation with a case for each outcome, which is skipped when it was not met, and a suite for the
 * reasons to fail.
 */
function toJunit(report: Report, failOn: readonly FailOn[]): string {
  const failures = failuresIn(report)
  const suites = report.operations.map(({ operation, outcomes }) =>
    suite(
      operation,
      outcomes.map(({ kind, outcome, count }) =>
        testCase(operation, `${kind}: ${outcome}`, count > 0 ? '' : '<skipped/>'),
      ),
    ),
  )
  const reasons = failOn.map(reason => {
    const lines = failures[reason]
    const failure =
      lines.length === 0
        ? ''
        : `<failure message="${escapeXml(`${lines.length} found`)}">${escapeXml(lines.join('\n'))}</failure>`
    return testCase('run', reason, failure)
  })
  const all = [...suites, ...(reasons.length > 0 ? [suite('run', reasons)] : [])]
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="journeys-sandbox">\n${all.join('\n')}\n</testsuites>\n`
}

function suite(name: string, cases: string[]): string {
  const count = (tag: string) => cases.filter(text => text.includes(tag)).length
  const counts = `tests="${cases.length}" failures="${count('<failure')}" skipped="${count('<skipped')}"`
  return `<testsuite name="${escapeXml(name)}" ${counts}>\n${cases.join('\n')}\n</testsuite>`
}

const testCase = (className: string, name: string, content: string): string =>
  `  <testcase classname="${escapeXml(className)}" name="${escapeXml(name)}">${content}</testcase>`

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text in XML 1.0, which cannot have control characters. */
const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, character => ENTITIES[character] as string).replace(/[^\t\n\x20-\uFFFD]/g, '?')
