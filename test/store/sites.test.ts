import { describe, expect, it } from 'vitest'
import type { SeedDocument } from '../../src/seed/schema.ts'
import { openStore, type SiteStore, type Store } from '../../src/store/store.ts'
import {
  id,
  journeyOf,
  memberOf,
  nodesOf,
  participationOf,
  recordsOf,
  replaceContent,
  SITE,
  seedOf,
} from '../support/seeds.ts'

const OTHER = { site_id: '1111111', name: 'other-site', secret: 'other-secret' }

function create(store: Store, site: typeof SITE, seed: Partial<SeedDocument> = {}): SiteStore {
  const { journeys, members } = recordsOf(seedOf(seed))
  store.createSite(site, journeys, members)
  return store.forSite(site.site_id) as SiteStore
}
const replace = (site: SiteStore, seed: Partial<SeedDocument>) => {
  const { journeys, members } = recordsOf(seedOf(seed))
  replaceContent(site, { journeys, members })
}
/** Everything that can be read of a site. */
const contentOf = (site: SiteStore) => ({
  site: site.site,
  journeys: site.journeys(),
  graphs: site.journeyIds().map(journey => site.journey(journey)),
  members: site.emails().map(email => [email, site.participations(email)]),
})

const named = (name: string): Partial<SeedDocument> => ({
  journeys: [journeyOf(1, { name })],
  members: [
    memberOf(
      'ann@example.com',
      participationOf(9001, 1, {
        events: [{ node_id: nodesOf(1).event, completed_at: '2025-01-16T00:00:00.000000' }],
        rewards: [{ node_id: nodesOf(1).reward, blocked_by: name, blocked_at: '2025-01-17T00:00:00.000000' }],
      }),
    ),
  ],
})

describe('Two sites with the same ids', () => {
  it('each answer with their own', () => {
    const store = openStore(':memory:')
    const [ours, theirs] = [create(store, SITE, named('ours')), create(store, OTHER, named('theirs'))]
    for (const [site, name] of [
      [ours, 'ours'],
      [theirs, 'theirs'],
    ] as const) {
      expect(site.journeys().map(journey => journey.name)).toEqual([name])
      expect(site.journey(id(1))).toMatchObject({ name, nodes: [{}, {}, {}], connections: [{}, {}] })
      expect(site.participations('ann@example.com')).toMatchObject([
        { id: id(9001), journey: { name }, events: [{ name: 'Buys' }], rewards: [{ blocked_by: name }] },
      ])
      expect(site.emails()).toEqual(['ann@example.com'])
      expect(site.journeyIds()).toEqual([id(1)])
    }
    store.close()
  })

  it('do not change with one another, nor go with one another', () => {
    const store = openStore(':memory:')
    const [ours, theirs] = [create(store, SITE, named('ours')), create(store, OTHER, named('theirs'))]
    const before = contentOf(theirs)
    replace(ours, { journeys: [], members: [] })
    expect(contentOf(theirs)).toEqual(before)
    expect(store.removeSite(SITE.site_id)).toBe(true)
    expect(contentOf(theirs)).toEqual(before)
    expect(store.sites()).toEqual([OTHER])
    store.close()
  })

  it('do not see what only the other has', () => {
    const store = openStore(':memory:')
    const ours = create(store, SITE)
    create(store, OTHER, {
      journeys: [journeyOf(2)],
      members: [memberOf('eve@example.com', participationOf(9002, 2))],
    })
    expect(ours.journey(id(2))).toBeUndefined()
    expect(ours.participations('eve@example.com')).toBeUndefined()
    store.close()
  })
})

describe('The revision', () => {
  it('grows with a write to this site, and not with one to another, nor by reading', () => {
    const store = openStore(':memory:')
    const [ours, theirs] = [create(store, SITE), create(store, OTHER)]
    const revisions = () => [ours.revision(), theirs.revision()] as const
    const [first, other] = revisions()
    contentOf(ours)
    expect(revisions()).toEqual([first, other])
    replace(ours, named('changed'))
    const [second] = revisions()
    expect(second).toBeGreaterThan(first)
    expect(theirs.revision()).toBe(other)
    replace(theirs, named('changed'))
    expect(ours.revision()).toBe(second)
    expect(theirs.revision()).toBeGreaterThan(other)
    store.close()
  })

  it('does not grow with a write that failed, and the content stays', () => {
    const store = openStore(':memory:')
    const site = create(store, SITE)
    const [revision, content] = [site.revision(), contentOf(site)]
    expect(() => replace(site, { members: [memberOf('new@example.com', participationOf(1, 77))] })).toThrow()
    expect(site.revision()).toBe(revision)
    expect(contentOf(site)).toEqual(content)
    store.close()
  })
})

