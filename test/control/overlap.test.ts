import { setImmediate } from 'node:timers/promises'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { generatedSeed } from '../../examples/generated-data.ts'
import { type Sandbox, signRequest, startSandbox } from '../../src/index.ts'
import { type Folder, temporaryFolder } from '../support/folder.ts'

/** So many that every long call takes several turns. */
const MEMBERS = 800
const LARGE = generatedSeed({ journeys: 5, members: MEMBERS, participations: 1 })
/** So many that it takes longer than another call, however busy the machine is. */
const LARGER = generatedSeed({ journeys: 5, members: 2000, participations: 1 })
const ID = 'large'
const HERE = `/sites/${ID}`
const NEW = 'new@example.com'

let folder: Folder
let sandbox: Sandbox
beforeAll(async () => {
  folder = temporaryFolder()
  const db = folder.file('overlap.db')
  sandbox = await startSandbox({ db, seed: 'empty', logLevel: 'silent', clones: 'on' })
  sandbox.createSite({ site_id: ID, seed: LARGE })
})
afterAll(async () => {
  await sandbox.close()
  folder[Symbol.dispose]()
})
beforeEach(() => {
  site().reset()
  for (const { name } of site().snapshots.list()) site().snapshots.remove(name)
})

const site = () =>
  sandbox.sites().find(({ site_id }) => site_id === ID) ?? sandbox.createSite({ site_id: ID, seed: LARGE })

async function call(method: string, path: string, body?: unknown) {
  const response = await fetch(`${sandbox.origin}/_sandbox${path}`, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : JSON.parse(text) }
}

/** The statuses of calls that are made at the same time. */
const statusesOf = async (...calls: Promise<{ status: number }>[]) =>
  (await Promise.all(calls)).map(({ status }) => status)

const reset = () => call('POST', `${HERE}/reset`)
const take = (name = 'one') => call('PUT', `${HERE}/snapshots/${name}`)
const restore = (name = 'one') => call('POST', `${HERE}/snapshots/${name}/restore`)
const put = (email = NEW) => call('PUT', `${HERE}/members/${email}`, {})
const replace = (members: unknown[]) => call('PUT', `${HERE}/data`, { ...site().content.read(), members })

/** All that a reset, a restore and a snapshot are about. */
const stateOf = () =>
  JSON.stringify([site().content.read(), site().clock.read().frozen, site().faults.list()])

/** Changes every kind of state. */
function change(): void {
  site().content.removeMember('member7@example.com')
  site().content.putMember(NEW, { attributes: { changed: true } })
  site().clock.set({ now: '2099-01-01T00:00:00Z', frozen: true })
  site().faults.add({ match: { email: 'nobody@example.com' }, fault: { kind: 'hang' } })
}

/** Waits until what is no longer needed is gone, and makes sure that nothing is half-there. */
async function expectWhole(): Promise<void> {
  const db = new Database(folder.file('overlap.db'), { readonly: true })
  try {
    const unused = db.prepare(`SELECT count(*) FROM contents WHERE content_key NOT IN (
      SELECT content_key FROM sites UNION SELECT coalesce(template_key, 0) FROM sites UNION SELECT content_key FROM snapshots)`)
    // Templates of sites that are gone are kept, so many.
    await vi.waitFor(() => expect(unused.pluck().get()).toBeLessThanOrEqual(8), { timeout: 20_000 })
    expect(db.pragma('foreign_key_check')).toEqual([])
    const rows = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
    expect(rows('member_events')).toBe(0)
  } finally {
    db.close()
  }
}

