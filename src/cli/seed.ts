import { existsSync, statSync } from 'node:fs'
import { Command } from 'commander'
import { systemClock } from '../clock.ts'
import { ConfigError } from '../config.ts'
import type { MakingUp } from '../seed/bulk.ts'
import { DEMO_SITE } from '../seed/seed.ts'
import { readSiteId, readWholeNumber } from './input.ts'
import { startProgress } from './progress.ts'
import { CommandFailed, type Terminal } from './terminal.ts'

interface Flags {
  members: string
  journeys: string
  participations?: string
  randomSeed: string
  db: string
  site: string
  json?: boolean
}

type Order = Omit<MakingUp, 'signal' | 'onProgress'>

const MOST_MEMBERS = 10_000_000
const MOST_JOURNEYS = 10_000
const USUAL_PARTICIPATIONS = 5
const LARGEST_RANDOM_SEED = 2 ** 31 - 1

const DETAILS = `
The same numbers make the same data, on whatever day: member1@example.com and on, who have come differently far in
journeys of twelve blocks, as if they had done so in 2025. To serve it: journeys-sandbox serve --db FILE

Until it is complete, the database is FILE.partial. When interrupted, which an index being made may put off for some
seconds, nothing is left. There is no seed that such a site could be reset to.`

/** `journeys-sandbox seed`: makes a database with made-up members, by the million if need be. */
export function seedCommand(terminal: Terminal): Command {
  return new Command('seed')
    .description('make a database with any number of made-up members')
    .requiredOption('--members <number>', `how many, up to ${MOST_MEMBERS}`)
    .requiredOption('--db <file>', 'the database to make')
    .option('--journeys <number>', `how many there are, up to ${MOST_JOURNEYS}`, '20')
    .option(
      '--participations <number>',
      `how many journeys each member is in (default: ${USUAL_PARTICIPATIONS})`,
    )
    .option('--random-seed <number>', 'another one makes up other data', '1')
    .option('--site <id>', `the site, whose secret is ${DEMO_SITE.secret}`, DEMO_SITE.site_id)
    .option('--json', 'print what was made as JSON')
    .addHelpText('after', DETAILS)
    .action(async ({ json, ...flags }: Flags) => {
      const order = readOrder(flags)
      const start = systemClock.now()
      const rows = await makeUntilStopped(order, terminal)
      if (rows === undefined) return
      const seconds = (systemClock.now() - start) / 1000
      const made = { ...sizeOf(order), rows, seconds, rows_per_second: perSecond(rows, seconds) }
      terminal.print(json ? JSON.stringify(made) : describe(made))
    })
}

/** @throws {ConfigError} before anything is written */
function readOrder(flags: Flags): Order {
  const journeys = readWholeNumber('--journeys', flags.journeys, [1, MOST_JOURNEYS])
  const usual = String(Math.min(USUAL_PARTICIPATIONS, journeys))
  const order = {
    file: flags.db,
    site: { ...DEMO_SITE, site_id: readSiteId(flags.site) },
    members: readWholeNumber('--members', flags.members, [0, MOST_MEMBERS]),
    journeys,
    participations: readWholeNumber('--participations', flags.participations ?? usual, [0, journeys]),
    randomSeed: readWholeNumber('--random-seed', flags.randomSeed, [0, LARGEST_RANDOM_SEED]),
  }
  // What a write-ahead log without its database has would get into the new one.
  const taken = [flags.db, `${flags.db}-wal`].find(existsSync)
  if (taken !== undefined)
    throw new ConfigError(`--db: ${taken} is there already; name another file, or remove it first`)
  return order
}

/** @returns how many rows the members took; undefined when it was told to stop, and whoever told it knows */
async function makeUntilStopped(order: Order, { onStop }: Terminal): Promise<number | undefined> {
  const { makeUpDatabase } = await import('../seed/bulk.ts')
  const bar = await startProgress('{value} of {total} members{doing}, {duration_formatted}', {
    total: order.members,
    words: { doing: '' },
  })
  const stop = new AbortController()
  const making = makeUpDatabase({
    ...order,
    signal: stop.signal,
    onProgress: (members, indexing) => bar.update(members, { doing: indexing ? ', making indexes' : '' }),
  }).finally(() => bar.stop())
  onStop(async () => {
    stop.abort()
    if ((await making) === undefined) throw new CommandFailed(`interrupted; nothing is left of ${order.file}`)
  })
  return making
}

const perSecond = (rows: number, seconds: number): number => Math.round(rows / Math.max(seconds, 0.001))

const sizeOf = ({ file, site: { site_id }, members, journeys, participations }: Order) => ({
  ...{ file, site_id, journeys, members, participations: members * participations },
  bytes: statSync(file).size,
})

type Made = ReturnType<typeof sizeOf> & { rows: number; seconds: number; rows_per_second: number }

function describe({ file, members, participations, journeys, rows, seconds, ...made }: Made): string {
  const [count, megabytes] = [(n: number) => n.toLocaleString('en'), Math.ceil(made.bytes / 1e6)]
  return `${file}: ${count(members)} members with ${count(participations)} participations in ${count(journeys)} journeys
${count(rows)} rows in ${seconds.toFixed(1)} s, ${count(made.rows_per_second)} a second; ${count(megabytes)} MB`
}
