import { type ExtendedByOperation, extensionsOf } from '../contract/extension.ts'
import { type Db, openDatabase } from './database.ts'
import { extensionsIn } from './extensions.ts'
import { journeyTables } from './journeys.ts'
import { type KeptJourneys, keptJourneys } from './kept-journeys.ts'
import { memberTables } from './members.ts'
import {
  type HeldReward,
  type JourneyCount,
  type MemberPage,
  type NextMoments,
  type OpenPage,
  type OpenParticipation,
  overviewStatements,
} from './overview.ts'
import { type ParticipationDetail, type ParticipationSummary, participationTables } from './participations.ts'
import type {
  FaultRecord,
  GraphRecord,
  JourneyRecord,
  MemberRecord,
  OriginRecord,
  SiteRecord,
  SnapshotRecord,
} from './records.ts'
import { type SiteRow, siteTable } from './sites.ts'
import { faultTable, snapshotTable } from './test-state.ts'

export type { ParticipationDetail, ParticipationSummary } from './participations.ts'

/** The participations of a member, and what the member has beyond the contract. */
export type Participations<P> = ExtendedByOperation & { participations: P[] }

/** Everything stored about one site; there is no way to reach another site's through it. */
export interface SiteStore {
  /** As it is now; a rename changes it. */
  readonly site: SiteRecord
  /** Grows with every write to the content of this site, and with no other. */
  revision(): number
  /**
   * Differs from before whenever the content may: after every write, and also after one that was taken back. For what
   * is derived from the content to be kept until then; unlike the revision it costs nothing to ask for.
   */
  version(): number
  /** How many journeys and members there are. */
  counts(): { journeys: number; members: number }

  /** The same list for as long as no journey changes. */
  journeys(): readonly JourneyRecord[]
  /** Found without regard to case. */
  journey(id: string): GraphRecord | undefined
  /** Changes whenever a journey does, so that what is compiled from journeys can be kept until then. */
  graphVersion(): number
  /** How the members fare in each journey that has any; `now` is a vendor timestamp. */
  journeyCounts(now: string): JourneyCount[]
  /** The same for one journey; undefined when there is none with this id. */
  journeyCount(id: string, now: string): JourneyCount | undefined
  /** How often a node of a journey was completed or reached. */
  passedCount(journeyId: string, nodeId: string): number
  /** A page of the open participations of a journey, in the order of their keys. */
  openParticipations(journeyId: string, page: OpenPage): OpenParticipation[]
  /** The email of the member whose participation has this key. */
  emailOf(participationKey: number): string | undefined
  /** When the next hold and the next journey end, and the next journey starts. */
  nextMoments(now: string): NextMoments
  /** How many rewards are held. */
  heldCount(now: string): number
  /** The rewards whose hold ends after `now` and not after `until`, the next one first. */
  heldRewards(between: { now: string; until: string; limit: number }): HeldReward[]
  /** The names of at most `limit` events that some step waits for, or that block a reward, in their order. */
  eventNames(limit: number): string[]
  /** The journey ids in the order of insertion. */
  journeyIds(): string[]
  /** Nodes that stay keep what members did there. Those that go must not be among `usedNodes`. */
  putJourney(journey: GraphRecord): void
  /** Removes a journey with the participations in it. @returns whether there was one */
  removeJourney(id: string): boolean
  /** The nodes of a journey at which members have completed an event or reached a reward. */
  usedNodes(journeyId: string): { node_id: string; as: 'event' | 'reward' }[]

