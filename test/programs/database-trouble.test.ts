import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { StorageFull, StorageReadOnly, StoreError } from '../../src/errors.ts'
import { type Sandbox, startSandbox } from '../../src/index.ts'
import { openStore } from '../../src/store/store.ts'
import { temporaryFolder } from '../support/folder.ts'
import { Program, run } from '../support/process.ts'

afterEach(() => vi.restoreAllMocks())

/** Starts a sandbox on a file, with a hand on its connection to the database. */
async function startOn(db: string) {
  const opened = new Set<Database.Database>()
  const pragma = Database.prototype.pragma
  vi.spyOn(Database.prototype, 'pragma').mockImplementation(function (this: Database.Database, ...args) {
    opened.add(this)
    return pragma.apply(this, args)
  })
  const sandbox = await startSandbox({ db, logLevel: 'silent' })
  vi.restoreAllMocks()
  const [connection] = opened
  if (!connection) throw new Error('no connection was opened')
  return { sandbox, connection }
}

/** Lets the file of a database not grow any more, as on a full disk, or again. */
const fill = (connection: Database.Database) => connection.pragma('max_page_count = 1')
const empty = (connection: Database.Database) => connection.pragma('max_page_count = 1000000')

const LARGE = { note: 'x'.repeat(100_000) }

/** Everything that is known of all sites. */
const stateOf = (sandbox: Sandbox) =>
  JSON.stringify(
    sandbox
      .sites()
      .map(site => [
        site.site_id,
        site.secret,
        site.content.read(),
        site.clock.read().frozen,
        site.faults.list(),
        site.snapshots.list(),
      ]),
  )

describe('A write that fails', () => {
  const writes: [string, (sandbox: Sandbox, site: ReturnType<Sandbox['createSite']>) => unknown][] = [
    ['an event', (_, site) => site.member('ann@example.com').did('purchase', LARGE)],
    [
      'a batch of events',
      (_, site) => site.events.postAll([{ email: 'ann@example.com', event: 'a', attributes: LARGE }]),
    ],
    ['a member', (_, site) => site.content.putMember('new@example.com', { attributes: LARGE })],
    [
      'the whole data',
      (_, site) =>
        site.content.replace({
          ...site.content.read(),
          members: [{ email: 'new@example.com', attributes: LARGE }],
        }),
    ],
    ['a fault rule', (_, site) => site.faults.add({ fault: { kind: 'status', status: 500, body: LARGE } })],
    ['a snapshot', (_, site) => site.snapshots.take('new')],
    ['a restore', (_, site) => site.snapshots.restore('large')],
    ['a site', sandbox => sandbox.createSite({ site_id: 'new' })],
  ]

  test.each(writes)('on a full disk is refused with 507 and changes nothing: %s', async (_name, write) => {
    using folder = temporaryFolder()
    const db = folder.file('full.db')
    const { sandbox, connection } = await startOn(db)
    const site = sandbox.createSite({ site_id: 'used' })
    site.faults.add({ fault: { kind: 'hang' } })
    site.content.putMember('large@example.com', { attributes: LARGE })
    site.snapshots.take('large')
    site.content.removeMember('large@example.com')
    connection.exec('VACUUM')
    const before = stateOf(sandbox)

    fill(connection)
    const error = await Promise.resolve()
      .then(() => write(sandbox, site))
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StorageFull)
    expect(error).toMatchObject({ statusCode: 507, message: expect.stringContaining('free some space') })
    expect(stateOf(sandbox)).toBe(before)

    empty(connection)
    await write(sandbox, site)
    await sandbox.close()
  })

  const changes: [string, string, string, unknown?][] = [
    ['clearing the fault rules', 'DELETE', '/faults'],
    ['removing a fault rule', 'DELETE', '/faults/fault-1'],
    ['a reset', 'POST', '/reset'],
    ['setting the clock', 'PUT', '/clock', { frozen: true }],
    ['removing a journey', 'DELETE', '/journeys/de04a64d-dc40-445f-8351-3dde7567d5c8'],
    ['removing the site', 'DELETE', ''],
  ]

  test.each(changes)(
    'on a read-only disk is refused with 500 and changes nothing: %s',
    async (_name, method, path, body) => {
      using folder = temporaryFolder()
      const db = folder.file('read-only.db')
      const { sandbox, connection } = await startOn(db)
      const site = sandbox.createSite({ site_id: 'used' })
      site.faults.add({ fault: { kind: 'hang' } })
      site.member('ann@example.com').did('purchase')
      const before = stateOf(sandbox)

      connection.pragma('query_only = ON')
      const call = () =>
        fetch(`${sandbox.origin}/_sandbox/sites/used${path}`, {
          method,
          ...(body !== undefined && {
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify(body),
          }),
        })
      const refusal = await call()
      expect(refusal.status).toBe(500)
      expect(await refusal.json()).toMatchObject({ detail: expect.stringContaining('read-only.db') })
      expect(() => site.reset()).toThrow(StorageReadOnly)
      expect(stateOf(sandbox)).toBe(before)

      connection.pragma('query_only = OFF')
      expect((await call()).ok).toBe(true)
      expect(stateOf(sandbox)).not.toBe(before)
      const after = stateOf(sandbox)
      await sandbox.close()
      await using again = await startSandbox({ db, logLevel: 'silent' })
      expect(stateOf(again)).toBe(after)
    },
  )
})

