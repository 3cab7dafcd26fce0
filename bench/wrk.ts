import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from './temporary-directory.ts'

/** The load driver. A program in C, because one in JavaScript would be slower than what it measures. */
export interface Wrk {
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
  const directory = temporaryDirectory()
  let scripts = 0
  return {
    version: /^wrk (\S+)/.exec(stdout)?.[1] ?? 'of unknown version',
    drive,
    prepare(url, requests) {
      const file = join(directory, String(scripts++))
      writeFileSync(file, requests.map(toLine).join('\n'))
      return { url, file }
    },
  }
}

const toLine = ({ path, headers }: Request): string =>
  [path, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join('\t')

async function drive({ url, file }: Script, connections: number, milliseconds: number): Promise<Sample> {
  const options = ['--threads=1', `--connections=${connections}`, '--duration=10s', `--script=${REPLAY}`]
  const child = spawn('wrk', [...options, url, '--', file], { stdio: ['ignore', 'pipe', 'pipe'] })
  // wrk counts whole seconds; interrupted, it reports on what it has done until then. It says on its standard error when
  // it begins, so that neither its start nor a busy machine shortens the measurement.
  let timer: NodeJS.Timeout | undefined
  child.stderr.once('data', () => {
    timer = setTimeout(() => child.kill('SIGINT'), milliseconds)
  })
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  clearTimeout(timer)
  return toSample(`${output}${errors}`, `${connections} connection(s) to ${url}`)
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
