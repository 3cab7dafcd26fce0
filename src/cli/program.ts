import { Command } from 'commander'
import { version } from '../package-file.ts'
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

/**
 * The command line. Parsing rejects with a CommanderError, whose message is printed, or with the error of a command, such
 * as ConfigError, which is not.
 */
export function buildProgram(terminal: Terminal): Command {
  const serve = serveCommand(terminal)
  const program = new Command('journeys-sandbox')
    .description(
      "The reference server for Annex Cloud's Journeys API. Without a command it starts the server.",
    )
    .usage('[command] [options]')
    .version(version, '-v, --version', 'print the version')
    .helpCommand('help [command]', 'show the options of a command')
    .addCommand(serve, { isDefault: true })
    .addCommand(initCommand(terminal))
    .addCommand(checkCommand(terminal))
    .addCommand(tokenCommand(terminal))
    .addCommand(explainCommand(terminal))
    .addCommand(reportCommand(terminal))
    .addCommand(snapshotCommand(terminal))
    .addCommand(verifyCommand(terminal))
    .addCommand(driftCommand(terminal))
    .addHelpText('after', () => `\n${optionsOf(serve)}`)
    .hook('preSubcommand', (_program, command) => {
      if (command === serve) refuseUnknownCommand(program)
    })
    .hook('preAction', (_program, command) => refuseExcessArguments(program, command))

  const { print, warn } = terminal
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .configureOutput({
        writeOut: text => print(text.trimEnd()),
        writeErr: text => warn(text.trimEnd()),
        outputError: (text, write) => write(text.replace(/^error: /, '')),
      })
      .helpOption('-h, --help', 'show this help')
      .showHelpAfterError(`Run "${nameOf(command)} --help" for usage.`)
      // Excess arguments are refused by a hook, in words that do not speak of `serve` when it was not named.
      .allowExcessArguments()
  }
  return program
}

const nameOf = (command: Command): string =>
  command.parent ? `${command.parent.name()} ${command.name()}` : command.name()

/** The options of `serve` as its help lists them. */
function optionsOf(serve: Command): string {
  const help = serve.helpInformation()
  return help.slice(help.indexOf('Options:')).replace('Options:', 'Options of serve:')
}

/** commander knows an unknown command only in a program without a default one; here such a word reaches `serve`. */
function refuseUnknownCommand(program: Command): void {
  const [word = ''] = program.args
  const known = program.commands.some(command => command.name() === word)
  if (word !== '' && !word.startsWith('-') && !known) {
    // A method of every command that its types leave out. It suggests a similar command.
    ;(program as Command & { unknownCommand(): never }).unknownCommand()
  }
}

function refuseExcessArguments(program: Command, command: Command): void {
  const [excess] = command.args.slice(command.registeredArguments.length)
  if (excess === undefined) return
  const isCommand = program.commands.some(other => other.name() === excess)
  const advice = isCommand ? `; the command comes first: ${program.name()} ${excess} [options]` : ''
  command.error(`unexpected argument '${excess}'${advice}`, { code: 'commander.excessArguments' })
}
