import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A server in a process of its own, which ends with it. */
export interface Server extends AsyncDisposable {
  url: string
  /** How much of the machine's memory it holds, in MB of 2^20 bytes. */
  memory(): number
}

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** A file of this folder, as a path. */
export const benchFile = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

export interface StartOptions {
  /** All of its environment. */
  env?: NodeJS.ProcessEnv
  /** The line that says where it listens. */
  says?: RegExp
}

/** Starts a program of Node that prints its address once it listens. */
export const start = (program: string, args: string[] = [], options: StartOptions = {}): Promise<Server> =>
  serverOf(
    spawn(process.execPath, [program, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: options.env ?? {},
    }),
    child => printedUrl(child, program, options.says ?? /^/),
  )

/** Starts any command; it is ready when it answers at a URL, whatever that says. */
export const startAt = (url: string, command: string, args: string[]): Promise<Server> =>
  // What is not ours may need to find Java, or a home for its files.
  serverOf(
    spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env: process.env, cwd: ROOT }),
    child => answering(child, url, command),
  )

async function serverOf(
  child: ChildProcess,
  urlOf: (child: ChildProcess) => Promise<string>,
): Promise<Server> {
  // A benchmark that is interrupted leaves no server behind.
  const kill = (): boolean => child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  try {
    return {
      url: await urlOf(child),
      memory: () => residentMemory(child.pid as number),
      [Symbol.asyncDispose]: () => stop(child),
    }
  } catch (error) {
    await stop(child)
    throw error
  }
}

/** The address that a server prints once it listens. */
async function printedUrl({ stdout }: ChildProcess, program: string, says: RegExp): Promise<string> {
  if (stdout === null) throw new Error(`${program} has no output to read`)
  for await (const line of createInterface(stdout)) {
    const [url] = says.test(line) ? (/http:\/\/[\w.:/-]+/.exec(line) ?? []) : []
    if (url) {
      stdout.resume()
      return url
    }
  }
  throw new Error(`${program} ended before it listened`)
}

const READY_WITHIN_MS = 60_000
const ASK_EVERY_MS = 100

async function answering(child: ChildProcess, url: string, command: string): Promise<string> {
  const deadline = performance.now() + READY_WITHIN_MS
  while (performance.now() < deadline && child.exitCode === null) {
    const answered = await fetch(url).then(
      response => response.text().then(() => true),
      () => false,
    )
    if (answered) return url
    await new Promise(resolve => setTimeout(resolve, ASK_EVERY_MS))
  }
  throw new Error(`${command} does not answer at ${url}`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  const kill = setTimeout(() => child.kill('SIGKILL'), 3000)
  child.kill('SIGTERM')
  await exited
  clearTimeout(kill)
}

/** From the kernel where it says so, since small machines have no `ps`. */
function residentMemory(pid: number): number {
  const status = `/proc/${pid}/status`
  const text = existsSync(status)
    ? /^VmRSS:\s*(\d+)/m.exec(readFileSync(status, 'utf8'))?.[1]
    : spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).stdout
  return Number(text) / 1024
}
