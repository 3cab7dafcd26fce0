import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { frozenClock } from '../../src/clock.ts'
import { checkConfig } from '../../src/config.ts'
import { openEntrance } from '../../src/entrance.ts'
import { checkSeed } from '../../src/seed/check.ts'
import { exportSite } from '../../src/seed/export.ts'
import type { SeedDocument } from '../../src/seed/schema.ts'
import { openSites } from '../../src/sites/sites.ts'
import { openStore, type SiteStore } from '../../src/store/store.ts'
import { temporaryFolder } from '../support/folder.ts'
import { Program } from '../support/process.ts'
import { SITE } from '../support/seeds.ts'
import { command } from '../support/terminal.ts'

const SMALL = ['--members', '40', '--journeys', '10', '--participations', '4', '--random-seed', '7']

const seed = (file: string, ...flags: string[]) => command(['seed', '--db', file, ...flags])

function read(file: string, siteId: string = SITE.site_id): SeedDocument {
  const store = openStore(file)
  try {
    return exportSite(store.forSite(siteId) as SiteStore)
  } finally {
    store.close()
  }
}

async function made(...flags: string[]): Promise<SeedDocument> {
  using folder = temporaryFolder()
  expect(await seed(folder.file('made.db'), ...flags)).toMatchObject({ code: 0, stderr: '' })
  return read(folder.file('made.db'))
}

