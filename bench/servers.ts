import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { callOf, type Request, send } from './calls.ts'

/** A file of this folder, as a path. */
export const benchFile = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

const running = new Set<ChildProcess>()
let scratchDirectory: string | undefined
let files = 0
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
  if (scratchDirectory) rmSync(scratchDirectory, { recursive: true, force: true })
})

/** The directory for the files of this run. */
export function scratch(): string {
  scratchDirectory ??= mkdtempSync(join(tmpdir(), 'journeys-bench-'))
  return scratchDirectory
}

/** Writes a file for this run, and returns its path. */
export function scratchFile(content: string | object): string {
  const file = join(scratch(), `${files++}.json`)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

/** How to start a server. */
export interface Launch {
  /** Node when left out. */
  command?: string
  args(port: string): string[]
  /** It has started once this succeeds: a list of the journeys when left out. */
  first?: Request
}

/** A server in a process of its own. */
export interface Server extends AsyncDisposable {
  origin: string
  /** From spawning the process to the end of the first success. */
  startMs: number
  /** Of a probed server, the longest delay of its event loop since the last time, and its resident memory in MB of 2^20 bytes. */
  probe(): Promise<{ delayMs: number; memoryMb: number }>
}

const PROBE = ['--import', new URL('hosts/probe.js', import.meta.url).href]
const READY_WITHIN_MS = 300_000
const ASK_EVERY_MS = 4

/** Starts a server on a free port, and waits for its first success. @throws when it ends before that */
export async function start(
  { command, args, first = callOf('getJourneys') }: Launch,
  { probed = false } = {},
): Promise<Server> {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const began = performance.now()
  const child = spawn(command ?? process.execPath, [...(probed ? PROBE : []), ...args(port)], {
    stdio: ['ignore', 'ignore', 'inherit', probed ? 'ipc' : 'ignore'],
    cwd: benchFile('..'),
  })
  running.add(child)
  let failure: string | undefined
  child.once('error', error => (failure = error.message)).once('exit', () => (failure ??= 'it ended'))
  while (!(await send(origin, first).catch(() => undefined))) {
    if (performance.now() - began > READY_WITHIN_MS) failure = 'it does not answer'
    if (failure) throw new Error(`${[command, ...args(port)].join(' ')}: ${failure}`)
    await sleep(ASK_EVERY_MS)
  }
  return {
    origin,
    startMs: performance.now() - began,
    async probe() {
      child.send('probe')
      return (await once(child, 'message'))[0]
    },
    async [Symbol.asyncDispose]() {
      running.delete(child)
      if (child.kill('SIGKILL')) await once(child, 'exit')
    },
  }
}

/** A port that is free at the moment, since not every server can choose one itself. */
async function freePort(): Promise<string> {
  await using server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return String((server.address() as AddressInfo).port)
}

/** The package as it is published. */
export interface Package {
  /** Where it is installed. */
  directory: string
  launch(...args: string[]): Launch
  /** What `--help` prints. */
  help: string
}

/** Builds and packs the sandbox, and unpacks it beside the dependencies that are installed here. */
export function packSandbox(): Package {
  const home = scratch()
  run('npm', 'pack', '--pack-destination', home)
  const tarball = readdirSync(home).find(name => name.endsWith('.tgz')) ?? ''
  run('tar', '-xzf', join(home, tarball), '-C', home)
  const directory = join(home, 'package')
  symlinkSync(benchFile('../node_modules'), join(directory, 'node_modules'))
  const program = join(directory, 'bin/journeys-sandbox.js')
  const launch = (...args: string[]): Launch => ({ args: port => [program, '--port', port, ...args] })
  return { directory, launch, help: run(process.execPath, program, '--help') }
}

/** Runs a command to its end, and returns what it printed. @throws with what it said, when it failed */
export function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: benchFile('..'),
    encoding: 'utf8',
  })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`)
  return stdout
}
