import { Command } from 'commander'
import { version } from '../version.ts'
import { checkCommand } from './check.ts'
import { driftCommand } from './drift.ts'
import { explainCommand } from './explain.ts'
import { initCommand } from './init.ts'
import { reportCommand } from './report.ts'
import { serveCommand } from './serve.ts'
import { snapshotCommand } from './snapshot.ts'
import type { Terminal } from './terminal.ts'
import { tokenCommand } from './token.ts'
import { verifyCommand } from './verify.ts'

/** The command line. Errors are thrown, not printed: as a CommanderError, ConfigError, SeedError or StoreError. */
export function buildProgram(terminal: Terminal): Command {
  const serve = serveCommand(terminal)
  const program = new Command('journeys-sandbox')
    .description("The reference server for Annex Cloud's Journeys API")
    .version(version)
    .addCommand(serve, { isDefault: true })
    .addCommand(snapshotCommand(terminal))
    .addCommand(initCommand(terminal))
    .addCommand(checkCommand(terminal))
    .addCommand(driftCommand(terminal))
    .addCommand(tokenCommand(terminal))
    .addCommand(explainCommand(terminal))
    .addCommand(verifyCommand(terminal))
    .addCommand(reportCommand(terminal))
    .addHelpText(
      'after',
      () => `\n${serve.createHelp().formatHelp(serve, serve.createHelp()).replace('Usage', 'Serving')}`,
    )
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeOut: terminal.print, outputError: () => undefined })
    command.allowExcessArguments(false).showSuggestionAfterError(false)
  }
  return program
}
