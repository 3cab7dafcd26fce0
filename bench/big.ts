import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DEMO_SITE } from '../src/seed/seed.ts'
import { medianOf, p99Of, perSecond } from './cells.ts'
import { asking, compare } from './compare.ts'
import type { Context } from './context.ts'
import { ratioOf } from './judge.ts'
import { emailOf } from './made-up.ts'
import { type Packed, run } from './packed.ts'
import { randomFrom } from './random.ts'
import type { Row, Section } from './report.ts'
import type { Server } from './servers.ts'
import { spreadOf } from './spread.ts'
import { type Workload, workloadOf } from './workload.ts'

const JOURNEYS = 200
const FEW = 10_000
const MANY = 1_000_000
/** How many members are asked for. */
const ASKED = 2000
const SEED_RATE = 250_000

/** A database file as the `seed` command makes it. */
interface Database {
  members: number
  file: string
  megabytes: number
  /** What the command reports of itself. */
  rows: number
  seconds: number
}

/** A large site beside a small one, both in files: with answers kept ready, and with every answer made anew. */
export async function bigSection({ wrk, pace, packed }: Context): Promise<Section> {
  const [small, large] = [seed(packed, FEW), seed(packed, MANY)]
  const rows = [
    ...(await compareSizes({ wrk, pace, packed }, small, large, 'kept ready', [])),
    ...(await compareSizes({ wrk, pace, packed }, small, large, 'made anew', ['--cache-bytes', '0'])),
  ]
  return {
    title: `${MANY.toLocaleString('en')} members beside ${FEW.toLocaleString('en')}`,
    about: `Five participations each, in files. ${ASKED.toLocaleString('en')} members from all over each file are asked for, over 16 connections.`,
    columns: ['answers', 'what', 'large', 'small'],
    measure: 'large/small',
    rows,
    remarks: [small, large].map(
      ({ members, rows, seconds, megabytes }) =>
        `\`seed --members ${members}\`: ${rows} rows in ${seconds.toFixed(1)} s, ${(rows / seconds).toFixed(0)} rows a second (${SEED_RATE} are promised); ${megabytes.toFixed(0)} MB.`,
    ),
  }
}

async function compareSizes(
  { wrk, pace, packed }: Pick<Context, 'wrk' | 'pace' | 'packed'>,
  small: Database,
  large: Database,
  answers: string,
  settings: string[],
): Promise<Row[]> {
  await using smallServer = await packed.serve(['--db', small.file, ...settings])
  await using largeServer = await packed.serve(['--db', large.file, ...settings])
  const contenders = {
    small: asking(await workloadOver(small, smallServer), smallServer.url),
    large: asking(await workloadOver(large, largeServer), largeServer.url),
  }
  const cells = await compare(wrk, { contenders, connections: [16] }, pace)
  const memory = { large: largeServer.memory(), small: smallServer.memory() }
  return [
    ...cells.flatMap(({ operation, samples }) =>
      [
        { what: 'requests/s', value: perSecond, digits: 0, target: { atLeast: 0.9 } },
        { what: 'p99 ms', value: p99Of, digits: 2, target: { atMost: 1.3 } },
      ].map(({ what, value, digits, target }) => ({
        cells: [
          answers,
          `${operation}, ${what}`,
          medianOf(samples.large, value).toFixed(digits),
          medianOf(samples.small, value).toFixed(digits),
        ],
        measured: ratioOf(samples.large.map(value), samples.small.map(value)),
        target,
      })),
    ),
    {
      cells: [answers, 'memory after, MB', memory.large.toFixed(0), memory.small.toFixed(0)],
      measured: spreadOf([memory.large / memory.small]),
      target: { atMost: 1.2 },
    },
  ]
}

/** Makes a database of so many members, each in five journeys. */
function seed({ program, directory }: Packed, members: number): Database {
  const file = join(directory(), 'seeded.db')
  const options = ['--members', String(members), '--journeys', String(JOURNEYS), '--random-seed', '7']
  const output = run('.', process.execPath, program, 'seed', ...options, '--db', file, '--json')
  const { rows, seconds } = JSON.parse(output)
  return { members, file, megabytes: statSync(file).size / 2 ** 20, rows, seconds }
}

/** Calls for members from all over a database. */
async function workloadOver({ members }: Database, server: Server): Promise<Workload> {
  const { calls } = workloadOf(DEMO_SITE, [], [])
  const [list] = calls.getJourneys
  const answer = await fetch(`${server.url}${list?.path}`, { headers: list?.headers ?? {} })
  const { journeys } = (await answer.json()) as { journeys: { id: string }[] }
  const random = randomFrom(3)
  const emails = Array.from({ length: ASKED }, () => emailOf(1 + random.below(members)))
  return workloadOf(
    DEMO_SITE,
    journeys.map(({ id }) => id),
    emails,
  )
}