describe('While a large site is', () => {
  beforeAll(() => {
    sandbox.removeSite(ID)
    sandbox.createSite({ site_id: ID, seed: LARGER })
  })
  afterAll(() => sandbox.removeSite(ID))

  const operations: [string, () => Promise<{ status: number }>][] = [
    ['reset', reset],
    ['taken as a snapshot', () => take('two')],
    ['restored', restore],
    ['replaced', () => replace(LARGER.members.slice(1))],
    ['cloned', () => call('POST', '/sites', { site_id: 'other', seed: LARGER })],
    ['reset with all others', () => call('POST', '/reset')],
  ]

  test.each(operations)('%s, others are answered, and see all of it or nothing', async (_name, operation) => {
    change()
    await take()
    const count = () => call('GET', HERE).then(({ body }) => body.members)
    const before = await count()
    let done = false
    const running = operation().finally(() => {
      done = true
    })
    const seen = new Set<number>()
    let answers = 0
    for (; !done; answers++) seen.add(await count())
    expect((await running).status).toBeLessThan(300)
    expect(answers).toBeGreaterThan(1)
    const after = await count()
    expect([before, after]).toEqual(expect.arrayContaining([...seen]))
    if (sandbox.sites().some(({ site_id }) => site_id === 'other')) sandbox.removeSite('other')
    await expectWhole()
  })
})

