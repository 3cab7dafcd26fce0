import { get } from 'node:http'
import { ratioOf, type Target } from './judge.ts'
import type { Packed } from './packed.ts'
import { prismProgram } from './peers.ts'
import type { Row, Section } from './report.ts'
import { benchFile, type Server, start } from './servers.ts'
import { spreadOf } from './spread.ts'
import type { Call } from './workload.ts'

const BESIDE_NODE: Target = { atMost: 2.5 }
const BESIDE_PRISM: Target = { atMost: 0.35 }

/** How to start something, ready to be asked for a path. */
interface Starter {
  start(): Promise<Server>
  headers?: Record<string, string>
  path: string
}

/** The packed command with the demo, beside servers that do nothing and, if it is to be had, Prism. */
export async function startSection(
  packed: Packed,
  call: Call,
  rounds: number,
  peers: boolean,
): Promise<Section> {
  const { path, headers } = call
  const prism = peers ? prismProgram() : undefined
  const openapi = benchFile('../openapi/journeys.openapi.json')
  const starters: Record<string, Starter> = {
    'sandbox, first start': { start: () => packed.serve([], packed.directory()), path, headers },
    'sandbox, later starts': { start: () => packed.serve(), path, headers },
    'node:http, CommonJS': { start: () => start(benchFile('hosts/start.cjs')), path },
    'node:http, module': { start: () => start(benchFile('hosts/start.mjs')), path },
  }
  if (prism) {
    starters.Prism = {
      start: () => start(prism, ['mock', '--port', '0', openapi], { says: /listening/ }),
      path,
      headers,
    }
  }
  const times = await timeStarts(starters, rounds)
  const { 'sandbox, later starts': ours = [], 'sandbox, first start': first, ...others } = times
  const row = (name: string, started: number[], theirs: number[], target?: Target): Row => ({
    cells: [name, spreadOf(started).median.toFixed(0), spreadOf(theirs).median.toFixed(0)],
    measured: ratioOf(started, theirs),
    target,
  })
  return {
    title: 'Start',
    about: `From spawning the process to the end of the first 200, with the demo and a valid token. The command: ${packed.how}.`,
    columns: ['compared', 'first ms', 'second ms'],
    measure: 'first/second',
    rows: [
      ...Object.entries(others).map(([name, theirs]) =>
        row(`sandbox, later starts / ${name}`, ours, theirs, name === 'Prism' ? BESIDE_PRISM : BESIDE_NODE),
      ),
      row('sandbox, first start / later starts', first ?? [], ours),
    ],
  }
}

/** Milliseconds from spawning each to the end of its first 200, `rounds` times over, in turns. */
async function timeStarts<Name extends string>(
  starters: Record<Name, Starter>,
  rounds: number,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(starters) as Name[]
  const times = Object.fromEntries(names.map((name): [Name, number[]] => [name, []])) as Record<
    Name,
    number[]
  >
  // Once uncounted: what the machine reads from disk, and what the sandbox leaves compiled for the next start.
  for (const name of names) await timeStart(starters[name])
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed())
      times[name].push(await timeStart(starters[name]))
  }
  return times
}

async function timeStart({ start, path, headers = {} }: Starter): Promise<number> {
  const began = performance.now()
  await using server = await start()
  await firstAnswer(`${server.url}${path}`, headers)
  return performance.now() - began
}

/** By node:http, as a first `fetch` would take longer than some of the starts. @throws when it is not a 200 */
const firstAnswer = (url: string, headers: Record<string, string>): Promise<void> =>
  new Promise((resolve, reject) => {
    get(url, { headers, agent: false }, response => {
      if (response.statusCode !== 200) reject(new Error(`${url}: ${response.statusCode}`))
      response.resume().once('end', resolve)
    }).once('error', reject)
  })
