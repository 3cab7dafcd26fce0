import { buffer } from 'node:stream/consumers'
import { styleText } from 'node:util'
import closeWithGrace from 'close-with-grace'
import { CommanderError } from 'commander'
import { buildProgram } from './cli/program.ts'
import { CommandFailed } from './cli/terminal.ts'
import { ConfigError, Invalid, SeedError, StoreError } from './index.ts'

/** The process: the command line in, an exit code out. 0 is success, 1 a failure, 2 a usage error. */

const { stdin, stdout } = process

const program = buildProgram({
  print: text => console.log(text),
  warn: text => console.error(text),
  readInput: () => {
    if (stdin.isTTY) console.error('Reading from the terminal. Press Ctrl-D on an empty line to finish.')
    return buffer(stdin)
  },
  onStop: close =>
    // Not before an exit by itself, which has a code of its own.
    closeWithGrace({ delay: 900, skip: ['beforeExit'] }, async ({ err }) => {
      if (err) console.error(err)
      await close().catch(error => process.exit(report(error)))
    }),
  style: stdout.isTTY ? (format, text) => styleText(format, text, { stream: stdout }) : undefined,
})

/** Until the command has finished or, for `serve`, has started the server. */
export const running = program.parseAsync().then(
  () => undefined,
  error => {
    process.exitCode = report(error)
  },
)

/** Prints what went wrong and what to do, and returns the exit code. */
function report(error: unknown): number {
  // commander has printed its own errors already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof ConfigError || error instanceof SeedError || error instanceof Invalid) {
    console.error(error.message)
    return 2
  }
  if (error instanceof StoreError || error instanceof CommandFailed) {
    console.error(error.message)
    return 1
  }
  throw error
}
