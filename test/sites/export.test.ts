import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Conflict, Invalid, NotFound } from '../../src/errors.ts'
import { checkSeed } from '../../src/seed/check.ts'
import { SeedError } from '../../src/seed/issues.ts'
import type { SeedJourney } from '../../src/seed/schema.ts'
import type { Site } from '../../src/sites/site.ts'
import { openSites } from '../../src/sites/sites.ts'
import { openStore } from '../../src/store/store.ts'
import { id } from '../support/seeds.ts'

/** A site whose clock goes on by a second with every look at it. */
function openSite() {
  let now = Date.UTC(2026, 0, 1)
  const clock = { now: () => (now += 1000) }
  const store = openStore(':memory:')
  const site = openSites({ store, clock, journalSize: 0, journalBytes: 0 }).create({ seed: 'empty' })
  return { site, [Symbol.dispose]: () => store.close() }
}

/** A journey of steps in a row, each of which waits for the event of its name. */
function row(n: number, ...events: string[]): SeedJourney {
  const nodes = [
    { id: id(n * 100), type: 'entry' as const, name: 'Joins' },
    ...events.map(event => ({
      id: id(n * 100 + 1 + 'abc'.indexOf(event)),
      type: 'event' as const,
      name: event,
      config: { event },
    })),
  ]
  const connections = nodes.slice(1).map((node, i) => ({
    id: id(n * 100 + 50 + i),
    source_node_id: nodes[i]?.id as string,
    target_node_id: node.id,
  }))
  return { id: id(n), name: `Journey ${n}`, status: 'Published', nodes, connections }
}

const EMAILS = ['ann@example.com', 'bob@example.com']

/** Puts back what is exported, which must change nothing. */
function putBack(site: Site): void {
  const exported = site.content.read()
  expect(checkSeed(exported, '2025-06-01T12:00:00.000000').issues).toEqual([])
  site.content.replace(exported)
  expect(JSON.stringify(site.content.read())).toBe(JSON.stringify(exported))
}

describe('What a site exports can be put back', () => {
  test('after a journey was removed and its members went on to the next', () => {
    using opened = openSite()
    const { site } = opened
    for (const [n, event] of ['a', 'b', 'c'].entries()) site.content.putJourney(id(n + 1), row(n + 1, event))
    const ann = site.member(EMAILS[0] as string)
    ann.did('a')
    ann.did('b')
    site.content.removeJourney(id(1))
    ann.did('c')
    const { participations = [] } = site.content.member(EMAILS[0] as string)
    expect(new Set(participations.map(participation => participation.id)).size).toBe(2)
    putBack(site)
  })

  test('after someone else got the participations of a member who comes again', () => {
    using opened = openSite()
    const { site } = opened
    const [ann, bob] = EMAILS as [string, string]
    site.content.putJourney(id(1), row(1, 'a', 'b'))
    site.member(ann).did('a')
    const { participations } = site.content.member(ann)
    site.content.removeMember(ann)
    site.content.putMember(bob, { participations })
    site.content.putMember(ann, { history: [{ event: 'a', at: '2025-01-01T00:00:00.000000' }] })
    putBack(site)
    site.content.removeMember(ann)
    site.member(ann).did('a')
    putBack(site)
  })

  test.each(['2025-12-31 12:00:00.000000', '2025-12-31T23:59:60.000000', '2025-12-31T12:00:00.1234567Z'])(
    'after an event at "%s"',
    at => {
      using opened = openSite()
      const { site } = opened
      site.content.putJourney(id(1), row(1, 'a', 'b'))
      site.member(EMAILS[0] as string).did('a', {}, at)
      putBack(site)
    },
  )

  test('after an attempt to take away the node where a member waits', () => {
    using opened = openSite()
    const { site } = opened
    site.content.putJourney(id(1), row(1, 'a', 'b'))
    site.member(EMAILS[0] as string).did('a')
    expect(() => site.content.putJourney(id(1), row(1, 'a', 'c'))).toThrow(Conflict)
    putBack(site)
    expect(
      site
        .member(EMAILS[0] as string)
        .did('b')
        .outcomes.at(-1)?.type,
    ).toBe('journey_completed')
  })

  test('whatever was done to it', () => {
    const events = fc.constantFrom('a', 'b', 'c')
    const emails = fc.constantFrom(...EMAILS)
    const number = fc.integer({ min: 1, max: 3 })
    const action: fc.Arbitrary<(site: Site) => void> = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.tuple(emails, events).map(([email, event]) => (site: Site) => {
          site.member(email).did(event)
        }),
      },
      fc
        .tuple(number, fc.shuffledSubarray(['a', 'b', 'c'], { minLength: 1 }))
        .map(([n, steps]) => (site: Site) => {
          site.content.putJourney(id(n), row(n, ...steps))
        }),
      number.map(n => (site: Site) => site.content.removeJourney(id(n).toUpperCase())),
      emails.map(email => (site: Site) => site.content.removeMember(email)),
      emails.map(email => (site: Site) => {
        const { history = [] } = site.content.member(email)
        site.content.putMember(email, { history })
      }),
      fc.tuple(emails, emails).map(([from, to]) => (site: Site) => {
        const { participations = [] } = site.content.member(from)
        site.content.removeMember(from)
        site.content.putMember(to, { participations })
      }),
      fc.constant((site: Site) => {
        site.snapshots.take('x')
      }),
      fc.constant((site: Site) => site.snapshots.restore('x')),
    )
    fc.assert(
      fc.property(fc.array(action, { maxLength: 30 }), actions => {
        using opened = openSite()
        for (const act of actions) {
          try {
            act(opened.site)
          } catch (error) {
            if (![Conflict, Invalid, NotFound, SeedError].some(kind => error instanceof kind)) throw error
          }
          putBack(opened.site)
        }
      }),
      { numRuns: 75 },
    )
  })
})
