import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { StoreError } from '../../src/errors.ts'
import { toDocument } from '../../src/seed/export.ts'
import { readSeed } from '../../src/seed/seed.ts'
import type { Site } from '../../src/sites/site.ts'
import { openSites } from '../../src/sites/sites.ts'
import { MIGRATIONS, migrate, openDatabase } from '../../src/store/database.ts'
import { openStore } from '../../src/store/store.ts'
import { temporaryFolder } from '../support/folder.ts'
import { SITE } from '../support/seeds.ts'

const schemaOf = (db: Database.Database) =>
  db.prepare("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name").all()
const versionOf = (db: Database.Database) => db.pragma('user_version', { simple: true })

/** A folder of migrations; more can be written into it later. */
const folderOf = (folder: ReturnType<typeof temporaryFolder>, files: Record<string, string>): URL => {
  for (const [name, sql] of Object.entries(files)) folder.file(name, sql)
  return pathToFileURL(`${folder.path}/`)
}

const ONE = 'CREATE TABLE one (a TEXT NOT NULL) STRICT;'
const TWO = "CREATE TABLE two (b TEXT) STRICT; UPDATE one SET a = a || '!';"

/** Why a file cannot be used: a single line that names it. */
function refusalOf(file: string): string {
  try {
    openStore(file).close()
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    expect(error.message).not.toContain('\n')
    expect(error.message).toContain(`database ${file} `)
    return error.message
  }
  throw new Error(`${file} was opened`)
}

it('Migrations are numbered from 1 without a gap, since how many there are is the version', () => {
  const numbers = readdirSync(MIGRATIONS).map(name => Number(name.slice(0, 4)))
  expect(numbers).toEqual(numbers.map((_, i) => i + 1))
})

it('A database in which extra was called x-extra keeps it, in seeds and snapshots too', () => {
  using folder = temporaryFolder()
  const older = temporaryFolder()
  for (const name of readdirSync(MIGRATIONS).filter(name => name < '0005'))
    older.file(name, readFileSync(new URL(name, MIGRATIONS)))
  const document = JSON.stringify({ site: { ...SITE, 'x-extra': { note: 'has "x-extra": in it' } } })
  const db = new Database(folder.file('old.db'))
  migrate(db, pathToFileURL(`${older.path}/`))
  db.prepare('INSERT INTO sites (site_id, name, secret, origin) VALUES (?, ?, ?, ?)').run(
    '1',
    'a',
    'b',
    document,
  )
  db.prepare('INSERT INTO snapshots (site_key, name, taken_at, content) VALUES (1, ?, ?, ?)').run(
    's',
    't',
    `{"data":${document}}`,
  )
  migrate(db)
  const expected = { site: { ...SITE, extra: { note: 'has "x-extra": in it' } } }
  const all = (sql: string) =>
    db
      .prepare<[], string>(sql)
      .pluck()
      .all()
      .map(text => JSON.parse(text))
  expect(all('SELECT template_site FROM sites')).toEqual([expected.site])
  expect(all('SELECT document FROM contents WHERE document IS NOT NULL')).toEqual([expected, expected])
  db.close()
  older[Symbol.dispose]()
})

describe('A database', () => {
  it('that is new gets every table, and the newest version', () => {
    using folder = temporaryFolder()
    const db = openDatabase(folder.file('new.db'))
    expect(versionOf(db)).toBeGreaterThanOrEqual(1)
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
    expect(tables).toEqual(
      expect.arrayContaining([
        ...['sites', 'journeys', 'nodes', 'connections', 'members'],
        ...['participations', 'completed_steps', 'rewards'],
      ]),
    )
    db.close()
  })

  it('that is an empty file is taken for a new one', () => {
    using folder = temporaryFolder()
    const store = openStore(folder.file('empty.db', ''))
    expect(store.sites()).toEqual([])
    store.close()
  })

  it('that is opened again keeps its schema, its version and its content', () => {
    using folder = temporaryFolder()
    const file = folder.file('again.db')
    const first = openStore(file)
    first.createSite(SITE, [], [])
    first.close()
    const before = openDatabase(file)
    const [schema, version] = [schemaOf(before), versionOf(before)]
    before.close()

    const after = openDatabase(file)
    expect([schemaOf(after), versionOf(after)]).toEqual([schema, version])
    after.close()
    const again = openStore(file)
    expect(again.sites()).toEqual([SITE])
    again.close()
  })

  it('that is kept in a file uses a write-ahead log, and every connection enforces foreign keys', () => {
    using folder = temporaryFolder()
    const db = openDatabase(folder.file('wal.db'))
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1)
    db.close()
  })
})