describe('A site', () => {
  it('is created with its content, or not at all', () => {
    const store = openStore(':memory:')
    expect(() =>
      create(store, SITE, { members: [memberOf('ann@example.com', participationOf(1, 77))] }),
    ).toThrow()
    expect(store.sites()).toEqual([])
    expect(store.forSite(SITE.site_id)).toBeUndefined()
    expect(contentOf(create(store, SITE)).members).toHaveLength(1)
    store.close()
  })

  it('is created once, and stays as it was when someone tries again', () => {
    const store = openStore(':memory:')
    const site = create(store, SITE)
    const before = contentOf(site)
    expect(() => create(store, { ...SITE, secret: 'stolen' }, { journeys: [], members: [] })).toThrow(
      /UNIQUE/,
    )
    expect(contentOf(site)).toEqual(before)
    store.close()
  })

  it('is the same object whenever it is asked for, as long as it exists', () => {
    const store = openStore(':memory:')
    const site = create(store, SITE)
    expect(store.forSite(SITE.site_id)).toBe(site)
    store.removeSite(SITE.site_id)
    expect(store.forSite(SITE.site_id)).toBeUndefined()
    const renewed = create(store, { ...SITE, secret: 'renewed' })
    expect(renewed).not.toBe(site)
    expect(renewed.site.secret).toBe('renewed')
    store.close()
  })

  it('that was removed does not show what is in the site created next', () => {
    const store = openStore(':memory:')
    const removed = create(store, SITE)
    store.removeSite(SITE.site_id)
    create(store, OTHER, named('theirs'))
    expect(removed.journeys()).toEqual([])
    expect(removed.emails()).toEqual([])
    store.close()
  })

  it('that never was cannot be removed', () => {
    const store = openStore(':memory:')
    expect(store.removeSite('5')).toBe(false)
    store.close()
  })

  it('is listed with the others in the order of creation', () => {
    const store = openStore(':memory:')
    for (const site_id of ['9', '1', '5']) create(store, { ...SITE, site_id })
    expect(store.sites().map(({ site_id }) => site_id)).toEqual(['9', '1', '5'])
    store.close()
  })
})

describe('A list is in the order of creation, then id:', () => {
  const created = ['2025-01-03', '2025-01-01', '2025-01-02', '2025-01-01'].map(
    day => `${day}T00:00:00.000000`,
  )
  // Inserted as 1, 2, 3, 4; 4 and 2 were created first, at the same moment.
  const expected = [id(2), id(4), id(3), id(1)]

  it('the journeys of a site', () => {
    const store = openStore(':memory:')
    const journeys = created.map((created_at, i) => journeyOf(i + 1, { created_at }))
    const orders = [journeys, journeys.toReversed()].map((list, n) => {
      const site = create(store, { ...SITE, site_id: `${n}` }, { journeys: list, members: [] })
      return site.journeys().map(journey => journey.id)
    })
    expect(orders).toEqual([expected, expected])
    store.close()
  })

  it('the participations of a member', () => {
    const store = openStore(':memory:')
    const participations = created.map((created_at, i) => participationOf(i + 1, 1, { created_at }))
    const orders = [participations, participations.toReversed()].map((list, n) => {
      const site = create(
        store,
        { ...SITE, site_id: `${n}` },
        { members: [memberOf('ann@example.com', ...list)] },
      )
      return site.participations('ann@example.com')?.map(participation => participation.id)
    })
    expect(orders).toEqual([expected, expected])
    store.close()
  })
})

it('Nodes, connections, events and rewards keep the order of their document', () => {
  const store = openStore(':memory:')
  const { nodes, connections } = journeyOf(1)
  const { event, reward } = nodesOf(1)
  const steps = [event, event].map((node_id, i) => ({
    node_id,
    completed_at: `2025-01-1${9 - i}T00:00:00.000000`,
  }))
  const blocks = ['second', 'first'].map(blocked_by => ({
    node_id: reward,
    blocked_by,
    blocked_at: '2025-01-20T00:00:00.000000',
  }))
  const site = create(store, SITE, {
    journeys: [journeyOf(1, { nodes: nodes.toReversed(), connections: connections.toReversed() })],
    members: [memberOf('ann@example.com', participationOf(1, 1, { events: steps, rewards: blocks }))],
  })
  expect(site.journey(id(1))?.nodes.map(node => node.id)).toEqual(nodes.map(node => node.id).toReversed())
  expect(site.journey(id(1))?.connections.map(({ id }) => id)).toEqual(
    connections.map(({ id }) => id).toReversed(),
  )
  const [participation] = site.participations('ann@example.com') ?? []
  expect(participation?.events.map(step => step.completed_at)).toEqual(steps.map(step => step.completed_at))
  expect(participation?.rewards.map(({ blocked_by }) => blocked_by)).toEqual(['second', 'first'])
  store.close()
})

describe('A member', () => {
  it.each(['ann@example.com', 'ANN@EXAMPLE.COM', 'Ann@Example.com'])('is found as %s', email => {
    const store = openStore(':memory:')
    const site = create(store, SITE, { members: [memberOf('aNN@example.COM', participationOf(1, 1))] })
    expect(site.participations(email)).toHaveLength(1)
    expect(site.emails()).toEqual(['aNN@example.COM'])
    store.close()
  })

  it('beyond ASCII is found without regard to case or to how accents are composed', () => {
    const store = openStore(':memory:')
    const site = create(store, SITE, { members: [memberOf('zoë@exämple.com')] })
    expect(site.participations('ZOË@EXÄMPLE.COM')).toEqual([])
    expect(site.participations('zoe\u0308@exa\u0308mple.com')).toEqual([])
    expect(site.participations('zoe@example.com')).toBeUndefined()
    store.close()
  })
})

it('A journey is found without regard to the case of its id', () => {
  const store = openStore(':memory:')
  const lower = 'de04a64d-dc40-445f-8351-3dde7567d5c8'
  const site = create(store, SITE, { journeys: [journeyOf(1, { id: lower })], members: [] })
  expect(site.journey(lower.toUpperCase())?.id).toBe(lower)
  store.close()
})
