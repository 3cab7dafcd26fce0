import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { compare, type Pace } from './compare.ts'
import { describeComparison, describeMachine, describeVerify } from './report.ts'
import { startBare, startSandbox } from './servers.ts'
import { measureVerify } from './verify.ts'
import { demoWorkload, measureAnswers } from './workload.ts'
import { openWrk, WrkMissing } from './wrk.ts'

const HELP = `Usage: npm run bench [-- --quick]

Drives the four operations of a sandbox (demo seed, in memory, valid tokens) at concurrency 1 and 16 beside a bare
Fastify that answers a ready string, in turns, and prints the ratios. How to read them: bench/README.md

  --quick  shorter and fewer rounds: about 15 s instead of 40 s
  --help   this`

const CONNECTIONS = [1, 16]
const FULL: Pace = { rounds: 5, roundMs: 350, warmUpMs: 600 }
const QUICK: Pace = { rounds: 3, roundMs: 170, warmUpMs: 250 }

/** The whole benchmark, from the command line to the report. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { quick: { type: 'boolean' }, help: { type: 'boolean' } } })
  if (values.help) return console.log(HELP)

  await using wrk = openWrk()
  const load = loadavg()[0] as number
  await using sandbox = await startSandbox()
  const workload = demoWorkload()
  await measureAnswers(workload, sandbox)
  await using bare = await startBare(workload)

  console.error(`Measuring for about ${values.quick ? 15 : 40} s`)
  const verify = measureVerify(workload)
  const cells = await compare({ workload, sandbox, bare, wrk }, CONNECTIONS, values.quick ? QUICK : FULL)

  console.log(describeMachine(wrk.version, load))
  console.log(describeComparison(cells))
  console.log(describeVerify(verify))
}

try {
  await main()
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  const isWrongUse = code?.startsWith('ERR_PARSE_ARGS')
  if (!isWrongUse && !(error instanceof WrkMissing)) throw error
  console.error(isWrongUse ? `${message}; --help lists what there is` : message)
  process.exitCode = isWrongUse ? 2 : 1
}
