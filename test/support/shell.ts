import { spawn } from 'node:child_process'
import { delimiter, dirname } from 'node:path'

interface Finished {
  code: number | null
  stdout: string
  stderr: string
}

/**
 * Runs any program to its end, in a process of its own. Asynchronous, as the server it calls is in this one.
 * @throws when it cannot be started
 */
export function execute(
  folder: string,
  [command, ...args]: [string, ...string[]],
  env: Record<string, string> = {},
): Promise<Finished> {
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter)
  const child = spawn(command, args, {
    cwd: folder,
    env: { PATH, HOME: process.env.HOME, LC_ALL: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const finished: Finished = { code: null, stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', text => {
      finished[stream] += text
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve({ ...finished, code }))
  })
}

/** The same for a script, which ends at the first of its commands that fails. */
export const shell = (folder: string, script: string): Promise<Finished> =>
  execute(folder, ['sh', '-euc', script])
