import { openDatabase } from './database.ts'
import { journeyTables } from './journeys.ts'
import { memberTables, type ParticipationDetail } from './members.ts'
import type { GraphRecord, JourneyRecord, MemberRecord, SiteRecord } from './records.ts'
import { siteTable } from './sites.ts'

/** Everything stored about one site; there is no way to reach another site's through it. */
export interface SiteStore {
  readonly site: SiteRecord
  /** Grows with every write to this site, and with no other. */
  revision(): number
  journeys(): JourneyRecord[]
  journey(id: string): GraphRecord | undefined
  /** The journey ids in the order of insertion. */
  journeyIds(): string[]
  /** The emails, as they were given, of at most `limit` members in the order of insertion. */
  emails(limit?: number): string[]
  /** The participations of a member, found without regard to case; `undefined` when there is no such member. */
  participations(email: string): ParticipationDetail[] | undefined
  /** Replaces all journeys and members, or none. */
  replaceContent(journeys: GraphRecord[], members: MemberRecord[]): void
}

export interface Store {
  sites(): SiteRecord[]
  /** The site's store, the same object every time as long as the site exists. */
  forSite(siteId: string): SiteStore | undefined
  /** Creates a site with its content, or nothing. @throws when there is one with this id */
  createSite(site: SiteRecord, journeys: GraphRecord[], members: MemberRecord[]): SiteStore
  removeSite(siteId: string): boolean
  close(): void
}

/**
 * Opens the store: the only way to the database. `file` is a path, or `:memory:`.
 * @throws {StoreError} when the file cannot be opened or used
 */
export function openStore(file: string): Store {
  const db = openDatabase(file)
  const sites = siteTable(db)
  const journeys = journeyTables(db)
  const members = memberTables(db)
  const bound = new Map<string, SiteStore>()

  function bind({ site_key: key, ...site }: SiteRecord & { site_key: number }): SiteStore {
    const write = (change: () => void) =>
      db
        .transaction(() => {
          change()
          sites.bumpRevision(key)
        })
        .immediate()

    return {
      site,
      revision: () => sites.revision(key),
      journeys: () => journeys.list(key),
      journey: id => journeys.get(key, id.toLowerCase()),
      journeyIds: () => journeys.ids(key),
      emails: limit => members.emails(key, limit),
      participations(email) {
        const member = members.find(key, email)
        return member && members.participationsOf(member.member_key)
      },
      replaceContent: (newJourneys, newMembers) =>
        write(() => {
          members.removeAll(key)
          journeys.removeAll(key)
          for (const journey of newJourneys) journeys.insert(key, journey)
          for (const member of newMembers) members.insert(key, member)
        }),
    }
  }

  return {
    sites: () => sites.list().map(({ site_key, ...site }) => site),
    forSite(siteId) {
      const known = bound.get(siteId)
      if (known) return known
      const row = sites.find(siteId)
      if (!row) return undefined
      const site = bind(row)
      bound.set(siteId, site)
      return site
    },
    createSite: (site, newJourneys, newMembers) =>
      db
        .transaction(() => {
          const created = bind({ site_key: sites.insert(site), ...site })
          created.replaceContent(newJourneys, newMembers)
          return created
        })
        .immediate(),
    removeSite(siteId) {
      const row = sites.find(siteId)
      bound.delete(siteId)
      if (row)
        db.transaction(() => {
          members.removeAll(row.site_key)
          sites.remove(row.site_key)
        }).immediate()
      return row !== undefined
    },
    close: () => db.close(),
  }
}
