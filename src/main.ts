import { buffer } from 'node:stream/consumers'
import closeWithGrace from 'close-with-grace'
import { CommanderError } from 'commander'
import { buildProgram } from './cli/program.ts'
import { CommandFailed } from './cli/terminal.ts'
import { ConfigError, Invalid, SeedError, StoreError } from './index.ts'

/** The process: the command line in, an exit code out. 0 is fine, 1 is a failure, 2 is wrong use. */

const program = buildProgram({
  print: line => console.log(line.trimEnd()),
  warn: line => console.error(line),
  readInput: () => {
    if (process.stdin.isTTY) console.error('reading from the terminal; Ctrl-D on a line of its own ends it')
    return buffer(process.stdin)
  },
  onStop: close =>
    // Not before an exit by itself, which has a code of its own.
    closeWithGrace({ delay: 900, skip: ['beforeExit'] }, async ({ err }) => {
      if (err) console.error(err)
      await close().catch(error => process.exit(report(error)))
    }),
})

/** Until the command has done its work or, where that is to serve, has begun it. */
export const running = program.parseAsync().then(
  () => undefined,
  error => {
    process.exitCode = report(error)
  },
)

/** Says on one line (a line for each fault of a seed) what went wrong, and returns the exit code for it. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0
    console.error(`${error.message.replace(/^error: /, '')}; journeys-sandbox --help lists what there is`)
    return 2
  }
  if (error instanceof ConfigError || error instanceof SeedError || error instanceof Invalid) {
    console.error(error.message)
    return 2
  }
  if (error instanceof StoreError || error instanceof CommandFailed) {
    console.error(error.message)
    return 1
  }
  const { code, syscall, address, hostname, port } = error as NodeJS.ErrnoException & {
    address?: string
    hostname?: string
    port?: number
  }
  if (syscall === 'listen' || syscall === 'getaddrinfo') {
    const reason =
      code === 'EADDRINUSE' ? 'the port is in use; stop what uses it, or choose another with --port' : code
    const place = [address ?? hostname, port].filter(part => part !== undefined).join(':')
    console.error(`cannot listen on ${place}: ${reason}`)
    return 1
  }
  throw error
}
