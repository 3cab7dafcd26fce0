import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DEMO_SITE, readSeed } from '../src/seed/seed.ts'
import { bigSection } from './big.ts'
import type { Pace } from './compare.ts'
import type { Context } from './context.ts'
import { madeUpSite } from './made-up.ts'
import { memorySection } from './memory.ts'
import { type Packed, packSandbox } from './packed.ts'
import { peerSection, referenceSection } from './peer-contest.ts'
import { describeMachine, describeSection, type Section, worsened } from './report.ts'
import { benchFile, start } from './servers.ts'
import { startSection } from './start-up.ts'
import { costSection, missingSection, neighbourSection, warmSection } from './throughput.ts'
import { type Answers, askAll, type Call, workloadOf } from './workload.ts'
import { openWrk, type Wrk, WrkMissing } from './wrk.ts'

const HELP = `Usage: npm run bench [-- --quick]

Measures what is promised of the sandbox's speed, each beside what it is compared with, and prints the ratios. How to read
them: bench/README.md

  --quick  no peers, no large database, few short rounds: under 90 s instead of ten minutes or more
  --help   this

The whole run also writes bench/RESULTS.md. Exits with 1 when a ratio is off by more than a factor of two: off
its target or, where that was never reached, off what was.`

const FULL: Pace = { rounds: 5, roundMs: 400, warmUpMs: 800 }
const QUICK: Pace = { rounds: 5, roundMs: 80, warmUpMs: 150 }
const STARTS = { full: 7, quick: 5 }
const MADE_UP = { members: 2000, journeys: 200, participations: 5 }

/** The whole benchmark, from the command line to the report. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { quick: { type: 'boolean' }, help: { type: 'boolean' } } })
  if (values.help) return console.log(HELP)
  const quick = values.quick ?? false

  const wrk = openWrk()
  const before = loadavg()[0] as number
  const packed = packSandbox(!quick)
  const sections = await measure(wrk, packed, quick)
  const machine = describeMachine(wrk.version, { before, after: loadavg()[0] as number })
  const results = ['# Results', machine, ...sections.map(describeSection)].join('\n\n')
  console.log(results)
  if (!quick) writeFileSync(benchFile('RESULTS.md'), `${results}\n`)

  const worse = worsened(sections)
  for (const line of worse) console.error(`worse than it was: ${line}`)
  if (worse.length > 0) process.exitCode = 1
}

/** Everything in turn, never two things at once. */
async function measure(wrk: Wrk, packed: Packed, quick: boolean): Promise<Section[]> {
  const sections: Section[] = []
  const add = async (making: Promise<Section>): Promise<void> => {
    const section = await making
    console.error(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${section.title}`)
    sections.push(section)
  }
  await add(startSection(packed, demoCall(), quick ? STARTS.quick : STARTS.full, !quick))

  const { workload, database } = await makeSite(packed)
  await using sandbox = await packed.serveCopy(database)
  const answers = await askAll(workload, sandbox)
  const lengths = lengthsOf(answers)
  await using bare = await start(benchFile('hosts/fastify.ts'), ['string', ...lengths])
  const pace = quick ? QUICK : FULL
  const context: Context = { wrk, pace, packed, database, sandbox, bare, workload, answers, lengths }

  await add(warmSection(context))
  await add(memorySection(packed, sandbox))
  await add(missingSection(context))
  await add(costSection(context))
  await add(neighbourSection(context))
  if (quick) return sections
  await add(referenceSection(context))
  await add(peerSection(context))
  await add(bigSection(context))
  return sections
}

/** Something that the demo answers. */
function demoCall(): Call {
  const { site, members } = readSeed('demo')
  const { calls } = workloadOf(
    site,
    [],
    members.slice(0, 1).map(({ email }) => email),
  )
  return calls.getMemberJourneys[0] as Call
}

/** What to ask of the made-up site, and the file of it that every sandbox is given a copy of. */
async function makeSite(packed: Packed) {
  const site = madeUpSite(MADE_UP)
  const directory = packed.directory()
  const [document, database] = [join(directory, 'site.json'), join(directory, 'site.db')]
  writeFileSync(document, JSON.stringify(site))
  // Stopped at once: then all of it is in this one file.
  await using _ = await packed.serve(['--seed', document, '--db', database])
  const workload = workloadOf(
    DEMO_SITE,
    site.journeys.map(({ id }) => id),
    site.members.map(({ email }) => email),
  )
  return { workload, database }
}

const lengthsOf = (answers: Answers): string[] => [
  ...new Set(Object.values(answers).flatMap(of => of.map(answer => String(Buffer.byteLength(answer))))),
]

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
try {
  await main()
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  const isWrongUse = code?.startsWith('ERR_PARSE_ARGS')
  if (!isWrongUse && !(error instanceof WrkMissing)) throw error
  console.error(isWrongUse ? `${message}; --help lists what there is` : message)
  process.exitCode = isWrongUse ? 2 : 1
}
