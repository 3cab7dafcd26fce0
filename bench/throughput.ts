import type { OperationId } from '../src/contract/operations.ts'
import { columnsFor, rowOf } from './cells.ts'
import { asking, askingLengths, compare } from './compare.ts'
import type { Context } from './context.ts'
import type { Target } from './judge.ts'
import { neighbourAt } from './neighbour.ts'
import { inBrackets, type Section } from './report.ts'
import { measureVerify } from './verify.ts'
import { askAll } from './workload.ts'

/** The targets at each concurrency, of answers that are ready. */
const WARM: Record<number, Target> = {
  1: { atLeast: 0.9, reached: 0.5 },
  16: { atLeast: 1 },
  64: { atLeast: 0.9 },
}
const MISSING: Record<OperationId, Target> = {
  getJourneys: { atLeast: 0.5 },
  getJourney: { atLeast: 0.5 },
  getUserJourneysByEmail: { atLeast: 0.5, reached: 0.2 },
  getMemberJourneys: { atLeast: 0.5, reached: 0.13 },
}
const UNASKED: Target = { atLeast: 0.9 }

/** Answers that are ready, at each concurrency. */
export async function warmSection({
  wrk,
  pace,
  sandbox,
  bare,
  workload,
  answers,
}: Context): Promise<Section> {
  const contenders = {
    sandbox: asking(workload, sandbox.url),
    bare: askingLengths(workload, answers, bare.url),
  }
  const cells = await compare(wrk, { contenders, connections: Object.keys(WARM).map(Number) }, pace)
  return {
    title: 'Throughput',
    about: 'Every token verified, over the whole made-up site, beside a Fastify that answers a ready string.',
    columns: columnsFor('sandbox', 'bare'),
    measure: 'sandbox/bare',
    rows: cells.map(cell => rowOf(cell, ['sandbox', 'bare'], WARM[cell.connections])),
    remarks: [
      `\`auth.verify\` alone takes ${inBrackets(measureVerify(workload), 1)} µs for a valid token; under 20 is promised.`,
    ],
  }
}

/** Answers that are made anew for every request. */
export async function missingSection({
  wrk,
  pace,
  packed,
  database,
  bare,
  workload,
  answers,
}: Context): Promise<Section> {
  await using missing = await packed.serveCopy(database, ['--cache-bytes', '0'])
  const contenders = {
    sandbox: asking(workload, missing.url),
    bare: askingLengths(workload, answers, bare.url),
  }
  const cells = await compare(wrk, { contenders, connections: [16] }, pace)
  return {
    title: 'Throughput when every request misses',
    about: 'The same with `--cache-bytes 0`.',
    columns: columnsFor('sandbox', 'bare'),
    measure: 'sandbox/bare',
    rows: cells.map(cell => rowOf(cell, ['sandbox', 'bare'], MISSING[cell.operation])),
  }
}

/** What it costs that requests are recorded, and could be refused or explained. */
export async function costSection(context: Context): Promise<Section> {
  const { wrk, pace, packed, database, sandbox, workload } = context
  await using plain = await packed.serveCopy(database, ['--journal', '0', '--control', 'off'])
  await using logging = await packed.serveCopy(database, ['--log-level', 'info'])
  for (const server of [plain, logging]) await askAll(workload, server)
  const contenders = {
    default: asking(workload, sandbox.url),
    plain: asking(workload, plain.url),
    logging: asking(workload, logging.url),
  }
  const cells = await compare(wrk, { contenders, connections: [16] }, pace)
  return {
    title: 'Journal, faults and explanations',
    about:
      'The default beside `--journal 0 --control off`; and `--log-level info`, whose cost is that of its library, beside the default.',
    columns: ['compared', ...columnsFor('first', 'second')],
    measure: 'first/second',
    rows: cells.flatMap(cell =>
      [
        { compared: 'default, without', ...rowOf(cell, ['default', 'plain'], UNASKED) },
        { compared: 'logging, default', ...rowOf(cell, ['logging', 'default']) },
      ].map(({ compared, ...row }) => ({ ...row, cells: [compared, ...row.cells] })),
    ),
  }
}

/** What a writer on another site takes away. */
export async function neighbourSection(context: Context): Promise<Section> {
  const { wrk, pace, sandbox, workload } = context
  const quiet = asking(workload, sandbox.url)
  const contenders = { quiet, disturbed: { ...quiet, meanwhile: await neighbourAt(sandbox.url) } }
  const cells = await compare(wrk, { contenders, connections: [16] }, pace)
  return {
    title: 'A write to another site',
    about:
      'The same server while a second site is written to 20 times a second, and while it is not. Were answers made anew for that, the ratio would be near that of the misses.',
    columns: columnsFor('disturbed', 'quiet'),
    measure: 'disturbed/quiet',
    rows: cells.map(cell => rowOf(cell, ['disturbed', 'quiet'], UNASKED)),
  }
}
