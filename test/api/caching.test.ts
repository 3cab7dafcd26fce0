import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { timestampOf } from '../../src/clock.ts'
import type { SeedDocument } from '../../src/seed/schema.ts'
import { openAnswerCache } from '../../src/sites/answers.ts'
import type { Site } from '../../src/sites/site.ts'
import type { GraphRecord } from '../../src/store/records.ts'
import { NOW, testApp } from '../support/app.ts'
import { id, journeyOf, memberOf, nodesOf, participationOf, SITE, seedOf } from '../support/seeds.ts'

type Sandbox = Awaited<ReturnType<typeof testApp>>

const DAY = 24 * 3_600_000
const EMAILS = ['ann@example.com', 'bob@example.com', 'cem@example.com']
const PATHS = [
  '/journeys',
  `/journeys/${id(1)}`,
  `/journeys/${id(3)}`,
  '/user/ann@example.com/journeys',
  '/user/bob@example.com/journeys',
  '/user_journeys/ANN@example.com',
]

/** A journey that ends, whose reward is held for two days and blocked by a return. */
function eventful(n: number, name = `Journey ${n}`) {
  const { entry, event, reward } = nodesOf(n)
  return journeyOf(n, {
    name,
    end_date: timestampOf(NOW + n * 4 * DAY + n),
    nodes: [
      { id: entry, type: 'entry', name: 'Joins' },
      { id: event, type: 'event', name: 'Buys', config: { event: 'purchase' } },
      {
        id: reward,
        type: 'reward',
        name: 'Points',
        config: { type: 'points', hold: 'P2D', blocking_events: ['return'] },
      },
    ],
  })
}

const startOf = (site_id: string): SeedDocument => ({
  site: { ...SITE, site_id },
  journeys: [eventful(1), eventful(2)],
  members: [memberOf('ann@example.com', participationOf(9001, 1)), memberOf('bob@example.com')],
})

/** Something that happens between two answers; `machine` is the time of the machine itself. */
type Step = (site: Site, machine: { time: number }) => unknown

/** What is refused changes nothing, and is as welcome here as what is done. */
const attempt =
  (step: Step): Step =>
  (site, machine) => {
    try {
      step(site, machine)
    } catch (error) {
      if (!/^(Conflict|NotFound|SeedError)$/.test((error as Error).name)) throw error
    }
  }

const email = fc.constantFrom(...EMAILS)
const journey = fc.integer({ min: 1, max: 3 })
const steps: fc.Arbitrary<{ what: string; step: Step }> = fc.oneof(
  fc.record({ email, event: fc.constantFrom('purchase', 'return') }).map(({ email, event }) => ({
    what: `${email} did ${event}`,
    step: attempt(site => site.member(email).did(event)),
  })),
  fc.constantFrom('PT1S', 'PT36H', 'P2D', 'P5D').map(by => ({
    what: `${by} later`,
    step: (site: Site) => site.clock.advance(by),
  })),
  fc
    .boolean()
    .map(frozen => ({ what: `frozen: ${frozen}`, step: (site: Site) => site.clock.set({ frozen }) })),
  fc.integer({ min: -6, max: 6 }).map(days => ({
    what: `the machine's clock by ${days} days`,
    step: (_site: Site, machine: { time: number }) => {
      machine.time += days * DAY
    },
  })),
  fc.record({ journey, name: fc.string() }).map(({ journey, name }) => ({
    what: `put journey ${journey} as "${name}"`,
    step: attempt(site => site.content.putJourney(id(journey), eventful(journey, name))),
  })),
  journey.map(n => ({
    what: `remove journey ${n}`,
    step: attempt(site => site.content.removeJourney(id(n))),
  })),
  email.map(email => ({
    what: `put ${email}`,
    step: attempt(site => site.content.putMember(email, { email })),
  })),
  email.map(email => ({ what: `remove ${email}`, step: attempt(site => site.content.removeMember(email)) })),
  fc.constant({ what: 'a write that is taken back', step: attempt(rolledBack) }),
  fc.constant({ what: 'save', step: (site: Site) => site.snapshots.take('here') }),
  fc.constant({ what: 'restore', step: attempt(site => site.snapshots.restore('here')) }),
  fc.constant({ what: 'reset', step: (site: Site) => site.reset() }),
)

