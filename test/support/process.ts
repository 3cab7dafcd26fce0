import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { inject } from 'vitest'

const packaged = inject('packaged')
export const BIN = join(packaged, 'bin/journeys-sandbox.js')

// Starting takes half as long when the compiled modules of the start before are still there.
const COMPILE_CACHE = join(packaged, 'compile-cache')

export interface Finished {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

interface Options {
  env?: Record<string, string>
  /** What stands on its standard input. */
  input?: string
  /** A command of the shell that becomes the program, such as `ulimit -f 100`. */
  shell?: string
}

/** The program as a user starts it: the package, in a process of its own, with no setting but those given. */
export class Program implements AsyncDisposable {
  stdout = ''
  stderr = ''
  readonly ended: Promise<Finished>
  readonly #process: ChildProcess

  constructor(args: string[], { env = {}, input, shell }: Options = {}) {
    const command = [process.execPath, BIN, ...args]
    const [file = '', ...rest] =
      shell === undefined ? command : ['sh', '-c', `${shell} && exec "$@"`, 'sh', ...command]
    this.#process = spawn(file, rest, {
      env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    this.#process.stdin?.end(input)
    this.#process.stdout?.setEncoding('utf8').on('data', text => {
      this.stdout += text
    })
    this.#process.stderr?.setEncoding('utf8').on('data', text => {
      this.stderr += text
    })
    this.ended = new Promise((resolve, reject) => {
      this.#process.once('error', reject)
      this.#process.once('close', (code, signal) =>
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr }),
      )
    })
  }

  get pid(): number {
    const { pid } = this.#process
    if (pid === undefined) throw new Error('the program has not started')
    return pid
  }

  /** Waits until what was printed matches, and returns the match; fails when the program ends first. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.stdout)
      if (found) return found
      const ended = await Promise.race([
        this.ended,
        new Promise<undefined>(resolve => this.#process.stdout?.once('data', () => resolve(undefined))),
      ])
      if (ended && !pattern.test(this.stdout)) {
        throw new Error(`ended before it printed ${pattern}: ${JSON.stringify(ended)}`)
      }
    }
  }

  /** Sends a signal and waits for the end; also says how long that took. */
  async stop(signal: NodeJS.Signals): Promise<Finished & { milliseconds: number }> {
    const start = performance.now()
    this.#process.kill(signal)
    return { ...(await this.ended), milliseconds: performance.now() - start }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.stop('SIGKILL')
  }
}

/** Runs the program to its end. */
export const run = (args: string[], options?: Options): Promise<Finished> => new Program(args, options).ended
