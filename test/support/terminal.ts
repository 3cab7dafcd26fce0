import { CommanderError } from 'commander'
import { buildProgram } from '../../src/cli/program.ts'
import { CommandFailed } from '../../src/cli/terminal.ts'
import { ConfigError } from '../../src/config.ts'
import { Invalid } from '../../src/errors.ts'

/** Runs a command in this process, with `input` on its standard input; the exit codes are those of src/main.ts. */
export async function command(args: string[], input: string | Buffer = '') {
  const printed: string[] = []
  const warned: string[] = []
  const program = buildProgram({
    print: text => printed.push(text),
    warn: text => warned.push(text),
    readInput: async () => Buffer.from(input as string),
    onStop: () => undefined,
  })
  const code = await program.parseAsync(['node', 'journeys-sandbox', ...args]).then(
    () => 0,
    (error: Error) => {
      // commander has printed its own errors already.
      if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
      warned.push(error.message)
      if (error instanceof CommandFailed) return 1
      if (error instanceof ConfigError || error instanceof Invalid) return 2
      throw error
    },
  )
  return { code, stdout: printed.join('\n'), stderr: warned.join('\n') }
}