function rolledBack({ store }: Site): void {
  class Conflict extends Error {
    override name = 'Conflict'
  }
  store.atomically(() => {
    store.removeMember('ann@example.com')
    const [journey] = store.journeys()
    if (journey) store.putJourney({ ...(store.journey(journey.id) as GraphRecord), name: 'taken back' })
    // What is read now must not be kept.
    store.journeys()
    store.rename({ name: 'taken back', secret: 'taken back' })
    throw new Conflict('taken back')
  })
}

describe('Whether answers are kept or made anew', () => {
  const machine = { time: NOW }
  const clock = { now: () => machine.time }
  let keeping: Sandbox
  let anew: Sandbox
  let origin: string

  beforeAll(async () => {
    keeping = await testApp({ seeds: [], clock, config: { auth: 'off' } })
    anew = await testApp({ seeds: [], clock, config: { auth: 'off', cacheBytes: 0 } })
    origin = await keeping.entrance.listen({ port: 0, host: '127.0.0.1' })
  })
  afterAll(() => Promise.all([keeping.close(), anew.close()]))

  const addressOf = (path: string, site_id: string) => ({
    url: `/api/3.0${path}`,
    headers: { 'x-annexcloud-site': site_id },
  })
  const shown = ['etag', 'content-length', 'content-type']

  async function madeAnew(site_id: string, path: string) {
    const { statusCode, headers, payload } = await anew.app.inject(addressOf(path, site_id))
    return { status: statusCode, payload, headers: shown.map(name => headers[name] ?? null) }
  }

  /** Over a socket, since what is ready is answered ahead of what can be injected into. */
  async function kept(site_id: string, path: string) {
    const { url, headers } = addressOf(path, site_id)
    const response = await fetch(`${origin}${url}`, { headers })
    const payload = await response.text()
    return { status: response.status, payload, headers: shown.map(name => response.headers.get(name)) }
  }

  it('they are the same bytes, under any reads, writes, events and moves of any clock', async () => {
    let runs = 0
    const moments = fc.array(
      fc.record({
        step: fc.option(steps, { freq: 4 }),
        paths: fc.subarray(PATHS, { minLength: 3 }),
      }),
      { minLength: 2, maxLength: 10 },
    )
    await fc.assert(
      fc.asyncProperty(moments, async moments => {
        const site_id = `run-${runs++}`
        machine.time = NOW
        const seed = startOf(site_id)
        const sites = [keeping, anew].map(({ sites }) => sites.create({ site_id, secret: 'x', seed }))
        for (const { step, paths } of moments) {
          const before = machine.time
          for (const site of sites) {
            machine.time = before
            step?.step(site, machine)
          }
          // Journeys are kept in any case, until they are written.
          const { content } = anew.sites.get(site_id)
          content.load(content.read())
          for (const path of paths) {
            const right = await madeAnew(site_id, path)
            // Whichever of these is the first to be kept, the last is ready.
            for (let time = 0; time < 2; time++) expect(await kept(site_id, path)).toEqual(right)
          }
        }
        for (const { sites } of [keeping, anew]) sites.remove(site_id)
      }),
      { numRuns: 50 },
    )
  })
})