  /** The emails, as they were given, of at most `limit` members in the order of insertion. */
  emails(limit?: number): string[]
  /** A member as it was put in, found without regard to case. */
  member(email: string): MemberRecord | undefined
  /** The participations of a member, found without regard to case; `undefined` when there is no such member. */
  participations(email: string): ParticipationDetail[] | undefined
  /** The same, with what the member has beyond the contract. */
  memberWithParticipations(email: string): Participations<ParticipationDetail> | undefined
  /** The same, without what was done in them. */
  memberWithSummaries(email: string): Participations<ParticipationSummary> | undefined
  /** The folded email of the member whose participation has this id. */
  holderOf(participationId: string): string | undefined
  /** A page of the emails, as they were given, and how many members there are on all pages. */
  memberPage(page: MemberPage): { emails: string[]; total: number }
  putMember(member: MemberRecord): void
  /** @returns whether there was one */
  removeMember(email: string): boolean

  /** Replaces all journeys and members, or none. */
  replaceContent(journeys: GraphRecord[], members: MemberRecord[]): void
  rename(site: Omit<SiteRecord, 'site_id'>): void

  /** The seed document that a reset goes back to, and since when there is the site. */
  origin(): OriginRecord
  setOrigin(origin: OriginRecord): void
  /** The deviation of the site's clock, as JSON; null for none. */
  clock(): string | null
  setClock(value: string | null): void
  faults(): FaultRecord[]
  /** The number of the next fault rule, which no rule had before. */
  nextFault(): number
  /** Lets these numbers start anew. */
  restartFaults(): void
  addFault(fault: FaultRecord): void
  /** Keeps how often a rule has been seen and used. */
  countFault(fault: FaultRecord): void
  removeFault(id: string): void
  clearFaults(): void
  snapshots(): Omit<SnapshotRecord, 'content'>[]
  snapshot(name: string): string | undefined
  putSnapshot(snapshot: SnapshotRecord): void
  removeSnapshot(name: string): boolean

  /** Makes several writes one: all of them happen, or none. */
  atomically<T>(writes: () => T): T
}

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
  /** The whole database as the bytes of a file. */
  image(): Buffer
  close(): void
}

/**
 * Opens the store: the only way to the database. `file` is a path, or `:memory:`; `image` the bytes of a file to copy there.
 * @throws {StoreError} when the file cannot be opened or used
 */
export function openStore(file: string, image?: Buffer): Store {
  const db = openDatabase(file, image)
  const tables = prepare(db)
  const bound = new Map<string, SiteStore>()

  return {
    sites: () => tables.sites.list().map(({ site_key, ...site }) => site),
    forSite(siteId) {
      const known = bound.get(siteId)
      if (known) return known
      const row = tables.sites.find(siteId)
      if (!row) return undefined
      const site = bindSite(db, tables, row)
      bound.set(siteId, site)
      return site
    },
    createSite(site, journeys, members, origin) {
      const create = () => {
        const key = tables.sites.insert(site)
        const created = bindSite(db, tables, { site_key: key, ...site })
        created.replaceContent(journeys, members)
        if (origin) created.setOrigin(origin)
        return created
      }
      const created = db.transaction(create).immediate()
      bound.set(site.site_id, created)
      return created
    },
    removeSite(siteId) {
      const row = tables.sites.find(siteId)
      if (!row) return false
      bound.delete(siteId)
      const remove = () => {
        tables.members.removeAll(row.site_key)
        tables.sites.remove(row.site_key)
      }
      db.transaction(remove).immediate()
      return true
    },
    image: () => db.serialize(),
    close: () => db.close(),
  }
}

function prepare(db: Db) {
  const participations = participationTables(db)
  return {
    sites: siteTable(db),
    journeys: journeyTables(db),
    participations,
    members: memberTables(db, participations),
    faults: faultTable(db),
    snapshots: snapshotTable(db),
    overview: overviewStatements(db),
  }
}

