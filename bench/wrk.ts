import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import type { Call } from './calls.ts'
import { benchFile, scratchFile } from './servers.ts'

/** The load generator. In C, as one in JavaScript would be slower than what it measures. */

const CONNECTIONS = 16

/** @throws when wrk is not installed */
export function requireWrk(): void {
  if (spawnSync('wrk').error)
    throw new Error('wrk is not installed; install it with apt-get install wrk, or brew install wrk')
}

/**
 * What sends these calls in turn for a second, and returns how many were answered.
 * @throws when an answer is no success, as that is cheaper than one that is
 */
export function loadOn(origin: string, calls: readonly Call[]): () => Promise<number> {
  const lines = calls.map(({ path, headers }) =>
    [path, ...Object.entries(headers).map(header => header.join(': '))].join('\t'),
  )
  const file = scratchFile(lines.join('\n'))
  const options = [`--connections=${CONNECTIONS}`, '--threads=1', '--duration=1s']
  return async () => {
    const script = `--script=${benchFile('replay.lua')}`
    const { stdout } = await promisify(execFile)('wrk', [...options, script, origin, '--', file])
    const { requests, microseconds, failed } = JSON.parse(/^\{.*\}$/m.exec(stdout)?.[0] ?? '{}')
    if (!(requests > 0) || failed > 0)
      throw new Error(`${origin}${calls[0]?.path}: ${failed} of ${requests} failed\n${stdout}`)
    return (requests / microseconds) * 1e6
  }
}
