import { setImmediate } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { frozenClock } from '../../src/clock.ts'
import { Conflict, NotFound } from '../../src/errors.ts'
import type { Site } from '../../src/sites/site.ts'
import { openSites, type Sites } from '../../src/sites/sites.ts'
import { openStore } from '../../src/store/store.ts'

let sites: Sites
let site: Site
beforeEach(() => {
  const store = openStore(':memory:')
  sites = openSites({ store, clock: frozenClock(Date.UTC(2026, 0, 1)), journalSize: 0, journalBytes: 0 })
  site = sites.create()
  return () => store.close()
})

const email = (n: number) => `member-${n}@example.com`
const events = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ email: email(n % 1000), event: 'purchase' }))

describe('A batch', () => {
  test('of 10,000 events lets others in between, who see nothing of it until it is whole', async () => {
    let settled = false
    const batch = site.events.postAll(events(10_000)).finally(() => {
      settled = true
    })
    let turns = 0
    for (; !settled; turns++) {
      await setImmediate()
      if (!settled) expect(site.store.member(email(0))).toBeUndefined()
    }
    expect(await batch).toHaveLength(10_000)
    expect(turns).toBeGreaterThan(3)
    expect(site.content.member(email(999)).history).toHaveLength(10)
  })

  test('takes what others have written meanwhile into account', async () => {
    const batch = site.events.postAll(events(3000))
    await setImmediate()
    site.member(email(0)).did('review_written')
    const results = await batch
    const { history = [] } = site.content.member(email(0))
    expect(history.map(({ event }) => event)).toEqual(['review_written', ...Array(3).fill('purchase')])
    expect(results.slice(0, 2).map(({ created }) => created)).toEqual([false, true])
  })

  test('is refused when others leave no place for it', async () => {
    const early = events(3000).map(event => ({ ...event, at: '2025-01-01T00:00:00Z' }))
    const batch = site.events.postAll(early)
    await setImmediate()
    site.member(email(7)).did('review_written')
    await expect(batch).rejects.toThrow(Conflict)
    expect(site.store.member(email(0))).toBeUndefined()
  })

  test('is refused when its site is removed meanwhile', async () => {
    const batch = site.events.postAll(events(3000))
    await setImmediate()
    sites.remove(site.site_id)
    await expect(batch).rejects.toThrow(NotFound)
  })
})

test.each([
  [[{ email: 'nobody', event: 'purchase' }], '/0/email'],
  [[{ email: 'ann@example.com', event: '' }], '/0/event'],
  [[{ email: 'ann@example.com', event: 'purchase', att: {} }], '/0/att'],
])('In process, events are held to the same form as over HTTP: %j', async (batch, pointer) => {
  await expect(site.events.postAll(batch)).rejects.toThrow(pointer)
  const [{ email, ...event }] = batch as [(typeof batch)[0]]
  expect(() => site.events.post(email, event)).toThrow(pointer.replace('/0', ''))
})

test('An event of a batch that names no time is refused, and named', async () => {
  const batch = [
    { email: 'nobody@example.com', event: 'purchase' },
    { email: 'nobody@example.com', event: 'purchase', at: 'soon' },
  ]
  await expect(site.events.postAll(batch)).rejects.toThrow('/events/1: "soon" is not a time')
  expect(site.store.member('nobody@example.com')).toBeUndefined()
})
