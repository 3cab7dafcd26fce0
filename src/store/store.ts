import type { GraphRecord, MemberRecord, SiteRecord } from '../contract/records.ts'
import { checkPresence, type Db, lockDatabase, openDatabase, toStoreError } from './database.ts'
import type { CreationRecord } from './records.ts'
import { bindSite, prepareTables, type SiteStore } from './site-store.ts'
import type { SeedContent } from './templates.ts'

export type { MemberChange, MemberState } from './members.ts'
export type { ParticipationDetail, ParticipationSummary } from './participations.ts'
export type { MemberWith, SiteStore } from './site-store.ts'

export interface Store {
  sites(): SiteRecord[]
  /** The site's store, the same object every time as long as the site exists. */
  forSite(siteId: string): SiteStore | undefined
  /**
   * Creates a site with its content, or nothing. With `creation`, this is also what it goes back to on a reset.
   * @throws when there is one with this id
   */
  createSite(
    site: SiteRecord,
    journeys: GraphRecord[],
    members: MemberRecord[],
    creation?: CreationRecord & Pick<SeedContent, 'document'>,
  ): SiteStore
  /** Creates a site from the template of another. @throws when there is one with this id */
  cloneSite(site: SiteRecord, originalId: string, creation: CreationRecord): SiteStore
  /** Removes a site with all that is its own. @returns whether there was one */
  removeSite(siteId: string): boolean
  /** Makes writes to several sites one: all of them happen, or none. */
  atomically<T>(writes: () => T): T
  close(): void
}

/**
 * Opens the store: the only way to the database. `file` is a path, or `:memory:`.
 * @throws {StoreError} when the file cannot be opened or used, or another server uses it
 */
export function openStore(file: string): Store {
  const lock = lockDatabase(file)
  try {
    return createStore(file, lock, openDatabase(file))
  } catch (error) {
    lock.close()
    throw error
  }
}

function createStore(file: string, lock: { close(): void }, db: Db): Store {
  const tables = prepareTables(db)
  const bound = new Map<string, SiteStore>()
  const guarded = <T extends object>(methods: T) => withStoreErrors(file, methods)

  /** Makes several writes one. */
  function atomically<T>(writes: () => T): T {
    checkPresence(file)
    return db.transaction(writes).immediate()
  }

  /** Creates a site with what `fill` puts in. */
  function create(site: SiteRecord, fill: (store: SiteStore, siteKey: number) => void): SiteStore {
    const created = atomically(() => {
      const key = tables.sites.insert(site)
      const store = guarded(bindSite(db, tables, atomically, { site_key: key, ...site }))
      fill(store, key)
      return store
    })
    bound.set(site.site_id, created)
    return created
  }

  return guarded<Store>({
    sites: () => tables.sites.list().map(({ site_key, ...site }) => site),
    forSite(siteId) {
      const known = bound.get(siteId)
      if (known) return known
      const row = tables.sites.find(siteId)
      if (!row) return undefined
      const site = guarded(bindSite(db, tables, atomically, row))
      bound.set(siteId, site)
      return site
    },
    createSite: (site, journeys, members, creation) =>
      create(site, (store, key) => {
        if (!creation) return store.replaceContent(journeys, members)
        tables.sites.setCreation(key, creation)
        store.setTemplate(site, { journeys, members, document: creation.document })
        store.restoreTemplate()
      }),
    cloneSite: (site, originalId, creation) =>
      create(site, (store, key) => {
        tables.sites.setCreation(key, creation)
        store.shareTemplate(site, originalId)
        store.restoreTemplate()
      }),
    removeSite(siteId) {
      const row = tables.sites.find(siteId)
      if (!row) return false
      atomically(() => {
        tables.templates.clear(row.site_key)
        tables.sites.remove(row.site_key)
        tables.templates.removeUnused()
      })
      bound.delete(siteId)
      return true
    },
    atomically,
    close() {
      db.close()
      lock.close()
    },
  })
}

/** The same methods, whose errors of SQLite say what to do. */
function withStoreErrors<T extends object>(file: string, methods: T): T {
  const attempt = (work: () => unknown) => {
    try {
      return work()
    } catch (error) {
      throw toStoreError(file, error)
    }
  }
  return new Proxy(methods, {
    get(target, name, receiver) {
      const value = attempt(() => Reflect.get(target, name, receiver))
      return typeof value === 'function' ? (...args: unknown[]) => attempt(() => value(...args)) : value
    },
  })
}
