import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { startSandbox } from '../../src/index.ts'
import { temporaryFolder } from '../support/folder.ts'

/** Every row of every table that belongs to a site, found by the schema and not by a list, so that none is forgotten. */
function exportEverything(file: string): Map<string, unknown[]> {
  const db = new Database(file, { readonly: true })
  const tables = db
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .pluck()
    .all()
  const rows = tables.map(
    table => [table, db.prepare(`SELECT * FROM ${table}`).all().map(withoutKeys)] as const,
  )
  db.close()
  return new Map(rows)
}

/** Keys are numbers of our own that nobody sees; the revision counts writes, and a reset is one. */
const withoutKeys = (row: unknown) =>
  Object.fromEntries(
    Object.entries(row as object).filter(([name]) => !name.endsWith('_key') && name !== 'revision'),
  )

/** The same, whatever order the rows were written in. */
const inAnyOrder = (tables: Map<string, unknown[]>) =>
  [...tables].map(([table, rows]) => [table, rows.map(row => JSON.stringify(row)).sort()])

test('a reset takes back every kind of state there is, but named snapshots', async () => {
  using folder = temporaryFolder()
  const db = folder.file('all.db')
  await using sandbox = await startSandbox({ db, seed: 'empty', logLevel: 'silent' })
  const site = sandbox.createSite()
  const before = exportEverything(db)
  const shown = () =>
    JSON.stringify([site.content.read(), site.faults.list(), site.requests.list(), site.clock.read().frozen])
  const shownBefore = shown()

  const document = site.content.read()
  const [journey] = document.journeys
  site.content.replace({ ...document, site: { ...document.site, name: 'renamed', secret: 'changed' } })
  site.content.putJourney(journey?.id as string, {
    ...journey,
    name: 'changed',
    nodes: journey?.nodes.map(node => ({ ...node, name: 'changed' })),
    connections: journey?.connections.map(connection => ({ ...connection, id: crypto.randomUUID() })),
  })
  const { participations = [] } = site.content.member('several@example.com')
  const touched = participations.map(participation => ({
    ...participation,
    updated_at: '2026-01-01T00:00:00.000000',
    events: participation.events?.map(event => ({ ...event, completed_at: '2026-01-01T00:00:00.000000' })),
    rewards: participation.rewards?.map(({ node_id }) => ({
      node_id,
      blocked_by: 'x',
      blocked_at: '2026-01-01T00:00:00.000000',
    })),
  }))
  site.content.putMember('several@example.com', { attributes: { changed: true }, participations: touched })
  site.member('ann@example.com').did('purchase', { amount: 1000 })
  site.faults.add({ fault: { kind: 'status', status: 503 } })
  site.clock.set({ now: '2099-01-01T00:00:00Z', frozen: true, tokens: true })
  await fetch(`${sandbox.url}/journeys`, { headers: site.headersFor() })
  site.snapshots.take('kept')

  const changed = exportEverything(db)
  // Fails for a table that this test does not know how to change: change it above, and see that a reset takes it back.
  for (const [table, rows] of changed)
    expect(rows, `the test changes ${table}`).not.toEqual(before.get(table))
  expect(shown()).not.toBe(shownBefore)

  site.reset()
  // Fails for a state that a reset takes back and a snapshot forgets.
  site.snapshots.restore('kept')
  expect(inAnyOrder(exportEverything(db))).toEqual(inAnyOrder(changed))

  site.reset()
  expect(exportEverything(db).get('snapshots')).toHaveLength(1)
  // What the snapshot holds is in the same tables as what the site shows.
  site.snapshots.remove('kept')
  for (const [table, rows] of exportEverything(db)) expect(rows, table).toEqual(before.get(table))
  expect(shown()).toBe(shownBefore)
})

test('everything but the journal outlives the process', async () => {
  using folder = temporaryFolder()
  const db = folder.file('kept.db')
  const state = (sandbox: Awaited<ReturnType<typeof startSandbox>>) =>
    JSON.stringify(
      sandbox
        .sites()
        .map(site => [
          site.site_id,
          site.secret,
          site.content.read(),
          site.clock.read(),
          site.faults.list(),
          site.snapshots.list(),
        ]),
    )
  const clock = { now: () => Date.UTC(2026, 0, 1) }
  const first = await startSandbox({ db, clock, logLevel: 'silent' })
  const site = first.createSite({ site_id: 'kept', ttl: 'P1D' })
  site.member('ann@example.com').did('purchase', { amount: 5 })
  site.clock.set({ now: '2099-01-01T00:00:00Z', frozen: true })
  site.faults.add({ match: { email: 'ann@example.com' }, after: 1, fault: { kind: 'status', status: 503 } })
  site.snapshots.take('then')
  await fetch(`${first.url}/user/ann@example.com/journeys`, { headers: site.headersFor('ann@example.com') })
  const before = state(first)
  await first.close()

  await using second = await startSandbox({ db, clock, logLevel: 'silent' })
  expect(state(second) === before).toBe(true)
  const again = second.sites()[1] as typeof site
  expect(again.requests.list()).toEqual([])
  const failed = await fetch(`${second.url}/user/ann@example.com/journeys`, {
    headers: again.headersFor('ann@example.com'),
  })
  expect(failed.status).toBe(503)
  again.reset()
  expect(again.clock.read().frozen).toBe(false)
})
