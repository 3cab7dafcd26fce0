import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { GraphRecord } from '../../src/contract/records.ts'
import { compileJourney } from '../../src/engine/graph.ts'
import { handleEvent } from '../../src/engine/handle-event.ts'
import { participationIds } from '../../src/seed/ids.ts'
import { readSeed } from '../../src/seed/seed.ts'
import { openSites } from '../../src/sites/sites.ts'
import { openStore } from '../../src/store/store.ts'
import { replaceContent } from '../support/seeds.ts'

const SECONDS = 1000

/** Sites whose clock goes on by an hour with every look at it. */
function open() {
  let now = Date.UTC(2026, 0, 1)
  const clock = { now: () => (now += 3600 * SECONDS) }
  const store = openStore(':memory:')
  const sites = openSites({
    ...{ store, clock, journalSize: 0, journalBytes: 0 },
    clones: { ttl: 'P1D', max: 5 },
  })
  return { store, sites, [Symbol.dispose]: () => store.close() }
}

test('A site that is copied from a template exports the same bytes as one that is inserted', async () => {
  using opened = open()
  const { store, sites } = opened
  const { journeys, members } = readSeed('demo')
  const inserted = store.createSite({ site_id: 'inserted', name: 'x', secret: 'x' }, journeys, members)
  const [ids, emails] = [inserted.journeyIds(), inserted.emails()]
  const content = (site: typeof inserted) =>
    JSON.stringify([
      site.journeyIds().map(id => site.journey(id)),
      site.emails().map(email => site.member(email)),
    ])
  const expected = content(inserted)
  const first = sites.create({ site_id: 'first' })
  const second = sites.create({ site_id: 'second' })
  const again = sites.create({ site_id: 'again', seed: first.content.read() })
  const clone = (await sites.cloneable('first~1')?.create())?.site
  for (const site of [first, second, again, clone]) expect(content(site?.store as never)).toBe(expected)

  // Whatever happens to one of them stays its own, and goes with a reset.
  first.content.removeMember(emails[0] as string)
  first.content.removeJourney(ids[0] as string)
  first.content.putMember('new@example.com', {})
  for (const site of [second, again, clone]) expect(content(site?.store as never)).toBe(expected)
  sites.remove('second')
  first.reset()
  clone?.reset()
  for (const site of [first, again, clone]) expect(content(site?.store as never)).toBe(expected)
})

test('A site can be created from a seed whose other sites were removed, and of which many came between', () => {
  using opened = open()
  const { sites } = opened
  const seedOf = (n: number) => ({ members: [{ email: `member${n}@example.com` }] })
  for (const n of [...Array(30).keys(), 0, 29, 0]) {
    const site = sites.create({ site_id: 'one', seed: seedOf(n) })
    site.content.putMember('new@example.com', {})
    site.reset()
    expect(site.content.read().members.map(({ email }) => email)).toEqual([`member${n}@example.com`])
    sites.remove('one')
  }
})

test('A site whose creation was rolled back leaves nothing that another is created from', () => {
  using opened = open()
  const { store, sites } = opened
  const seed = { members: [{ email: 'ann@example.com' }] }
  const failing = () =>
    store.atomically(() => {
      sites.create({ site_id: 'failing', seed })
      throw new Error('rolled back')
    })
  expect(failing).toThrow('rolled back')
  sites.create({ site_id: 'other', seed: { members: [{ email: 'bob@example.com' }] } })
  const again = sites.create({ site_id: 'again', seed })
  expect(again.store.emails()).toEqual(['ann@example.com'])
})

test('After any events, a member is stored as if written whole', () => {
  using opened = open()
  const { store, sites } = opened
  const site = sites.create({ site_id: 'events' })
  const whole = store.createSite({ site_id: 'whole', name: 'x', secret: 'x' }, [], [])
  const journeys = site.store.journeys().map(({ id }) => site.store.journey(id) as GraphRecord)
  const graphs = journeys.map(compileJourney)
  const names = site.store.eventNames(100)
  const event = fc.record({
    email: fc.constantFrom(...site.store.emails(12), 'new@example.com'),
    event: fc.constantFrom(...names),
    attributes: fc.record({ amount: fc.integer({ min: 0, max: 200 }) }),
  })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 25 }), events => {
      site.reset()
      const { journeys, members } = readSeed('demo')
      replaceContent(whole, { journeys, members })
      for (const { email, event, attributes } of events) {
        const { at } = site.events.post(email, { event, attributes })
        const known = whole.member(email) ?? {
          ...{ email, status: 'active' as const, attributes: {}, participations: [], history: [] },
        }
        const past = { event, attributes, at }
        const { participations } = handleEvent({
          journeys: graphs,
          member: known,
          event: past,
          newId: participationIds(email, id => whole.holderOf(id) !== undefined),
        })
        whole.putMember({ ...known, participations, history: [...known.history, past] })
      }
      const all = (one: typeof whole) => one.emails().map(email => one.member(email))
      expect(JSON.stringify(all(site.store))).toBe(JSON.stringify(all(whole)))
    }),
    { numRuns: 20 },
  )
})

test('A site can be written to and kept as a snapshot as often as one likes', () => {
  using opened = open()
  const { sites } = opened
  const site = sites.create({ site_id: 'often' })
  const before: string[] = []
  for (let n = 0; n < 70; n++) {
    const id = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
    site.content.putJourney(id, {
      name: `Journey ${n}`,
      nodes: [
        { type: 'entry', name: 'Joins' },
        { type: 'event', name: 'Buys', event: 'purchase' },
        { type: 'reward', name: 'Thanks', reward: 'points', amount: 100 },
      ],
    })
    site.content.putMember(`member${n}@example.com`, { history: [{ event: 'purchase' }] })
    site.snapshots.take(`snapshot ${n}`)
    before.push(JSON.stringify(site.content.read()))
  }
  for (const n of [0, 35, 69]) {
    site.snapshots.restore(`snapshot ${n}`)
    expect(JSON.stringify(site.content.read())).toBe(before[n])
  }
})
