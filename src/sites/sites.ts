import { randomBytes, randomInt } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import { addDuration, type Clock, timestampOf } from '../clock.ts'
import { extensionOf } from '../contract/schemas.ts'
import { Conflict, Invalid, NotFound } from '../errors.ts'
import { fromDocument } from '../seed/export.ts'
import type { SiteStore, Store } from '../store/store.ts'
import { cleanUp, inOneStep, type LongWrite, longWrite, type Steps } from '../store/turns.ts'
import { checkInput } from '../validation.ts'
import { createAnswerBodies } from './answer-bodies.ts'
import { readCapsule, unpackSite } from './capsule.ts'
import { createJournal, type Journal } from './journal.ts'
import { type NewSite, newSeeds, SiteSettings } from './new-site.ts'
import { createSite, type Site } from './site.ts'

export interface Sites {
  /** In the order of creation. */
  list(): Site[]
  /** The site; asking for it counts as use. */
  find(siteId: string): Site | undefined
  /** @throws {NotFound} */
  get(siteId: string): Site
  /** @throws {SeedError} with every issue; {Conflict} when the id is taken; {Invalid | InvalidTime} */
  create: LongWrite<[site?: NewSite], Site>
  /** @throws {NotFound} */
  remove: LongWrite<[siteId: string], void>
  /**
   * The site that a request asks for by `<id>~<label>` and that does not exist yet: it would be a copy of the site `<id>`.
   * Undefined where that is not known, or clones are off.
   */
  cloneable(siteId: string): Cloneable | undefined
  /** The clones of a site, in the order of creation. */
  clonesOf(site: Site): Site[]
  /** Sets a site to what a capsule holds, and creates it first if it does not exist. @returns whether it is new @throws {Invalid} */
  openCapsule: LongWrite<[capsule: unknown, siteId?: string], { site: Site; isNew: boolean }>
  /** Takes all sites back to their seeds, or none, and empties all journals. @throws {Conflict} at a site without a seed */
  reset: LongWrite<[], void>
  /** When a site with a `ttl` expires unless it is used: RFC 3339, UTC. */
  expiryOf(site: Site): string | null
  /** The last requests that named no known site. */
  readonly unmatched: Journal
  /** The clock that the sites' own clocks follow until they are set. */
  readonly systemClock: Clock
}

/** A clone that can be created. */
export interface Cloneable {
  site_id: string
  /** The secret of the original, which is the clone's too. */
  secret: string
  original: Site
  /**
   * Creates it in turns. Several requests for it at a time create it once, and for one of them it is new. At the limit, the
   * clone that is idle for longest is removed. @throws {Conflict} when the original has no seed
   */
  create(): Promise<{ site: Site; isNew: boolean }>
}

interface CloneOptions {
  /** An ISO 8601 duration: a clone expires when it is idle for that long. */
  ttl: string
  /** The most clones at a time. */
  max: number
}

interface SitesOptions {
  store: Store
  clock: Clock
  /** How many requests the journal of each site keeps. */
  journalSize: number
  /** The bytes of answers that the journals of all sites keep together; 0 keeps none. */
  journalBytes: number
  /** Left out, nothing can be cloned. */
  clones?: CloneOptions | undefined
  /** The vendor timestamp at which the clocks of all sites are frozen at first; the system clock without it. */
  start?: string | undefined
}

interface Entry {
  site: Site
  ttl: string | null
  /** By the system clock, as a vendor timestamp. */
  lastUsed: string
}

