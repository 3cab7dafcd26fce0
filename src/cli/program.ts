import { Command } from 'commander'
import { version } from '../version.ts'
import { serveCommand } from './serve.ts'

/** What a command may do to the world outside; the process gives it, and so can a test. */
export interface Terminal {
  print(text: string): void
  /** What must end before the process does. */
  onStop(close: () => Promise<void>): void
}

/** The command line. Errors are thrown, not printed: as a CommanderError, ConfigError, SeedError or StoreError. */
export function buildProgram(terminal: Terminal): Command {
  const serve = serveCommand(terminal)
  const program = new Command('journeys-sandbox')
    .description("The reference server for Annex Cloud's Journeys API")
    .version(version)
    .addCommand(serve, { isDefault: true })
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
