import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import { parseArgs } from 'node:util'
import packageJson from '../package.json' with { type: 'json' }
import { inProcessSection, lifeSection } from './life.ts'
import { farOff, type Row, render, type Section } from './report.ts'
import { benchFile, packSandbox } from './servers.ts'
import { sizeSection } from './size.ts'
import { memoryAtStart, startSection } from './start.ts'
import { throughputSections } from './throughput.ts'
import { requireWrk } from './wrk.ts'

const HELP = `npm run bench -- [--quick] [--only PARTS]

Measures what users feel, beside a bare Fastify and other mock servers, and writes bench/RESULTS.md.

  --quick        the short form for CI: prints the results, and fails below half of a target
  --only PARTS   some of life, in-process, start, throughput and size, separated by commas; prints the results`

const FULL = {
  lives: 100,
  inProcess: { processes: 3, rounds: 30 },
  starts: 15,
  seconds: 7,
  sizes: [1000, 100_000],
  peers: true,
} as const
const QUICK = {
  lives: 20,
  inProcess: { processes: 1, rounds: 20 },
  starts: 3,
  seconds: 1,
  sizes: [100, 1000],
  peers: false,
} as const

async function measure(pace: typeof FULL | typeof QUICK, only: string[] | undefined): Promise<Section[]> {
  requireWrk()
  const sandbox = packSandbox()
  const memory: Row[] = []
  const parts: Record<string, () => Promise<Section[]>> = {
    life: async () => [await lifeSection(sandbox, pace.lives, pace.peers)],
    'in-process': async () => [inProcessSection(sandbox, pace.inProcess)],
    start: async () => {
      memory.push(await memoryAtStart(sandbox, 3))
      return [await startSection(sandbox, pace.starts, pace.peers)]
    },
    throughput: () => throughputSections(sandbox, { rounds: pace.seconds, withPeers: pace.peers, memory }),
    size: async () => [await sizeSection(sandbox, { sizes: pace.sizes, memory })],
    memory: async () => [
      {
        title: 'Memory',
        about: 'Resident, of the whole process, in MB of 2²⁰ bytes.',
        columns: ['of the sandbox', 'MB', 'beside', 'ratio'],
        rows: memory,
      },
    ],
  }
  const unknown = only?.find(name => !(name in parts))
  if (unknown !== undefined)
    throw new Error(`--only: "${unknown}" is none of ${Object.keys(parts).join(', ')}`)
  const sections: Section[] = []
  for (const [name, part] of Object.entries(parts)) {
    if (only && !only.includes(name)) continue
    sections.push(...(await part()))
    console.error(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${name}`)
  }
  return sections
}

function describeMachine(loadBefore: number): string {
  const installed = ['fastify', 'better-sqlite3'].map(name => {
    const manifest = readFileSync(benchFile(`../node_modules/${name}/package.json`), 'utf8')
    return `${name} ${JSON.parse(manifest).version}`
  })
  const [date] = new Date().toISOString().split('T')
  const load = [loadBefore, loadavg()[0] as number].map(value => value.toFixed(1))
  return `- ${date}: ${packageJson.name} ${packageJson.version}, Node ${process.versions.node}, ${installed.join(', ')}
- ${cpus()[0]?.model}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}
- load average: ${load[0]} before, ${load[1]} after`
}

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, help: { type: 'boolean' } },
})
process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143))
if (values.help) {
  console.log(HELP)
} else {
  const loadBefore = loadavg()[0] as number
  const sections = await measure(values.quick ? QUICK : FULL, values.only?.split(','))
  const form = values.quick ? '\n- the short form, without other mock servers' : ''
  const results = `${['# Results', describeMachine(loadBefore) + form, ...sections.map(render)].join('\n\n')}\n`
  console.log(results)
  if (!values.quick && !values.only) writeFileSync(benchFile('RESULTS.md'), results)
  const worst = farOff(sections)
  for (const line of worst) console.error(`below half of the target: ${line}`)
  if (values.quick && worst.length > 0) process.exitCode = 1
}
