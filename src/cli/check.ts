import { Command } from 'commander'
import { systemClock, timestampOf } from '../clock.ts'
import { issueLine, type PlacedIssue, SeedError } from '../seed/issues.ts'
import type { SeedRecords } from '../seed/schema.ts'
import { checkSeedText } from '../seed/seed.ts'
import { readText } from './input.ts'
import { CommandFailed, type Terminal } from './terminal.ts'

/** `journeys-sandbox check FILE`: everything that is wrong with a seed, with line and column; starts nothing. */
export function checkCommand(terminal: Terminal): Command {
  return new Command('check')
    .description('check a seed file and the graphs of its journeys, without a server')
    .argument('<file>', 'seed file in YAML or JSON; - for standard input')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Each issue is a line: FILE:LINE:COLUMN, the JSON pointer of the value, and what
is wrong. A line with "warning:" is not an issue.
Exit codes: 0 the seed is good, 1 it has issues, 2 it cannot be read.`,
    )
    .action(async (file: string, { json }: { json?: boolean }) => {
      const name = file === '-' ? 'stdin' : file
      const { issues, warnings, counts } = checkText(await readText(file, terminal), name)
      if (json) {
        const result = { file: name, ok: issues.length === 0, counts, issues, warnings }
        terminal.print(JSON.stringify(result, null, 2))
      } else {
        for (const issue of issues) terminal.print(issueLine(name, issue))
        for (const { message, ...place } of warnings)
          terminal.print(issueLine(name, { ...place, message: `warning: ${message}` }))
        if (counts) terminal.print(`${name}: good, with ${summary(counts)}`)
      }
      if (issues.length > 0) throw new CommandFailed(`${name}: ${plural(issues.length, 'issues')}`)
    })
}

interface Result {
  issues: PlacedIssue[]
  warnings: PlacedIssue[]
  /** What is in a good seed. */
  counts?: Record<string, number>
}

function checkText(text: string, name: string): Result {
  try {
    const { issues, warnings, value } = checkSeedText(text, { name, now: timestampOf(systemClock.now()) })
    return { issues, warnings, ...(value && { counts: countsOf(value) }) }
  } catch (error) {
    if (error instanceof SeedError) return { issues: error.issues, warnings: [] }
    throw error
  }
}

const countsOf = ({ journeys, members }: SeedRecords) => ({
  journeys: journeys.length,
  nodes: sum(journeys, ({ nodes }) => nodes.length),
  connections: sum(journeys, ({ connections }) => connections.length),
  members: members.length,
  participations: sum(members, ({ participations }) => participations.length),
})

const sum = <T>(items: T[], count: (item: T) => number): number =>
  items.reduce((total, item) => total + count(item), 0)

const summary = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([what, count]) => plural(count, what))
    .join(', ')

const plural = (count: number, what: string): string => `${count} ${count === 1 ? what.slice(0, -1) : what}`
