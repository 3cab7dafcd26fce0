import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Workload } from './workload.ts'

/** A server in a process of its own, which ends with it. */
export interface Server extends AsyncDisposable {
  url: string
}

/** The sandbox as its users start it, but for the port: demo seed, in memory, authentication on, no request log. */
export const startSandbox = (): Promise<Server> => start('../bin/journeys-sandbox.js', '--port', '0')

/** The bare Fastify, with a route for every length that the sandbox's answers have. */
export const startBare = ({ operations }: Workload): Promise<Server> => {
  const lengths = operations.flatMap(({ calls }) => calls.map(({ bytes }) => String(bytes)))
  return start('./bare.ts', ...new Set(lengths))
}

async function start(program: string, ...args: string[]): Promise<Server> {
  const file = fileURLToPath(new URL(program, import.meta.url))
  // An empty environment, so that no setting of the caller's shell changes what is measured.
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'], env: {} })
  return { url: await printedUrl(child, program), [Symbol.asyncDispose]: () => stop(child) }
}

/** The address that a server prints once it listens. */
async function printedUrl({ stdout }: ChildProcess, program: string): Promise<string> {
  if (stdout === null) throw new Error(`${program} has no output to read`)
  for await (const line of createInterface(stdout)) {
    const [url] = /http:\S+/.exec(line) ?? []
    if (url) {
      stdout.resume()
      return url
    }
  }
  throw new Error(`${program} ended before it listened`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}