describe('Migrating', () => {
  it('an older version applies only what is missing, in order, and keeps the data', () => {
    using folder = temporaryFolder()
    const db = new Database(':memory:')
    const url = folderOf(folder, { '0001_one.sql': ONE, 'notes.txt': 'no SQL', '1_too_short.sql': 'no SQL' })
    migrate(db, url)
    expect(versionOf(db)).toBe(1)
    db.exec("INSERT INTO one VALUES ('kept')")

    migrate(
      db,
      folderOf(folder, { '0003_three.sql': 'ALTER TABLE two ADD COLUMN c TEXT;', '0002_two.sql': TWO }),
    )
    expect(versionOf(db)).toBe(3)
    expect(db.prepare('SELECT a FROM one').pluck().all()).toEqual(['kept!'])

    migrate(db, url)
    expect(versionOf(db)).toBe(3)
    expect(db.prepare('SELECT a FROM one').pluck().all()).toEqual(['kept!'])
    expect(db.prepare('SELECT b, c FROM two').all()).toEqual([])
    db.close()
  })

  it.each([
    ['a new database', {}],
    ['an older version', { '0001_one.sql': ONE }],
  ])('%s leaves nothing behind when it fails half-way', (_what, before) => {
    using folder = temporaryFolder()
    const db = new Database(':memory:')
    const url = folderOf(folder, before)
    migrate(db, url)
    const [schema, version] = [schemaOf(db), versionOf(db)]

    folderOf(folder, {
      '0001_one.sql': ONE,
      '0002_two.sql': TWO,
      '0003_bad.sql': 'CREATE TABLE three (a); NONSENSE;',
    })
    expect(() => migrate(db, url)).toThrow(/NONSENSE/)
    expect([schemaOf(db), versionOf(db)]).toEqual([schema, version])

    folderOf(folder, { '0003_bad.sql': 'CREATE TABLE three (a);' })
    migrate(db, url)
    expect(versionOf(db)).toBe(3)
    db.close()
  })

  it('a file of this program that is one version behind brings it to the schema of a new one', () => {
    using folder = temporaryFolder()
    const names = readdirSync(MIGRATIONS).filter(name => name.endsWith('.sql'))
    expect(names.length).toBeGreaterThan(0)
    const older = new Database(folder.file('older.db'))
    const copies = names
      .sort()
      .slice(0, -1)
      .map(name => [name, readFileSync(new URL(name, MIGRATIONS), 'utf8')])
    using migrations = temporaryFolder()
    migrate(older, folderOf(migrations, Object.fromEntries(copies)))
    older.close()

    const migrated = openDatabase(folder.file('older.db'))
    const fresh = openDatabase(':memory:')
    expect([schemaOf(migrated), versionOf(migrated)]).toEqual([schemaOf(fresh), versionOf(fresh)])
    migrated.close()
    fresh.close()
  })
})

/** A file of this program at an older version, with what `sql` puts into it. */
function olderFile(folder: ReturnType<typeof temporaryFolder>, version: number, sql: string): string {
  const names = readdirSync(MIGRATIONS).sort()
  using migrations = temporaryFolder()
  const copies = names.slice(0, version).map(name => [name, readFileSync(new URL(name, MIGRATIONS), 'utf8')])
  const file = folder.file('older.db')
  const db = new Database(file)
  migrate(db, folderOf(migrations, Object.fromEntries(copies)))
  db.exec(sql)
  db.close()
  return file
}