/** All sites, with their state; the only place where they are created and removed. */
export function openSites({ store, clock, journalSize, journalBytes, clones, start }: SitesOptions): Sites {
  const entries = new Map<string, Entry>()
  const clonesToCome = new Map<string, Promise<Site>>()
  const bodies = createAnswerBodies(journalBytes)
  const now = () => timestampOf(clock.now())
  store.insertDocuments(document => fromDocument(JSON.parse(document)))
  for (const { site_id } of store.sites()) add(siteOf(store.forSite(site_id) as SiteStore), now())

  function siteOf(siteStore: SiteStore): Site {
    return createSite(siteStore, clock, { journalSize, bodies, start })
  }

  function add(site: Site, lastUsed = site.store.creation().created_at): Site {
    entries.set(site.site_id, { site, ttl: site.store.creation().ttl, lastUsed })
    return site
  }

  // Called whenever sites are asked for, so that nothing has to run in the background.
  function removeExpired(present: string): void {
    for (const [siteId, entry] of entries) if (isExpired(entry, present)) removeNow(siteId)
  }

  /** Removes a site; its content goes in the background. */
  function removeNow(siteId: string): void {
    store.removeSite(siteId)
    forget(siteId)
    void cleanUp(store)
  }

  function forget(siteId: string): void {
    entries.get(siteId)?.site.requests.clear()
    entries.delete(siteId)
  }

  function find(siteId: string): Site | undefined {
    const entry = entries.get(siteId)
    if (!entry) return undefined
    const present = now()
    if (isExpired(entry, present)) {
      removeNow(siteId)
      return undefined
    }
    entry.lastUsed = present
    return entry.site
  }

  /** Creates a site in the store. @throws {Conflict} when there is one of this id, which may have come meanwhile */
  function* insert(site_id: string, creation: Steps<SiteStore>): Steps<Site> {
    try {
      return siteOf(yield* creation)
    } catch (error) {
      throw store.forSite(site_id) ? taken(site_id) : error
    }
  }

  const isClone = (siteId: string) => CLONE_ID.test(siteId) && entries.has(originalOf(siteId))

  function cloneable(site_id: string, original: Site, { ttl, max }: CloneOptions): Cloneable {
    const { name, secret } = original
    function* clone() {
      const record = { ...original.store.template()?.site, site_id, name, secret }
      const template = () => original.template().content
      const creation = { created_at: now(), ttl }
      const site = yield* insert(site_id, store.cloning(record, template, creation))
      const living = [...entries].filter(([siteId]) => isClone(siteId))
      const [idlest] = living.sort(([, a], [, b]) => a.lastUsed.localeCompare(b.lastUsed))
      const removed = idlest && living.length >= max ? idlest[0] : undefined
      if (removed !== undefined) store.removeSite(removed)
      return { site, removed, created_at: creation.created_at }
    }
    const write = longWrite(store, clone, ({ site, removed, created_at }) => {
      if (removed !== undefined) forget(removed)
      return add(site, created_at)
    })
    return {
      ...{ site_id, secret, original },
      async create() {
        const pending = clonesToCome.get(site_id)
        if (pending) return { site: await pending, isNew: false }
        const created = write.inTurns()
        clonesToCome.set(site_id, created)
        try {
          return { site: await created, isNew: true }
        } finally {
          clonesToCome.delete(site_id)
        }
      },
    }
  }

  const seedOf = newSeeds()
  const unmatched = createJournal(journalSize, bodies)

  return {
    unmatched,
    systemClock: clock,
    list() {
      removeExpired(now())
      return [...entries.values()].map(({ site }) => site)
    },
    find,
    get(siteId) {
      const site = find(siteId)
      if (!site) throw new NotFound(`there is no site ${siteId}`)
      return site
    },
    create: longWrite(
      store,
      function* (given: NewSite = {}) {
        checkInput('site', ANY_OBJECT, given)
        const { seed = 'demo', ...settings } = given
        checkInput('site', SiteSettings, settings)
        const { ttl = null, ...named } = settings
        const present = now()
        removeExpired(present)
        if (ttl !== null && addDuration(present, ttl) <= present)
          throw new Invalid(`Invalid site: /ttl "${ttl}" must be longer than zero`)
        const site_id = named.site_id ?? unusedId(entries)
        const document = yield* seedOf(seed, start ?? present)
        if (entries.has(site_id)) throw taken(site_id)
        const record = {
          site_id,
          name: named.name ?? document.site.name,
          secret: named.secret ?? newSecret(),
          ...extensionOf(document.site),
        }
        const creation = { created_at: present, ttl }
        return yield* insert(site_id, store.creation(record, document, creation))
      },
      site => add(site),
    ),
    remove: longWrite(
      store,
      siteId =>
        inOneStep(() => {
          if (!entries.has(siteId)) throw new NotFound(`there is no site ${siteId}`)
          store.removeSite(siteId)
        }),
      (_, siteId) => forget(siteId),
    ),
    cloneable(site_id) {
      if (clones === undefined || !CLONE_ID.test(site_id) || find(site_id)) return undefined
      const original = find(originalOf(site_id))
      return original && cloneable(site_id, original, clones)
    },
    clonesOf: ({ site_id }) =>
      [...entries.values()]
        .map(({ site }) => site)
        .filter(site => isClone(site.site_id) && originalOf(site.site_id) === site_id),
    openCapsule: longWrite(
      store,
      function* (value, siteId) {
        const known = siteId === undefined ? undefined : find(siteId)
        const capsule = readCapsule(value, known?.secret ?? newSecret())
        const { site: named } = capsule.state.data
        if (siteId !== undefined && named.site_id !== siteId)
          throw new Conflict(`the capsule is of the site ${named.site_id}, and not of ${siteId}`)
        const found = known ?? find(named.site_id)
        const creation = { created_at: now(), ttl: null }
        const site = found ?? (yield* insert(named.site_id, store.creation(named, EMPTY, creation)))
        yield* unpackSite(site, capsule, clock.now())
        return { site, isNew: !found, capsule }
      },
      ({ site, isNew, capsule }) => {
        if (isNew) add(site)
        site.coverage.clear()
        site.requests.restore(capsule.requests, capsule.dropped)
        return { site, isNew }
      },
    ),
    reset: longWrite(
      store,
      function* () {
        removeExpired(now())
        const all = [...entries.values()].map(({ site }) => site)
        const isThere = (site: Site) => entries.get(site.site_id)?.site === site
        const sources = all.map(site => () => (isThere(site) ? site.template() : { content: 0 }))
        return yield* store.fillAll(sources, contents => {
          const present = all.filter(isThere)
          for (const site of present) site.goBack(contents[all.indexOf(site)] as number)
          return present
        })
      },
      all => {
        for (const { requests, coverage } of all) {
          requests.clear()
          coverage.clear()
        }
        unmatched.clear()
      },
    ),
    expiryOf(site) {
      const entry = entries.get(site.site_id)
      const end = entry ? endOf(entry) : null
      return end === null ? null : `${end}Z`
    },
  }
}

const ANY_OBJECT = Type.Object({})

const EMPTY = { journeys: [], members: [] }

const taken = (site_id: string) =>
  new Conflict(`there is a site ${site_id} already; choose another id, or remove it first`)

const newSecret = () => randomBytes(24).toString('base64url')

/** `<id of the original>~<label>`. The vendor has no such ids. */
const CLONE_ID = /^([^~]+)~[A-Za-z0-9._-]{1,40}$/

const originalOf = (cloneId: string): string => cloneId.slice(0, cloneId.indexOf('~'))

/** When a site expires; null for one that never does. */
const endOf = ({ ttl, lastUsed }: Entry): string | null =>
  ttl === null ? null : addDuration(lastUsed, ttl, 'constrain')

function isExpired(entry: Entry, present: string): boolean {
  const end = endOf(entry)
  return end !== null && end <= present
}

/** Seven digits, as the vendor's are. */
function unusedId(taken: ReadonlyMap<string, unknown>): string {
  const id = String(randomInt(1_000_000, 10_000_000))
  return taken.has(id) ? unusedId(taken) : id
}