describe('seed', () => {
  let small: SeedDocument
  beforeAll(async () => {
    small = await made(...SMALL)
  })

  it('makes the same of the same numbers, and something else of another random seed', async () => {
    expect(await made(...SMALL)).toEqual(small)
    const other = await made(...SMALL, '--random-seed', '8')
    expect(other.members).toHaveLength(40)
    expect(other.journeys[0]?.id).not.toBe(small.journeys[0]?.id)
  })

  it('makes the same first members, however many follow', async () => {
    const more = await made(...SMALL, '--members', '700')
    expect(more.journeys).toEqual(small.journeys)
    expect(more.members.slice(0, 40)).toEqual(small.members)
  })

  it('makes a site that a seed could have, of the size that was asked for', () => {
    expect(checkSeed(small, '2025-06-01T12:00:00.000000').issues).toEqual([])
    expect(small.site).toEqual(SITE)
    expect(small.members.map(({ email }) => email).slice(-2)).toEqual([
      'member39@example.com',
      'member40@example.com',
    ])
    const sizes = small.members.map(
      ({ participations = [] }) => new Set(participations.map(p => p.journey_id)).size,
    )
    expect(new Set(sizes)).toEqual(new Set([4]))
    expect(small.journeys.map(({ nodes }) => nodes.length)).toEqual(Array(10).fill(12))
    expect(new Set(small.journeys.map(({ status }) => status))).toEqual(
      new Set(['Archived', 'Published', 'Draft']),
    )
  })

  it('has members at every stage, with rewards of every kind', async () => {
    const participations = small.members.flatMap(({ participations = [] }) => participations)
    const rewards = participations.flatMap(({ rewards = [] }) => rewards)
    expect(new Set(participations.map(({ events = [] }) => events.length))).toEqual(new Set([0, 1, 2, 3, 4]))
    expect(participations.some(({ completed_at }) => completed_at !== null)).toBe(true)
    expect(rewards.some(({ hold_end_datetime }) => hold_end_datetime !== undefined)).toBe(true)
    expect(rewards.some(({ blocked_by }) => blocked_by === 'return')).toBe(true)
  })

  it('lets nobody enter before or act after the year that it makes up', () => {
    const participations = small.members.flatMap(({ participations = [] }) => participations)
    for (const { started_at, updated_at = '' } of participations) {
      expect(started_at >= '2025-01-01').toBe(true)
      expect(updated_at >= started_at && updated_at < '2026-03-01').toBe(true)
    }
  })

  it.each([
    ['--members', '0'],
    ['--participations', '0'],
    ['--journeys', '4'],
  ])('takes %s %s', async (...flags) => {
    expect(checkSeed(await made(...SMALL, ...flags), '2025-06-01T12:00:00.000000').issues).toEqual([])
  })

  it('serves all four operations from it, and lets members go on', async () => {
    using folder = temporaryFolder()
    await seed(folder.file('made.db'), ...SMALL, '--site', 'load-test')
    const store = openStore(folder.file('made.db'))
    const sites = openSites({ store, clock: frozenClock(Date.UTC(2026, 5, 1)), journalSize: 0 })
    const site = sites.get('load-test')
    const entrance = await openEntrance({ config: checkConfig({ logLevel: 'silent' }), sites })
    const app = await entrance.router()
    const ask = async (path: string, identifier?: string) =>
      (await app.inject({ url: `/api/3.0${path}`, headers: site.headersFor(identifier) })).json()
    const { journeys } = await ask('/journeys')
    expect(journeys).toHaveLength(10)
    expect((await ask(`/journeys/${journeys[3].id}`, journeys[3].id)).nodes).toHaveLength(12)
    const email = 'member7@example.com'
    expect((await ask(`/user_journeys/${email}`, email)).journeys).toHaveLength(4)
    const before = (await ask(`/user/${email}/journeys`, email)).journeys
    expect(before).toHaveLength(4)

    const awaited = ['purchase', 'profile_completed', 'app_installed', 'store_visited', 'survey_answered']
    const outcomes = awaited.flatMap(event => site.member(email).did(event, { amount: 500 }).outcomes)
    expect(outcomes.some(({ type }) => type === 'step_completed')).toBe(true)
    expect((await ask(`/user/${email}/journeys`, email)).journeys).not.toEqual(before)
    await entrance.close()
    store.close()
  })

  it('says what it made, to people and to programs', async () => {
    using folder = temporaryFolder()
    const { stdout } = await seed(folder.file('one.db'), ...SMALL)
    expect(stdout).toMatch(
      /one\.db: 40 members with 160 participations in 10 journeys\n[\d,]+ rows in [\d.]+ s, [\d,]+ a second; 1 MB$/,
    )
    const { stdout: json } = await seed(folder.file('two.db'), ...SMALL, '--json')
    expect(JSON.parse(json)).toMatchObject({
      ...{
        file: folder.file('two.db'),
        site_id: SITE.site_id,
        journeys: 10,
        members: 40,
        participations: 160,
      },
      ...{ rows: expect.any(Number), seconds: expect.any(Number), rows_per_second: expect.any(Number) },
      bytes: expect.any(Number),
    })
    expect(readdirSync(folder.path).sort()).toEqual(['one.db', 'two.db'])
  })

  it.each([
    [['--members', '10000001'], '--members: "10000001" is not a whole number from 0 to 10000000'],
    [['--members', '1e3'], '--members: "1e3" is not a whole number from 0 to 10000000'],
    [['--journeys', '0'], '--journeys: "0" is not a whole number from 1 to 10000'],
    [['--participations', '11'], '--participations: "11" is not a whole number from 0 to 10'],
    [['--random-seed', '-1'], '--random-seed: "-1" is not a whole number from 0 to 2147483647'],
    [['--site', 'a b'], '--site: "a b" is no site id; it is up to 64 visible ASCII characters'],
  ])('refuses %j, and writes nothing', async (flags, message) => {
    using folder = temporaryFolder()
    expect(await seed(folder.file('made.db'), ...SMALL, ...flags)).toEqual({
      code: 2,
      stdout: '',
      stderr: message,
    })
    expect(readdirSync(folder.path)).toEqual([])
  })

  it('leaves alone a database that is there, but replaces what an earlier run left behind', async () => {
    using folder = temporaryFolder()
    const file = folder.file('made.db', 'something else')
    const refused = await seed(file, ...SMALL)
    expect(refused).toMatchObject({
      code: 2,
      stderr: `--db: ${file} is there already; name another file, or remove it first`,
    })
    writeFileSync(folder.file('next.db.partial'), 'half of it')
    expect(await seed(folder.file('next.db'), ...SMALL)).toMatchObject({ code: 0 })
    expect(readdirSync(folder.path).sort()).toEqual(['made.db', 'next.db'])
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('leaves nothing behind when %s interrupts it', async signal => {
    using folder = temporaryFolder()
    const file = folder.file('made.db')
    await using program = new Program(['seed', '--members', '10000000', '--db', file])
    while (!existsSync(`${file}.partial`)) await setTimeout(10)
    const { code, stdout, stderr } = await program.stop(signal)
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: `interrupted; nothing is left of ${file}\n`,
    })
    expect(readdirSync(folder.path)).toEqual([])
  })

  it('says on one line that a file cannot be written', async () => {
    await expect(seed('/nowhere/made.db', ...SMALL)).rejects.toThrow(
      /^database \/nowhere\/made\.db\.partial /,
    )
  })
})
