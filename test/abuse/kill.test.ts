import { setTimeout } from 'node:timers/promises'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { CALM } from './requests.ts'
import { Server } from './server.ts'
import { amount, report, SEED } from './settings.ts'

const KILLS = amount(25, 5)
const HERE = `/sites/${CALM.site_id}`
const EMAIL = 'writer@example.com'

/** Everything that the server has confirmed. */
interface Confirmed {
  /** The numbers of the events, in their order. */
  events: number[]
  members: number[]
  faults: Set<string>
  snapshots: Set<string>
  sites: Set<string>
  removedSites: Set<string>
  clock: string
}

/** A client that writes one thing after another until the server is gone. */
type Writer = (server: Server, n: number, confirmed: Confirmed) => Promise<void>

const WRITERS: Record<string, Writer> = {
  async event(server, n, { events }) {
    await server.expect('POST', `${HERE}/members/${EMAIL}/events`, { event: 'e', attributes: { n } })
    events.push(n)
  },
  async member(server, n, { members }) {
    await server.expect('PUT', `${HERE}/members/m${n}@example.com`, { attributes: { n } })
    members.push(n)
  },
  async fault(server, n, { faults }) {
    const fault = { match: { email: `f${n}@example.com` }, fault: { kind: 'hang' } }
    const { id } = await server.expect('POST', `${HERE}/faults`, fault)
    faults.add(id)
    if (n % 2 === 0) return
    // Until its removal is confirmed, nobody knows.
    faults.delete(id)
    await server.expect('DELETE', `${HERE}/faults/${id}`)
  },
  async snapshot(server, n, { snapshots }) {
    const name = `snapshot ${n % 50}`
    await server.expect('PUT', `${HERE}/snapshots/${name}`)
    snapshots.add(name)
  },
  async clock(server, _n, confirmed) {
    confirmed.clock = (await server.expect('POST', `${HERE}/clock/advance`, { by: 'PT1S' })).now
  },
  async site(server, n, { sites, removedSites }) {
    const site_id = `site-${n}`
    await server.expect('POST', '/sites', { site_id, seed: 'empty' })
    sites.add(site_id)
    if (n % 2 === 0) return
    sites.delete(site_id)
    await server.expect('DELETE', `/sites/${site_id}`)
    removedSites.add(site_id)
  },
}

describe(`kill -9 during writes, from ABUSE_SEED=${SEED}`, () => {
  test('loses nothing that was confirmed, and leaves the database whole', async () => {
    using folder = temporaryFolder()
    const db = folder.file('kept.db')
    const confirmed: Confirmed = {
      events: [],
      members: [],
      faults: new Set(),
      snapshots: new Set(),
      sites: new Set(),
      removedSites: new Set(),
      clock: '',
    }
    const waits = fc.sample(fc.integer({ min: 20, max: 400 }), { numRuns: KILLS, seed: SEED })
    let next = 0
    for (const wait of waits) {
      await using server = await Server.start(['--db', db, '--log-level', 'silent'])
      await expectConfirmed(server, confirmed)
      if (confirmed.clock === '') await server.expect('PUT', `${HERE}/clock`, { frozen: true })
      const writing = Object.values(WRITERS).map(async writer => {
        for (;;) await writer(server, next++, confirmed)
      })
      const least = fewest(confirmed)
      await setTimeout(wait)
      // A slow machine needs longer to write something.
      await vi.waitUntil(() => fewest(confirmed) > least, { timeout: 30_000, interval: 1 })
      process.kill(server.program.pid, 'SIGKILL')
      const ends = await Promise.allSettled(writing)
      for (const end of ends) expectCutOff(end)
      expect(await server.program.ended).toMatchObject({ signal: 'SIGKILL', stderr: '' })
      expectWhole(db)
    }
    await using server = await Server.start(['--db', db])
    await expectConfirmed(server, confirmed)
    const { events, members, sites, removedSites } = confirmed
    report(
      `${KILLS} kills; confirmed: ${events.length} events, ${members.length} members, ${sites.size} sites, ${removedSites.size} removals`,
    )
    expect(fewest(confirmed)).toBeGreaterThanOrEqual(KILLS)
  })
})

const fewest = ({ events, members, sites }: Confirmed): number =>
  Math.min(events.length, members.length, sites.size)

/** A client has ended because the connection did, and not because of an answer. */
function expectCutOff(end: PromiseSettledResult<unknown>): void {
  const reason = (end as PromiseRejectedResult).reason as Error
  if (!(reason instanceof TypeError)) throw reason
}

async function expectConfirmed(server: Server, confirmed: Confirmed): Promise<void> {
  const data = await server.expect('GET', `${HERE}/data`)
  const emails = new Set(data.members.map(({ email }: { email: string }) => email))
  expect(confirmed.members.filter(n => !emails.has(`m${n}@example.com`))).toEqual([])
  if (confirmed.events.length > 0) {
    const { events } = await server.expect('GET', `${HERE}/members/${EMAIL}/events`)
    const found: number[] = events.map(({ attributes }: { attributes: { n: number } }) => attributes.n)
    // Each once and in order; one that was not confirmed may be there as well.
    expect(found.filter(n => confirmed.events.includes(n))).toEqual(confirmed.events)
  }
  const ids = (list: Record<string, string>[], key: string) => new Set(list.map(item => item[key] as string))
  const { faults } = await server.expect('GET', `${HERE}/faults`)
  expect(confirmed.faults.difference(ids(faults, 'id'))).toEqual(new Set())
  const { snapshots } = await server.expect('GET', `${HERE}/snapshots`)
  expect(confirmed.snapshots.difference(ids(snapshots, 'name'))).toEqual(new Set())
  const sites = ids((await server.expect('GET', '/sites')).sites, 'site_id')
  expect(confirmed.sites.difference(sites)).toEqual(new Set())
  expect(confirmed.removedSites.intersection(sites)).toEqual(new Set())
  const { now } = await server.expect('GET', `${HERE}/clock`)
  expect(now >= confirmed.clock).toBe(true)
}

function expectWhole(file: string): void {
  const db = new Database(file)
  try {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(db.pragma('foreign_key_check')).toEqual([])
  } finally {
    db.close()
  }
}