it('A clock with milliseconds becomes one with microseconds, and one outside the years 0000 to 9999 is lost', () => {
  using folder = temporaryFolder()
  const running = '{"offset_ms":86400000,"frozen_at":null,"tokens":true}'
  const frozen = '{"offset_ms":5,"frozen_at":1767225600123,"tokens":false}'
  const outside = '{"offset_ms":0,"frozen_at":8640000000000000,"tokens":false}'
  const file = olderFile(
    folder,
    4,
    `INSERT INTO sites (site_key, site_id, name, secret, fault_count, clock) VALUES
       (1, 'running', 'r', 'r', 3, '${running}'), (2, 'frozen', 'f', 'f', 0, '${frozen}'),
       (3, 'outside', 'o', 'o', 0, '${outside}'), (4, 'none', 'n', 'n', 0, NULL);
     INSERT INTO snapshots (site_key, name, taken_at, content) VALUES
       (2, 'later rule', 't', json_object('data', json('{}'), 'clock', '${running}', 'faults', json('[{"id":"fault-7"}]'))),
       (4, 'no clock', 't', '{"data":{},"clock":null,"faults":[]}');`,
  )
  const store = openStore(file)
  const clocks = ['running', 'frozen', 'outside', 'none'].map(id => store.forSite(id)?.clock() ?? null)
  expect(clocks.map(clock => clock && JSON.parse(clock))).toEqual([
    { at: '1970-01-02T00:00:00.000000', since: 0, tokens: true },
    { at: '2026-01-01T00:00:00.123000', since: null, tokens: false },
    null,
    null,
  ])
  const stateOf = (id: string) => JSON.parse(store.forSite(id)?.snapshots()[0]?.state as string)
  expect(stateOf('frozen')).toMatchObject({ clock: clocks[0], fault_count: 7 })
  expect(stateOf('none')).toMatchObject({ clock: null, fault_count: 0 })
  store.close()
})

it('Where members wait is waiting_at, in the stored documents too; members are active', () => {
  using folder = temporaryFolder()
  const participation = (standing: string) =>
    `{"members":[{"email":"a@b.example","attributes":{"standing":"gold"},"participations":[{"standing":${standing}}]}]}`
  const file = olderFile(
    folder,
    6,
    `INSERT INTO sites (site_key, site_id, name, secret, origin) VALUES (1, 's', 'S', 's', '${participation('null')}');
     INSERT INTO snapshots (site_key, name, taken_at, content)
       VALUES (1, 'one', 't', '{"data":${participation('[{"node_id":"n","count":1}]')}}');
     INSERT INTO members (site_key, email, email_folded) VALUES (1, 'a@b.example', 'a@b.example');`,
  )
  const store = openStore(file)
  const site = store.forSite('s')
  const member = (waiting_at: unknown) => ({
    ...{ email: 'a@b.example', attributes: { standing: 'gold' }, participations: [{ waiting_at }] },
  })
  const documents: unknown[] = []
  store.insertDocuments(document => {
    documents.push(JSON.parse(document))
    return { journeys: [], members: [] }
  })
  expect(documents).toEqual([
    { members: [member(null)] },
    { members: [member([{ node_id: 'n', count: 1 }])] },
  ])
  expect(site?.member('a@b.example')?.status).toBe('active')
  store.close()
})

