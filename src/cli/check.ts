import { Command } from 'commander'
import { systemClock, timestampOf } from '../clock.ts'
import { issueLine, SeedError, warningLine } from '../seed/issues.ts'
import type { SeedRecords } from '../seed/schema.ts'
import { checkSeedText } from '../seed/seed.ts'
import { countOf } from '../text.ts'
import { CommandFailed, readText, type Terminal } from './terminal.ts'

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
      const { issues, warnings, value } = checkText(await readText(file, terminal), name)
      const counts = value && countsOf(value)
      if (json) {
        const result = { file: name, ok: issues.length === 0, counts, issues, warnings }
        terminal.print(JSON.stringify(result, null, 2))
      } else {
        for (const issue of issues) terminal.print(issueLine(name, issue))
        for (const warning of warnings) terminal.print(warningLine(name, warning))
        if (counts) {
          const all = Object.entries(counts).map(([what, count]) => countOf(count, what.slice(0, -1)))
          terminal.print(`${name}: good, with ${all.join(', ')}`)
        }
      }
      if (issues.length > 0) throw new CommandFailed(`${name}: ${countOf(issues.length, 'issue')}`)
    })
}

function checkText(text: string, name: string): ReturnType<typeof checkSeedText> {
  try {
    return checkSeedText(text, { name, now: timestampOf(systemClock.now()) })
  } catch (error) {
    // The text is neither JSON nor YAML.
    if (error instanceof SeedError) return { issues: error.issues, warnings: [], value: undefined }
    throw error
  }
}

function countsOf({ journeys, members }: SeedRecords): Record<string, number> {
  return {
    journeys: journeys.length,
    nodes: journeys.flatMap(({ nodes }) => nodes).length,
    connections: journeys.flatMap(({ connections }) => connections).length,
    members: members.length,
    participations: members.flatMap(({ participations }) => participations).length,
  }
}
