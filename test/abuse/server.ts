import { execFileSync } from 'node:child_process'
import { Program } from '../support/process.ts'

const ANSWER_DEADLINE_MS = 120_000

/** The program in a process of its own, as these tests need it. */
export class Server implements AsyncDisposable {
  readonly program: Program
  readonly origin: string
  readonly port: number

  private constructor(program: Program, origin: string) {
    this.program = program
    this.origin = origin
    this.port = Number(new URL(origin).port)
  }

  /** Starts on a free port and waits until it listens. */
  static async start(
    args: string[] = [],
    options?: ConstructorParameters<typeof Program>[1],
  ): Promise<Server> {
    const program = new Program(['--port', '0', ...args], options)
    const [, origin = ''] = await program.printed(/(http:\/\/[\d.]+:\d+)\//)
    return new Server(program, origin)
  }

  /** Fails when the process has said something is wrong, or has ended. */
  async expectHealthy(): Promise<void> {
    const response = await fetch(`${this.origin}/_sandbox/health`).catch(() => undefined)
    if (response?.status === 200 && this.program.stderr === '') return
    const { code, signal } = await this.program.stop('SIGTERM')
    throw new Error(`the server has failed (code ${code}, signal ${signal}): ${this.program.stderr}`)
  }

  /** The memory that the process takes, in MB. */
  memory(): number {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(this.program.pid)])) / 1024
  }

  /** Sends a request, and fails when it is not answered in time. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const signal = AbortSignal.timeout(ANSWER_DEADLINE_MS)
    return fetch(`${this.origin}${path}`, { ...init, signal }).catch(error => {
      if (signal.aborted) throw new Error(`${init.method ?? 'GET'} ${path} is not answered`, { cause: error })
      throw error
    })
  }

  /** Calls the control API. */
  async control(method: string, path: string, body?: unknown): Promise<ControlAnswer> {
    const response = await this.fetch(`/_sandbox${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }

  /** The same, where the call must succeed. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it needs
  async expect(method: string, path: string, body?: unknown): Promise<any> {
    const answer = await this.control(method, path, body)
    if (answer.status >= 300)
      throw new Error(`${method} ${path} answers ${answer.status}: ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.program[Symbol.asyncDispose]()
  }
}

export interface ControlAnswer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it needs
  body: any
}
