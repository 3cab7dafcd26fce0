import { Command } from 'commander'
import { checkSeedText } from '../seed/check-text.ts'
import { issueLine } from '../seed/issues.ts'
import type { SeedDocument } from '../seed/schema.ts'
import { readText } from './input.ts'
import { CommandFailed, type Terminal } from './terminal.ts'

/** `journeys-sandbox check FILE`: everything that is wrong with a seed, with line and column; starts nothing. */
export function checkCommand(terminal: Terminal): Command {
  return new Command('check')
    .description('check a seed and its graphs, without starting anything')
    .argument('<file>', 'a seed; - reads it from standard input')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nEach issue is a line: FILE:LINE:COLUMN, the JSON pointer of the value, and what is wrong.\nA warning is no issue: the seed is good.\n' +
        'Exit codes: 0 the seed is good, 1 it has issues, 2 it cannot be read.',
    )
    .action(async (file: string, { json }: { json?: boolean }) => {
      const name = file === '-' ? 'stdin' : file
      const { issues, warnings, document } = await checkSeedText(await readText(file, terminal))
      const counts = document && countsOf(document)
      if (json)
        terminal.print(
          JSON.stringify({ file: name, ok: issues.length === 0, counts, issues, warnings }, null, 2),
        )
      else if (counts) {
        for (const { message, ...place } of warnings)
          terminal.print(issueLine(name, { ...place, message: `warning: ${message}` }))
        terminal.print(`${name}: good, with ${summary(counts)}`)
      } else {
        for (const issue of issues) terminal.print(issueLine(name, issue))
      }
      if (issues.length > 0) {
        throw new CommandFailed(`${name}: ${plural(issues.length, 'issues')}`)
      }
    })
}

const countsOf = ({ journeys, members }: SeedDocument) => ({
  journeys: journeys.length,
  nodes: sum(journeys, ({ nodes }) => nodes.length),
  connections: sum(journeys, ({ connections }) => connections.length),
  members: members.length,
  participations: sum(members, ({ participations = [] }) => participations.length),
})

const sum = <T>(items: T[], count: (item: T) => number): number =>
  items.reduce((total, item) => total + count(item), 0)

const summary = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([what, count]) => plural(count, what))
    .join(', ')

const plural = (count: number, what: string): string => `${count} ${count === 1 ? what.slice(0, -1) : what}`
