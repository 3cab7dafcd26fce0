import type { GraphRecord, MemberRecord, SiteRecord } from '../contract/records.ts'
import { checkPresence, type Db, lockDatabase, openDatabase, toStoreError } from './database.ts'
import type { OriginRecord } from './records.ts'
import { bindSite, prepareTables, type SiteStore } from './site-store.ts'

export type { ParticipationDetail, ParticipationSummary } from './participations.ts'
export type { MemberWith, SiteStore } from './site-store.ts'

export interface Store {
  sites(): SiteRecord[]
  /** The site's store, the same object every time as long as the site exists. */
  forSite(siteId: string): SiteStore | undefined
  /**
   * Creates a site with its content, or nothing. `origin` is what it goes back to on a reset.
   * @throws when there is one with this id
   */
  createSite(
    site: SiteRecord,
    journeys: GraphRecord[],
    members: MemberRecord[],
    origin?: OriginRecord,
  ): SiteStore
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
    createSite(site, journeys, members, origin) {
      const created = atomically(() => {
        const key = tables.sites.insert(site)
        const store = guarded(bindSite(db, tables, atomically, { site_key: key, ...site }))
        store.replaceContent(journeys, members)
        if (origin) store.setOrigin(origin)
        return store
      })
      bound.set(site.site_id, created)
      return created
    },
    removeSite(siteId) {
      const row = tables.sites.find(siteId)
      if (!row) return false
      atomically(() => {
        tables.members.removeAll(row.site_key)
        tables.sites.remove(row.site_key)
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