describe('A kept answer', () => {
  let sandbox: Sandbox
  const ann = '/api/3.0/user_journeys/ann@example.com'
  beforeAll(async () => {
    sandbox = await testApp({
      seeds: [seedOf(), seedOf({ site: { ...SITE, site_id: '2' } })],
      config: { auth: 'off' },
    })
  })
  afterAll(() => sandbox.close())

  const ask = (url: string, headers: Record<string, string> = {}) =>
    sandbox.app.inject({ url, headers: { 'x-annexcloud-site': SITE.site_id, ...headers } })

  it('outlives a write to another site, and no write to its own', () => {
    const [ours, theirs] = sandbox.sites.list() as [Site, Site]
    let made = 0
    const get = () =>
      ours.answers
        .get('getJourneys', '', () => {
          made++
          return { body: `${made}`, etag: '""', moments: [] }
        })
        .body.toString()
    expect([get(), get()]).toEqual(['1', '1'])
    theirs.content.putMember('new@example.com', { email: 'new@example.com' })
    theirs.clock.advance('P1Y')
    expect(get()).toBe('1')
    ours.content.putMember('new@example.com', { email: 'new@example.com' })
    expect([get(), get()]).toEqual(['2', '2'])
  })

  it('is not kept when the clock of the machine goes back before what it says', async () => {
    const machine = { time: NOW }
    const clock = { now: () => machine.time }
    const seed = seedOf({ journeys: [eventful(1)], members: [] })
    await using own = await testApp({ seeds: [seed], clock, config: { auth: 'off' } })
    const expiry = async () => (await own.app.inject({ url: `/api/3.0/journeys/${id(1)}` })).json().expired_at
    expect(await expiry()).toBeNull()
    machine.time += 5 * DAY
    expect(await expiry()).toBe(timestampOf(NOW + 4 * DAY + 1))
    machine.time -= 5 * DAY
    expect(await expiry()).toBeNull()
  })

  it('is not sent again to who has it already', async () => {
    const first = await ask(ann)
    const etag = first.headers.etag as string
    expect(etag).toMatch(/^"[\w-]{27}"$/)
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await ask(ann, { 'if-none-match': known })
      expect([again.statusCode, again.payload, again.headers.etag]).toEqual([304, '', etag])
    }
    const changed = await ask(ann, { 'if-none-match': '"other"' })
    expect([changed.statusCode, changed.payload]).toEqual([200, first.payload])
  })

  it('has another tag when a journey of a list is another, and the same when it is as before', async () => {
    const created_at = '2025-01-02T00:00:00.000000'
    const seed = seedOf({ journeys: [journeyOf(1), journeyOf(2, { created_at })], members: [] })
    await using own = await testApp({ seeds: [seed], config: { auth: 'off' } })
    const [site] = own.sites.list() as [Site]
    const list = async () => (await own.app.inject('/api/3.0/journeys')).headers.etag
    const first = await list()
    const named = (name: string) => site.content.putJourney(id(2), { ...seed.journeys[1], name })
    named('Other')
    expect(await list()).not.toBe(first)
    named(seed.journeys[1]?.name as string)
    expect(await list()).toBe(first)
  })

  it.each(['a', 'é', '日', '😀'])('is whole when it is long, with %s', async character => {
    const description = character.repeat(9000)
    const seed = seedOf({ journeys: [journeyOf(1), journeyOf(2, { description })], members: [] })
    await using own = await testApp({ seeds: [seed], config: { auth: 'off' } })
    for (const path of ['journeys', `journeys/${id(2)}`]) {
      const { body, rawPayload, headers } = await own.app.inject(`/api/3.0/${path}`)
      expect(body).toContain(description)
      expect(headers['content-length']).toBe(`${rawPayload.length}`)
    }
  })

  it('is spoiled when a fault asks for it, even if the client has it', async () => {
    const { headers, payload } = await ask(ann)
    const spoiled = await ask(ann, { 'if-none-match': `${headers.etag}`, 'x-sandbox-fault': 'malformed' })
    expect([spoiled.statusCode, spoiled.payload]).toEqual([200, payload.slice(0, -1)])
  })
})

test('Answers are kept within the bytes that they are allowed', () => {
  const cache = openAnswerCache(10_000)
  const answer = { etag: '', version: 0, from: 0, until: 0 }
  for (let n = 0; n < 100; n++) cache?.set(`${n}`, { ...answer, body: Buffer.alloc(1000) })
  expect(cache?.calculatedSize).toBeLessThanOrEqual(10_000)
  expect(cache?.size).toBeGreaterThan(5)
  cache?.set('long', { ...answer, body: Buffer.alloc(10_001) })
  expect(cache?.has('long')).toBe(false)
  expect(openAnswerCache(0)).toBeUndefined()
})