describe('Calls that overlap have the result of some order:', () => {
  test('two resets', async () => {
    const seed = stateOf()
    change()
    expect(await statusesOf(reset(), reset())).toEqual([200, 200])
    expect(stateOf()).toBe(seed)
    await expectWhole()
  })

  test('a reset and a restore', async () => {
    const seed = stateOf()
    change()
    site().snapshots.take('one')
    const changed = stateOf()
    for (const calls of [
      [reset, restore],
      [restore, reset],
    ]) {
      expect(await statusesOf(...calls.map(make => make()))).toEqual(expect.arrayContaining([200, 204]))
      expect([seed, changed]).toContain(stateOf())
      await expectWhole()
    }
  })

  test('a restore, and a snapshot that is taken again or removed', async () => {
    const seed = stateOf()
    site().snapshots.take('one')
    change()
    const changed = stateOf()
    expect(await statusesOf(restore(), take())).toEqual([204, 200])
    const [shown] = [stateOf()]
    expect([seed, changed]).toContain(shown)
    site().snapshots.restore('one')
    expect([seed, changed]).toContain(stateOf())

    const restored = stateOf()
    site().content.putMember('later@example.com', {})
    const [status, removal] = await statusesOf(restore(), call('DELETE', `${HERE}/snapshots/one`))
    expect(removal).toBe(204)
    expect([204, 404]).toContain(status)
    expect(stateOf() === restored).toBe(status === 204)
    await expectWhole()
  })

  test('a reset, and a removal of the site', async () => {
    for (const wait of [0, 1, 3, 6]) {
      site()
      const running = reset()
      for (let turn = 0; turn < wait * 10; turn++) await setImmediate()
      const removal = await call('DELETE', HERE)
      expect(removal.status).toBe(204)
      expect([200, 404]).toContain((await running).status)
      expect((await call('GET', HERE)).status).toBe(404)
    }
    site()
    await expectWhole()
  })

  test('a write, and a snapshot, a reset, a restore or new data', async () => {
    site().snapshots.take('one')
    for (const operation of [() => take('two'), reset, restore, () => replace(LARGE.members)]) {
      const running = operation()
      for (let turn = 0; turn < 5; turn++) await setImmediate()
      expect(await statusesOf(running, put(), put('ann@example.com'))).toEqual([expect.any(Number), 201, 201])
      const emails = new Set(
        site()
          .content.read()
          .members.map(({ email }) => email),
      )
      expect(emails.size).toBe(MEMBERS + Number(emails.has(NEW)) + Number(emails.has('ann@example.com')))
      site().reset()
    }
    site().snapshots.restore('two')
    const { members } = site().content.read()
    expect([MEMBERS, MEMBERS + 1, MEMBERS + 2]).toContain(members.length)
    await expectWhole()
  })

  test('new data, twice', async () => {
    const [less, more] = [LARGE.members.slice(0, 400), LARGE.members]
    expect(await statusesOf(replace(less), replace(more))).toEqual([200, 200])
    expect([400, MEMBERS]).toContain(site().content.read().members.length)
    await expectWhole()
  })

  test('two sites of the same id', async () => {
    const create = () => call('POST', '/sites', { site_id: 'twice', seed: LARGE })
    expect((await statusesOf(create(), create())).sort()).toEqual([201, 409])
    expect((await call('GET', '/sites/twice')).body.members).toBe(MEMBERS)
    sandbox.removeSite('twice')
    await expectWhole()
  })

  test('several first requests to a clone', async () => {
    const headers = signRequest({ site_id: `${ID}~one`, secret: site().secret }).headers
    const ask = () => fetch(`${sandbox.url}/journeys`, { headers })
    expect(await statusesOf(ask(), ask(), ask())).toEqual([200, 200, 200])
    const clone = sandbox.sites().find(({ site_id }) => site_id === `${ID}~one`)
    expect(clone?.requests.count()).toBe(3)
    expect(clone?.content.read().members).toHaveLength(MEMBERS)
    const created = site()
      .requests.list()
      .filter(({ explanation }) => explanation?.startsWith('site: created'))
    expect(created).toHaveLength(1)
    sandbox.removeSite(`${ID}~one`)
    await expectWhole()
  })

  test('provider states, each set up on the same site', async () => {
    const seed = stateOf()
    const states = ['a blocked member', 'a member without journeys', 'a journey'].map(state =>
      call('POST', '/provider-states', { state, params: { site_id: ID } }),
    )
    expect(await statusesOf(...states)).toEqual([200, 200, 200])
    expect(site().content.read().members).toHaveLength(MEMBERS + 2)
    const tearDown = () =>
      call('POST', '/provider-states', { state: '', params: { site_id: ID }, action: 'teardown' })
    expect(await statusesOf(tearDown(), tearDown())).toEqual([200, 200])
    expect(stateOf()).toBe(seed)
    await expectWhole()
  })

  test('anything', async () => {
    const operations = [reset, take, restore, put, () => replace(LARGE.members.slice(0, 300)), reset, take]
    const chosen = fc.array(fc.nat(operations.length - 1), { minLength: 3, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(chosen, async choices => {
        const known = await statusesOf(
          ...choices.map(async choice => {
            const operation = operations[choice] as () => Promise<{ status: number }>
            return operation()
          }),
        )
        for (const status of known) expect([200, 201, 204, 404]).toContain(status)
        const { members } = site().content.read()
        expect([300, 301, MEMBERS, MEMBERS + 1]).toContain(members.length)
      }),
      { numRuns: 5 },
    )
    const shown = site().content.read()
    site().content.replace(shown)
    expect(site().content.read()).toEqual(shown)
    await expectWhole()
  })
})

test('After a restart, nothing is left of a content that was only begun', async () => {
  const db = folder.file('restart.db')
  const first = await startSandbox({ db, logLevel: 'silent' })
  const exported = JSON.stringify(first.sites()[0]?.content.read())
  await first.close()
  const file = new Database(db)
  const count = (table: string) => file.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get()
  const before = ['contents', 'journeys', 'members', 'participations'].map(count)
  file.exec(`INSERT INTO contents (content_key) VALUES (77);
    INSERT INTO journeys SELECT 77, ordinal, id, multi_template_id, name, description, publish_at, open_ended, status,
      start_date, end_date, created_at, updated_at, created_by, extra FROM journeys WHERE content_key = 1;
    INSERT INTO members SELECT 77, member_key, email, email_folded, status, attributes, extra FROM members
      WHERE content_key = 1;
    INSERT INTO participations SELECT 77, member_key, id, journey_id, started_at, progress_percentage, completed_at,
      expired_at, created_at, updated_at, waiting_at, extra FROM participations WHERE content_key = 1;`)
  expect(count('members')).toBeGreaterThan(before[2] as number)

  await using second = await startSandbox({ db, logLevel: 'silent' })
  expect(['contents', 'journeys', 'members', 'participations'].map(count)).toEqual(before)
  file.close()
  expect(JSON.stringify(second.sites()[0]?.content.read())).toBe(exported)
})