/** Binds the site's key into every statement: the one place where the tenant is chosen. */
function bindSite(
  db: Db,
  tables: ReturnType<typeof prepare>,
  { site_key: key, ...record }: SiteRow,
): SiteStore {
  const { sites, journeys, participations, members, faults, snapshots, overview } = tables
  let site: SiteRecord = record
  let version = 0
  let graphVersion = 0
  const kept = keptJourneys(journeys, key)

  function changeJourneys<T>(change: () => T): T {
    graphVersion++
    kept.forget()
    return write(change)
  }
  function atomically<T>(writes: () => T): T {
    const before = site
    try {
      return db.transaction(writes).immediate()
    } catch (error) {
      // What was read meanwhile has never been.
      site = before
      version++
      graphVersion++
      kept.forget()
      throw error
    }
  }
  function write<T>(change: () => T): T {
    version++
    return atomically(() => {
      sites.bumpRevision(key)
      return change()
    })
  }

  const memberBy =
    <P>(read: (memberKey: number, journeys: KeptJourneys) => P[]) =>
    (email: string): Participations<P> | undefined => {
      const member = members.find(key, email)
      if (!member) return undefined
      const { member_key, extra, answers } = member
      return { ...extensionsIn(extra, answers), participations: read(member_key, kept) }
    }
  const memberWithParticipations = memberBy(participations.detailsOf)

  return {
    get site() {
      return site
    },
    revision: () => sites.revision(key),
    version: () => version,
    counts: () => ({ journeys: journeys.count(key), members: members.count(key) }),

    journeys: kept.list,
    journey: id => kept.find(id.toLowerCase()),
    journeyCounts: now => overview.journeys(key, now),
    eventNames: limit => overview.eventNames(key, limit),
    journeyCount: (id, now) => overview.journey(key, id.toLowerCase(), now),
    passedCount: (journeyId, nodeId) => overview.passed(key, journeyId, nodeId),
    openParticipations: (journeyId, page) => overview.open(key, journeyId, page),
    emailOf: participationKey => overview.emailOf(key, participationKey),
    nextMoments: now => overview.moments(key, now),
    heldCount: now => overview.countHeld(key, now),
    heldRewards: between => overview.held(key, between),
    journeyIds: () => journeys.ids(key),
    graphVersion: () => graphVersion,
    putJourney: journey => changeJourneys(() => journeys.replace(key, journey)),
    removeJourney: id =>
      changeJourneys(() => {
        participations.removeFromJourney(key, id)
        return journeys.remove(key, id)
      }),
    usedNodes: journeyId => participations.usedNodes(key, journeyId),

    emails: limit => members.emails(key, limit),
    member: email => members.get(key, email, kept),
    participations: email => memberWithParticipations(email)?.participations,
    memberWithParticipations,
    memberWithSummaries: memberBy(participations.summariesOf),
    memberPage: page => overview.members(key, page),
    holderOf: participationId => participations.holderOf(key, participationId),
    putMember: member => write(() => members.replace(key, member)),
    removeMember: email => write(() => members.remove(key, email)),

    replaceContent: (newJourneys, newMembers) =>
      changeJourneys(() => {
        members.removeAll(key)
        journeys.removeAll(key)
        for (const journey of newJourneys) journeys.insert(key, journey)
        for (const member of newMembers) members.insert(key, member)
      }),
    rename({ name, secret, ...rest }) {
      const renamed = { site_id: site.site_id, name, secret, ...extensionsOf(rest) }
      write(() => sites.rename(key, renamed))
      site = renamed
    },

    origin: () => sites.origin(key),
    setOrigin: origin => sites.setOrigin(key, origin),
    clock: () => sites.clock(key),
    setClock: value => sites.setClock(key, value),
    faults: () => faults.list(key),
    nextFault: () => faults.next(key),
    restartFaults: () => faults.restart(key),
    addFault: fault => faults.insert(key, fault),
    countFault: fault => faults.count(key, fault),
    removeFault: id => faults.remove(key, id),
    clearFaults: () => faults.clear(key),
    snapshots: () => snapshots.list(key),
    snapshot: name => snapshots.content(key, name),
    putSnapshot: snapshot => snapshots.put(key, snapshot),
    removeSnapshot: name => snapshots.remove(key, name),
    atomically,
  }
}