it('Seeds and snapshots that were documents, and templates that were hidden sites, are what they were', () => {
  using folder = temporaryFolder()
  const demo = readSeed('demo')
  const seed = (site_id: string) => toDocument({ ...demo, site: { site_id, name: 'old', secret: 'old' } })
  const text = (value: unknown) => `'${JSON.stringify(value).replaceAll("'", "''")}'`
  const snapshot = {
    data: seed('document'),
    clock: '{"at":"2099-01-01T00:00:00.000000","since":null,"tokens":false}',
    faults: [{ id: 'fault-4', rule: '{"fault":{"kind":"hang"}}', seen: 2, used: 1 }],
    fault_count: 4,
  }
  const file = olderFile(
    folder,
    10,
    `INSERT INTO sites (site_key, site_id, name, secret, is_template) VALUES (7, 'template x', '', '-', 1);
     INSERT INTO sites (site_key, site_id, name, secret, template_key, revision) VALUES
       (8, 'document', 'new', 'new', NULL, 5), (9, 'template', 'new', 'new', 7, 6);
     INSERT INTO origins VALUES (7, '{}', '{"site":{}}'), (8, ${text(seed('document').site)}, ${text(seed('document'))}),
       (9, ${text(seed('template').site)}, NULL);
     INSERT INTO members (member_key, site_key, email, email_folded) VALUES
       (1, 7, 'Template@example.com', 'template@example.com'), (2, 9, 'now@example.com', 'now@example.com');
     INSERT INTO member_events (member_key, event, attributes, at) VALUES (1, 'purchase', '{}', 't');
     INSERT INTO faults (site_key, id, rule) VALUES (8, 'fault-9', '{"fault":{"kind":"hang"}}');
     INSERT INTO snapshots (site_key, name, taken_at, content) VALUES (8, 'then', 't', ${text(snapshot)});`,
  )
  const store = openStore(file)
  const sites = openSites({ store, clock: systemClock, journalSize: 0, journalBytes: 0 })
  const [first, second] = ['document', 'template'].map(id => sites.get(id)) as [Site, Site]
  expect([first.store.revision(), first.name, first.faults.list().length]).toEqual([5, 'new', 1])
  expect(first.content.read().members).toEqual([])
  first.snapshots.restore('then')
  expect(first.content.read()).toEqual(seed('document'))
  expect(first.clock.read()).toMatchObject({ now: '2099-01-01T00:00:00.000000Z', frozen: true })
  expect(first.faults.list()).toEqual([{ id: 'fault-4', fault: { kind: 'hang' }, seen: 2, used: 1 }])
  first.content.putMember('new@example.com', {})
  first.reset()
  expect(first.content.read()).toEqual(seed('document'))
  expect(second.store.emails()).toEqual(['now@example.com'])
  second.reset()
  expect(second.store.member('template@EXAMPLE.com')?.history).toHaveLength(1)
  expect(second.name).toBe('old')
  for (const { site_id } of store.sites()) sites.remove(site_id)
  store.close()
  const db = new Database(file)
  expect(db.pragma('foreign_key_check')).toEqual([])
  expect(db.prepare('SELECT count(*) FROM contents WHERE document IS NOT NULL').pluck().get()).toBe(0)
  openStore(file).close()
  for (const table of ['contents', 'journeys', 'members', 'snapshots'])
    expect(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get(), table).toBe(0)
  db.close()
})

