import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { chanceOf } from '../../src/seed/chance.ts'
import { madeUpJourneys, madeUpMembers } from '../../src/seed/made-up.ts'
import { toGraph } from '../../src/seed/records.ts'
import { openBulkLoad } from '../../src/store/bulk.ts'
import { memberRows } from '../../src/store/bulk-rows.ts'
import type { MemberRecord } from '../../src/store/records.ts'
import { openStore } from '../../src/store/store.ts'
import { StoreError } from '../../src/store/store-error.ts'
import { temporaryFolder } from '../support/folder.ts'
import { id, journeyOf, SITE } from '../support/seeds.ts'

/** Everything in a database but for the order in which indexes were made, and what is wrong with it. */
function contentOf(file: string) {
  using db = closing(new Database(file, { readonly: true }))
  const schema = db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all()
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
  const rows = tables.map(table => [table, db.prepare(`SELECT rowid, * FROM ${table} ORDER BY rowid`).all()])
  const faults = [db.pragma('integrity_check', { simple: true }), db.pragma('foreign_key_check')]
  return { schema, rows: Object.fromEntries(rows), faults }
}

const closing = (db: Database.Database) => Object.assign(db, { [Symbol.dispose]: () => db.close() })

describe('What is loaded in bulk', () => {
  it('is, row by row, what would have been written one by one', () => {
    using folder = temporaryFolder()
    // More participations than are written at once, and not a multiple of that.
    const [size, chance] = [{ members: 61, journeys: 12, participations: 5 }, chanceOf(3)]
    const journeys = [...madeUpJourneys(size, chance)]
    const graphs = journeys.map(({ graph }) => graph)
    const members = [...madeUpMembers(journeys, size, chance)]
    const load = openBulkLoad(folder.file('bulk.db'), SITE, graphs)
    const toRows = memberRows(load.keys)
    for (const some of [members.slice(0, 7), members.slice(7)]) load.add(toRows(some))
    for (const _ of load.finish());
    load.close()

    const store = openStore(folder.file('single.db'))
    const whole = members.map(
      member => ({ ...member, status: 'active', attributes: {}, history: [] }) as unknown as MemberRecord,
    )
    store.createSite(SITE, graphs, whole)
    store.close()

    const [bulk, single] = [contentOf(folder.file('bulk.db')), contentOf(folder.file('single.db'))]
    expect(bulk).toEqual(single)
    expect(bulk.faults).toEqual(['ok', []])
    const { members: m, participations: p, completed_steps: c, rewards: r } = bulk.rows
    expect(load.rows).toBe([m, p, c, r].flat().length)
    expect([p, c, r].map(rows => rows.length > 100)).toEqual([true, true, true])
  })

  it('must not name a journey or a node that there is not', () => {
    using folder = temporaryFolder()
    const journeys = [toGraph(journeyOf(1), '2025-01-01T00:00:00.000000')]
    const load = openBulkLoad(folder.file('bulk.db'), SITE, journeys)
    const toRows = memberRows(load.keys)
    load.close()
    const at = '2025-01-15T10:33:32.500861'
    const participation = {
      ...{
        id: id(1),
        journey_id: id(1),
        started_at: at,
        created_at: at,
        updated_at: at,
        progress_percentage: '0.0',
      },
      ...{ completed_at: null, expired_at: null, standing: null, events: [], rewards: [] },
    }
    const add = (rest: object) => () =>
      toRows([{ email: 'ann@example.com', participations: [{ ...participation, ...rest }] }])
    expect(add({ journey_id: id(2) })).toThrow(RangeError)
    expect(add({ events: [{ node_id: id(7), completed_at: at }] })).toThrow(RangeError)
  })

  it('cannot be where there is no folder', () => {
    expect(() => openBulkLoad('/nowhere/bulk.db', SITE, [])).toThrow(StoreError)
  })
})
