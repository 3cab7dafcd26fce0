import { randomBytes, randomInt } from 'node:crypto'
import { addDuration, type Clock, timestampOf } from '../clock.ts'
import { extensionsOf } from '../contract/extension.ts'
import { Conflict, Invalid, NotFound } from '../errors.ts'
import { checkSeed } from '../seed/check.ts'
import { SeedError } from '../seed/issues.ts'
import type { SeedDocument } from '../seed/schema.ts'
import { loadSeed, readSeed } from '../seed/seed.ts'
import type { SiteStore, Store } from '../store/store.ts'
import { createJournal, type Journal } from './journal.ts'
import { createSite, type Site } from './site.ts'

/** A seed document whose site may be left out, as it is not taken. */
export type SiteContent = Omit<SeedDocument, 'site'> & Partial<Pick<SeedDocument, 'site'>>

export interface NewSite {
  /** Made up when left out, and so are the name and the secret; a document's own are not taken. */
  site_id?: string
  name?: string
  secret?: string
  /** What it starts with, and goes back to on a reset: `demo` when left out. */
  seed?: 'demo' | 'empty' | SiteContent
  /** An ISO 8601 duration: once unused for that long, the site is removed. Kept for ever when left out. */
  ttl?: string
}

export interface Sites {
  /** In the order of creation. */
  list(): Site[]
  /** The site; asking for it counts as use. */
  find(siteId: string): Site | undefined
  /** @throws {NotFound} */
  get(siteId: string): Site
  /** @throws {SeedError} with every fault; {Conflict} when the id is taken; {Invalid | InvalidTime} when `ttl` is no duration */
  create(site?: NewSite): Site
  /** @throws {NotFound} */
  remove(siteId: string): void
  /** When a site with a `ttl` will be removed unless it is used: RFC 3339, UTC. */
  expiryOf(site: Site): string | null
  /** The last requests that named no known site. */
  readonly strangers: Journal
  /** The clock that the sites' own deviate from. */
  readonly machine: Clock
}

export interface SitesOptions {
  store: Store
  clock: Clock
  /** How many requests the journal of each site keeps. */
  journalSize: number
}

interface Living {
  site: Site
  ttl: string | null
  /** Milliseconds since the epoch. */
  lastUsed: number
}

/** All sites, with their state; the only place where sites come and go. */
export function openSites({ store, clock, journalSize }: SitesOptions): Sites {
  const living = new Map<string, Living>()
  for (const { site_id } of store.sites()) enliven(store.forSite(site_id) as SiteStore)

  function enliven(siteStore: SiteStore): Site {
    const site = createSite(siteStore, clock, { journalSize })
    living.set(site.site_id, { site, ttl: siteStore.origin().ttl, lastUsed: clock.now() })
    return site
  }

  const expiry = ({ ttl, lastUsed }: Living): string | null =>
    ttl === null ? null : addDuration(timestampOf(lastUsed), ttl, 'constrain')

  function isUnused(entry: Living): boolean {
    const end = expiry(entry)
    return end !== null && end <= timestampOf(clock.now())
  }

  // Looked at whenever sites are asked for, so that nothing has to run in the background.
  function removeUnused(): void {
    for (const [siteId, entry] of living) if (isUnused(entry)) remove(siteId)
  }

  function remove(siteId: string): void {
    if (!living.delete(siteId)) throw new NotFound(`there is no site ${siteId}`)
    store.removeSite(siteId)
  }

  function find(siteId: string): Site | undefined {
    const entry = living.get(siteId)
    if (!entry) return undefined
    if (isUnused(entry)) {
      remove(siteId)
      return undefined
    }
    if (entry.ttl !== null) entry.lastUsed = clock.now()
    return entry.site
  }

  return {
    strangers: createJournal(journalSize),
    machine: clock,
    list() {
      removeUnused()
      return [...living.values()].map(({ site }) => site)
    },
    find,
    get(siteId) {
      const site = find(siteId)
      if (!site) throw new NotFound(`there is no site ${siteId}`)
      return site
    },
    create({ seed = 'demo', ttl, ...given } = {}) {
      removeUnused()
      const now = timestampOf(clock.now())
      if (ttl !== undefined && addDuration(now, ttl) <= now)
        throw new Invalid(`ttl: "${ttl}" must be longer than no time`)
      const site_id = given.site_id ?? unusedId(living)
      const document = typeof seed === 'string' ? readSeed(seed) : checkedSeed(seed)
      if (living.has(site_id))
        throw new Conflict(`there is a site ${site_id} already; choose another id, or remove it first`)
      const site = {
        site_id,
        name: given.name ?? document.site.name,
        secret: given.secret ?? randomBytes(24).toString('base64url'),
        ...extensionsOf(document.site),
      }
      return enliven(loadSeed(store, { ...document, site }, now, ttl))
    },
    remove,
    expiryOf(site) {
      const entry = living.get(site.site_id)
      const end = entry && expiry(entry)
      return end ? `${end}Z` : null
    },
  }
}

function checkedSeed(content: SiteContent): SeedDocument {
  const document = { site: { site_id: '-', name: 'site', secret: '-' }, ...content }
  const faults = checkSeed(document)
  if (faults.length === 0) return document
  throw new SeedError(
    'seed',
    faults.map(({ pointer, message }) => ({ pointer: `/seed${pointer}`, message })),
  )
}

/** Seven digits, as the vendor's are. */
function unusedId(taken: ReadonlyMap<string, unknown>): string {
  const id = String(randomInt(1_000_000, 10_000_000))
  return taken.has(id) ? unusedId(taken) : id
}
