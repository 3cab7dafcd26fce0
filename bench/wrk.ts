import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** The load driver. A program in C, because one in JavaScript would be slower than what it measures. */
export interface Wrk extends AsyncDisposable {
  version: string
  /** Keeps `connections` requests under way for some time, and says how that went. @throws when one was refused */
  drive(script: Script, connections: number, milliseconds: number): Promise<Sample>
  /** Makes requests ready to be replayed. */
  prepare(url: string, requests: Request[]): Script
}

export interface Request {
  path: string
  headers: Record<string, string>
}

/** Requests that are ready to be sent, in turn, to a server. */
export interface Script {
  url: string
  file: string
}

export interface Sample {
  requestsPerSecond: number
  /** Milliseconds within which 99 of 100 were answered. */
  p99: number
}

export class WrkMissing extends Error {
  override name = 'WrkMissing'
}

const REPLAY = fileURLToPath(new URL('./replay.lua', import.meta.url))

/** Finds wrk, and gives it a directory for its scripts. @throws {WrkMissing} saying how to install it */
export function openWrk(): Wrk {
  const { stdout, error } = spawnSync('wrk', ['--version'], { encoding: 'utf8' })
  if (error) {
    throw new WrkMissing(
      `wrk cannot be started (${(error as NodeJS.ErrnoException).code}); install it with apt-get install wrk, or brew install wrk`,
    )
  }
  const directory = mkdtempSync(join(tmpdir(), 'journeys-bench-'))
  let scripts = 0
  return {
    version: /^wrk (\S+)/.exec(stdout)?.[1] ?? 'of unknown version',
    drive,
    prepare(url, requests) {
      const file = join(directory, String(scripts++))
      writeFileSync(file, requests.map(toLine).join('\n'))
      return { url, file }
    },
    [Symbol.asyncDispose]: async () => rmSync(directory, { recursive: true }),
  }
}

const toLine = ({ path, headers }: Request): string =>
  [path, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join('\t')

async function drive({ url, file }: Script, connections: number, milliseconds: number): Promise<Sample> {
  const options = ['--threads=1', `--connections=${connections}`, '--duration=60s', `--script=${REPLAY}`]
  const child = spawn('wrk', [...options, url, '--', file], { stdio: ['ignore', 'pipe', 'inherit'] })
  // wrk counts whole seconds; interrupted, it reports on what it has done until then.
  const timer = setTimeout(() => child.kill('SIGINT'), milliseconds)
  const output = await text(child.stdout).finally(() => clearTimeout(timer))
  return toSample(output, `${connections} connection(s) to ${url}`)
}

function toSample(output: string, what: string): Sample {
  const line = /^\{.*\}$/m.exec(output)?.[0]
  if (!line) throw new Error(`${what}: wrk did not report\n${output}`)
  const { requests, microseconds, p99, refused, failed } = JSON.parse(line)
  if (requests === 0 || refused > 0 || failed > 0) {
    throw new Error(`${what}: of ${requests} requests ${refused} were refused and ${failed} failed`)
  }
  return { requestsPerSecond: (requests / microseconds) * 1e6, p99: p99 / 1000 }
}