it('What was numbered through all sites is found by the content and the ids', () => {
  using folder = temporaryFolder()
  const file = olderFile(
    folder,
    11,
    `INSERT INTO contents (content_key) VALUES (3), (4);
     INSERT INTO sites (site_id, name, secret, content_key) VALUES ('three', 'T', 's', 3), ('four', 'F', 's', 4);
     INSERT INTO journeys (journey_key, content_key, id, multi_template_id, name, description, open_ended, status,
       created_at, updated_at) SELECT value, 4, 'j' || value, '0', 'J', '', 1, 'Draft', 't', 't' FROM json_each('[9, 7]');
     INSERT INTO nodes (node_key, journey_key, id, type, name, config, x, y, ordinal) VALUES
       (20, 7, 'last', 'reward', 'L', '{}', 1, 2, 1), (21, 7, 'first', 'entry', 'F', '{}', 0, 0, 0),
       (22, 9, 'first', 'entry', 'F', '{}', 0, 0, 0);
     INSERT INTO connections (journey_key, id, source_node_key, target_node_key) VALUES (7, 'c', 21, 20);
     INSERT INTO members (member_key, content_key, email, email_folded) VALUES
       (30, 3, 'One@b.c', 'one@b.c'), (31, 4, 'Two@b.c', 'two@b.c'), (29, 4, 'Three@b.c', 'three@b.c');
     INSERT INTO participations (participation_key, member_key, journey_key, id, started_at, progress_percentage,
       created_at, updated_at) VALUES (40, 31, 7, 'p', 't', '0.0', 't', 't'), (41, 31, 9, 'p', 't', '0.0', 't', 't');
     INSERT INTO completed_steps (participation_key, node_key, completed_at) VALUES (41, 22, 't'), (40, 21, 't');
     INSERT INTO rewards (participation_key, node_key, blocked_by, blocked_at) VALUES (40, 20, 'refund', 't');
     INSERT INTO member_events (event_key, member_key, event, attributes, at) VALUES
       (51, 31, 'later', '{}', 't'), (50, 31, 'sooner', '{}', 't');`,
  )
  const store = openStore(file)
  const [three, four] = [store.forSite('three'), store.forSite('four')]
  expect([three?.emails(), four?.emails()]).toEqual([['One@b.c'], ['Three@b.c', 'Two@b.c']])
  expect(four?.journeyIds()).toEqual(['j7', 'j9'])
  expect(four?.journey('j7')).toMatchObject({
    nodes: [{ id: 'first' }, { id: 'last', position: { x: 1, y: 2 } }],
    connections: [{ id: 'c', source_node_id: 'first', target_node_id: 'last' }],
  })
  const member = four?.member('two@b.c')
  expect(member?.history.map(({ event }) => event)).toEqual(['sooner', 'later'])
  expect(member?.participations).toMatchObject([
    {
      id: 'p',
      journey_id: 'j7',
      events: [{ node_id: 'first' }],
      rewards: [{ node_id: 'last', blocked_by: 'refund' }],
    },
    // An older version could give two participations one id.
    { id: 'p-41', journey_id: 'j9', events: [{ node_id: 'first' }], rewards: [] },
  ])
  store.close()
  const db = new Database(file)
  expect(db.pragma('foreign_key_check')).toEqual([])
  db.close()
})

describe('A file that cannot be used is refused in one line, and left as it was:', () => {
  it('one that a newer version of this program wrote', () => {
    using folder = temporaryFolder()
    const file = folder.file('newer.db')
    const db = openDatabase(file)
    db.pragma('user_version = 99')
    db.close()
    const before = readFileSync(file)
    expect(refusalOf(file)).toMatch(/has version 99, newer than the \d+ this program knows; use a newer/)
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it("another program's SQLite database", () => {
    using folder = temporaryFolder()
    const file = folder.file('other.db')
    const db = new Database(file)
    db.exec("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('mine')")
    db.close()
    const before = readFileSync(file)
    expect(refusalOf(file)).toMatch(/is a database of another program; name a new file/)
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it('a file that is no database', () => {
    using folder = temporaryFolder()
    const text = 'Dear diary, today I learnt about SQLite. '.repeat(100)
    const file = folder.file('diary.txt', text)
    expect(refusalOf(file)).toMatch(
      /is damaged or no database \(file is not a database\); restore a copy of it, or name a new file/,
    )
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  it('a file in a folder that does not exist', () => {
    using folder = temporaryFolder()
    expect(refusalOf(folder.file('nowhere/new.db'))).toMatch(/cannot be opened: .*directory does not exist/)
  })

  it('a folder', () => {
    using folder = temporaryFolder()
    expect(refusalOf(folder.path)).toMatch(/cannot be (opened|read)/)
  })

  it('a file that was cut off', () => {
    using folder = temporaryFolder()
    const file = folder.file('cut.db')
    openStore(file).close()
    rmSync(`${file}-wal`, { force: true })
    writeFileSync(file, readFileSync(file).subarray(0, 5000))
    expect(refusalOf(file)).toMatch(/is damaged or no database \(.*malformed.*\); restore a copy/)
  })
})