describe('A database', () => {
  test('has one server; sqlite3 can read it meanwhile', async () => {
    using folder = temporaryFolder()
    const db = folder.file('one.db')
    await using first = new Program(['--port', '0', '--db', db])
    await first.printed(/curl .*\n/)
    const { code, stdout, stderr } = await run(['--port', '0', '--db', db])
    expect(stderr).toMatch(/^database \S+one\.db is in use by another journeys-sandbox; .*--db.*\n$/)
    expect([code, stdout]).toEqual([1, ''])
    expect(() => openStore(db)).toThrow(StoreError)

    expect(readdirSync(folder.path).sort()).toEqual(['one.db', 'one.db-lock', 'one.db-shm', 'one.db-wal'])
    const reader = new Database(db, { readonly: true })
    expect(reader.prepare('SELECT count(*) FROM sites').pluck().get()).toBe(1)
    reader.close()

    await first.stop('SIGKILL')
    openStore(db).close()
    openStore(db).close()
  })

  test('has one server, by whatever path it is opened', () => {
    using folder = temporaryFolder()
    const store = openStore(folder.file('one.db'))
    expect(() => openStore(`${folder.path}/./one.db`)).toThrow(/in use/)
    store.close()
  })

  test('that is deleted under the server takes no more writes', async () => {
    using folder = temporaryFolder()
    const db = folder.file('gone.db')
    await using sandbox = await startSandbox({ db, logLevel: 'silent' })
    const site = sandbox.createSite()
    renameSync(db, `${db}.moved`)
    expect(() => site.member('ann@example.com').did('purchase')).toThrow(/was moved or deleted/)
    expect(() => sandbox.createSite()).toThrow(/was moved or deleted/)
    renameSync(`${db}.moved`, db)
    site.member('ann@example.com').did('purchase')
  })

  test('with a damaged page is refused in one line, at the start or when it is read', async () => {
    using folder = temporaryFolder()
    const db = folder.file('damaged.db')
    const store = await startSandbox({ db, logLevel: 'silent' })
    await store.close()
    const bytes = readFileSync(db)
    let refused = 0
    for (let page = 1; page * 4096 < bytes.length; page += 3) {
      rmSync(`${db}-wal`, { force: true })
      rmSync(`${db}-shm`, { force: true })
      const damaged = Buffer.from(bytes)
      damaged.fill(0x5a, page * 4096, page * 4096 + 4096)
      writeFileSync(db, damaged)
      let opened: Sandbox | undefined
      try {
        opened = await startSandbox({ db, logLevel: 'silent' })
        stateOf(opened)
      } catch (error) {
        refused++
        expect(error).toBeInstanceOf(StoreError)
        expect((error as Error).message).toMatch(
          /^database \S+damaged\.db is damaged [^\n]*; restore a copy[^\n]*$/,
        )
      } finally {
        await opened?.close()
      }
    }
    expect(refused).toBeGreaterThan(5)
  })
})
