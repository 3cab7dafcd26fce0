import type { GraphRecord, MemberRecord, SiteRecord } from '../contract/records.ts'
import { StoreError } from '../errors.ts'
import type { SeedContent, Source } from './contents.ts'
import { checkPresence, type Db, lockDatabase, openDatabase, toStoreError } from './database.ts'
import { bindSite, prepareTables, type SiteStore, type Writes } from './site-store.ts'
import type { CreationRecord, SiteRow } from './sites.ts'
import { atOnce, longWrite, type Steps } from './turns.ts'

export type { MemberChange, MemberState } from './members.ts'
export type { ParticipationDetail, ParticipationSummary } from './participations.ts'
export type { ContentReader, MemberWith, SiteStore } from './site-store.ts'
export type { FaultRecord } from './sites.ts'

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
    creation?: CreationRecord,
  ): SiteStore
  /** The same with a creation, step by step. */
  creation(site: SiteRecord, content: SeedContent, creation: CreationRecord): Steps<SiteStore>
  /** Creates a site from the template of another, step by step. `template` gives it. */
  cloning(site: SiteRecord, template: () => number, creation: CreationRecord): Steps<SiteStore>
  /** Removes a site with all that is its own. @returns whether there was one */
  removeSite(siteId: string): boolean
  /** Fills contents step by step. Then `use` makes them those of sites, in one step. */
  fillAll<T>(sources: readonly Source[], use: (contents: number[]) => T): Steps<T>
  /** Inserts the contents that an older version has stored as documents. */
  insertDocuments(read: (document: string) => SeedContent): void
  /** Makes writes to several sites one: all of them happen, or none. */
  atomically<T>(writes: () => T): T
  /** Removes the contents that no site needs any more. */
  removeUnused(): Steps<void>
  close(): void
}

/**
 * Opens the store: the only way to the database. `file` is a path, or `:memory:`.
 * @throws {StoreError} when the file cannot be opened or used, or another server uses it
 */
export function openStore(file: string): Store {
  const lock = lockDatabase(file)
  let db: Db | undefined
  try {
    db = openDatabase(file)
    return createStore(file, lock, db)
  } catch (error) {
    db?.close()
    lock.close()
    throw toStoreError(file, error)
  }
}

function createStore(file: string, lock: { close(): void }, db: Db): Store {
  const tables = prepareTables(db)
  const { sites, contents, snapshots } = tables
  const bound = new Map<string, { key: number; store: SiteStore }>()
  const writes = new Map<number, Writes>()
  const guarded = <T extends object>(methods: T) => withStoreErrors(file, methods)
  const { removeUnused } = contents

  /** Makes several writes one. */
  const { atomically } = guarded({
    atomically<T>(writes: () => T): T {
      checkPresence(file)
      return db.transaction(writes).immediate()
    },
  })

  function writesOf(siteKey: number): Writes {
    const known = writes.get(siteKey) ?? { any: 0, journeys: 0 }
    writes.set(siteKey, known)
    return known
  }

  function countWrite(siteKey: number): void {
    const written = writesOf(siteKey)
    written.any++
    written.journeys++
  }

  function bind(row: SiteRow): SiteStore {
    const { site_id, site_key: key } = row
    const known = bound.get(site_id)
    if (known?.key === key) return known.store
    const store = guarded(bindSite(db, tables, atomically, writesOf(key), row))
    bound.set(site_id, { key, store })
    return store
  }

  function insert(site: SiteRecord, contentKey: number, creation?: CreationRecord, template?: number) {
    const key = sites.insert(site, contentKey)
    if (creation) sites.setCreation(key, creation)
    if (template !== undefined) sites.setTemplate(key, { content: template, site })
    countWrite(key)
    return bind({ ...site, site_key: key })
  }

  function* creation(site: SiteRecord, content: SeedContent, creation: CreationRecord): Steps<SiteStore> {
    yield* contents.template(content)
    // Sites that others have created meanwhile may have pushed it out.
    const template = () => atOnce(contents.template(content))
    return yield* cloning(site, template, creation)
  }

  const cloning = (site: SiteRecord, template: () => number, creation: CreationRecord) =>
    contents.fill(
      () => ({ content: template() }),
      key => insert(site, key, creation, template()),
    )

  try {
    atomically(() => atOnce(removeUnused()))
  } catch (error) {
    // What was left behind may stay.
    if (!(error instanceof StoreError)) throw error
  }

  return guarded<Store>({
    sites: () => sites.list().map(({ site_key, ...site }) => site),
    forSite(siteId) {
      const row = sites.find(siteId)
      return row && bind(row)
    },
    createSite: longWrite({ atomically, removeUnused }, (site, journeys, members, created) =>
      created
        ? creation(site, { journeys, members }, created)
        : contents.fill({ journeys, members }, key => insert(site, key)),
    ),
    creation,
    cloning,
    removeSite(siteId) {
      const row = sites.find(siteId)
      if (!row) return false
      const { site_key: key } = row
      atomically(() => {
        for (const { content } of snapshots.list(key)) contents.release(content)
        contents.release(sites.template(key)?.content ?? 0)
        contents.release(sites.content(key))
        sites.remove(key)
        countWrite(key)
      })
      return true
    },
    fillAll: contents.fillAll,
    insertDocuments(read) {
      for (const key of contents.documents()) atomically(() => contents.insertDocument(key, read))
    },
    atomically,
    removeUnused,
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
