import type { GraphRecord, JourneyRecord, MemberRecord, SiteRecord } from '../contract/records.ts'
import type { Extended } from '../contract/schemas.ts'
import { NotFound } from '../errors.ts'
import { contentTables, type Original, type Source } from './contents.ts'
import { type Db, extensionIn } from './database.ts'
import { journeyTables } from './journeys.ts'
import { type MemberChange, type MemberState, memberTables, type Slice } from './members.ts'
import {
  type Between,
  type ExpiringParticipation,
  type HeldReward,
  type JourneyCount,
  type MemberPage,
  type NextMoments,
  type OpenPage,
  type OpenParticipation,
  overviewStatements,
} from './overview.ts'
import {
  type ParticipationDetail,
  type ParticipationSummary,
  participationTables,
  type UsedNode,
} from './participations.ts'
import {
  type CreationRecord,
  type FaultRecord,
  faultTable,
  type SiteRow,
  type SnapshotRecord,
  siteTable,
  snapshotTable,
  type Template,
} from './sites.ts'
import type { Steps } from './turns.ts'

/** A member with participations, and with properties beyond the contract. */
export type MemberWith<P> = Extended & Pick<MemberRecord, 'status'> & { participations: P[] }

/** Journeys and members, whether a site shows them or not. */
export interface ContentReader {
  /** The journey ids in the order of insertion. */
  journeyIds(): string[]
  /** Found without regard to case. */
  journey(id: string): GraphRecord | undefined
  /** The emails, as they were given, of at most `limit` members in the order of insertion. */
  emails(limit?: number): string[]
  /** The emails of all members in that order, `size` at a time. */
  emailPages(size: number): Iterable<string[]>
  /** A member as it was put in, found without regard to case. */
  member(email: string): MemberRecord | undefined
}

/**
 * Everything stored about one site; there is no way to reach another site's through it. A write happens whole or not at
 * all. @throws {NotFound} for a write to a site that was removed; {StorageFull | StorageReadOnly | StoreError}
 */
export interface SiteStore extends ContentReader {
  /** As it is now; a rename changes it. */
  readonly site: SiteRecord
  /** Grows with every write to the content of this site, and with no other. */
  revision(): number
  /** A function that gives what `read` makes of the journeys, and calls it again only after they have changed. */
  ofJourneys<T>(read: () => T): () => T
  /** The same of anything that is stored of the site. */
  ofSite<T>(read: () => T): () => T
  /** How many journeys and members there are. */
  counts(): { journeys: number; members: number }

  /** In the order of creation, then id. */
  journeys(): JourneyRecord[]
  /** How many members are how far in a journey; undefined when there is none with this id. `now` is a vendor timestamp. */
  journeyCount(id: string, now: string): JourneyCount | undefined
  /** How often a node of a journey was completed or reached. */
  passedCount(journeyId: string, nodeId: string): number
  /** The open participations of some members in a journey, in the order of their keys. */
  openParticipations(journeyId: string, page: OpenPage): OpenParticipation[]
  /** All members, in slices of so many keys. */
  memberSlices(size: number): Slice[]
  emailOf(memberKey: number): string | undefined
  /** When the next hold and the next journey end, and the next journey starts. */
  nextMoments(now: string): NextMoments
  /** How many rewards are held. */
  heldCount(now: string): number
  /** The rewards whose hold ends after `now` and not after `until`, the next one first. */
  heldRewards(between: Between & { limit: number }): HeldReward[]
  /** At most `limit` of the participations that expire after `now` and not after `until`, and how many there are. */
  expiring(between: Between & { limit: number }): ExpiringParticipation[]
  expiringCount(between: Between): number
  /** The names of at most `limit` events that some step waits for, or that block a reward, in their order. */
  eventNames(limit: number): string[]
  /** Members keep what they completed at nodes that stay. Those that go must not be among `usedNodes`. */
  putJourney(journey: GraphRecord): void
  /** Removes a journey, found without regard to case, with its participations. @returns whether there was one */
  removeJourney(id: string): boolean
  /** The nodes of a journey at which members have completed an event, reached a reward, or wait. */
  usedNodes(journeyId: string): UsedNode[]

  /** A member with the time of the last event in place of the history. */
  memberState(email: string): MemberState | undefined
  /** The participations of a member, found without regard to case; `undefined` when there is no such member. */
  participations(email: string): ParticipationDetail[] | undefined
  /** The same, with what the member has beyond the contract. */
  memberWithParticipations(email: string): MemberWith<ParticipationDetail> | undefined
  /** The same, without events and rewards. */
  memberWithSummaries(email: string): MemberWith<ParticipationSummary> | undefined
  /** The folded email of the member whose participation has this id. */
  holderOf(participationId: string): string | undefined
  /** A page of the emails, as they were given, in their order. */
  memberPage(page: MemberPage): string[]
  /** How many members there are on all pages of a search. */
  memberCount(search: string): number
  putMember(member: MemberRecord): void
  /** Stores what events have changed of a member who is as `before`. */
  appendEvents(change: MemberChange): void
  /** @returns whether there was one */
  removeMember(email: string): boolean

  rename(site: Omit<SiteRecord, 'site_id'>): void
  /** What the site shows. */
  present(): Original
  /** Fills a new content step by step. Then `use` makes it that of the site, or of a snapshot, in one step. */
  fill<T>(source: Source, use: (content: number) => T): Steps<T>
  /** The same for several contents, which become that in the same step. */
  fillAll<T>(sources: readonly Source[], use: (contents: number[]) => T): Steps<T>
  /** Makes a content that of the site, and removes the one before. */
  setContent(content: number): void
  /** A content that the site goes back to, or that of a snapshot. */
  reader(content: number): ContentReader
  /** About how many bytes a content takes. */
  contentBytes(content: number): Steps<number>

  creation(): CreationRecord
  /** What a reset goes back to; undefined when there is nothing. @throws {NotFound} when the site was removed */
  template(): Template | undefined
  setTemplate(template: Template | null): void
  /** The state of the site's clock, as JSON; null when it follows the system clock. */
  clock(): string | null
  setClock(value: string | null): void
  faults(): FaultRecord[]
  /** How many fault rules were ever added, counting one more: the number of the next rule. */
  nextFault(): number
  faultsAdded(): number
  setFaultsAdded(count: number): void
  addFault(fault: FaultRecord): void
  /** Stores how often a rule was seen and used. */
  countFault(fault: FaultRecord): void
  /** @returns whether there was one */
  removeFault(id: string): boolean
  clearFaults(): void
  /** By name. */
  snapshots(): SnapshotRecord[]
  addSnapshot(snapshot: SnapshotRecord): void
  /** @returns whether there was one */
  removeSnapshot(name: string): boolean

  /** Makes several writes one: all of them happen, or none. */
  atomically<T>(writes: () => T): T
  /** Removes the contents that no site needs any more. */
  removeUnused(): Steps<void>
}

type Tables = ReturnType<typeof prepareTables>

/** Every statement of the store. */
export function prepareTables(db: Db) {
  const participations = participationTables(db)
  const journeys = journeyTables(db)
  const members = memberTables(db, participations)
  return {
    sites: siteTable(db),
    journeys,
    participations,
    members,
    contents: contentTables(db, journeys, members),
    faults: faultTable(db),
    snapshots: snapshotTable(db),
    overview: overviewStatements(db),
  }
}

/** How often something of a site was written. */
export interface Writes {
  any: number
  journeys: number
}

/** Binds the site's key into every statement: the one place where the tenant is chosen. */
export function bindSite(
  db: Db,
  tables: Tables,
  atomically: SiteStore['atomically'],
  writes: Writes,
  { site_key: key, ...created }: SiteRow,
): SiteStore {
  const { sites, journeys, participations, members, contents, faults, snapshots, overview } = tables
  const { site_id } = created

  function checkSite(): void {
    if (!sites.get(key)) throw new NotFound(`the site ${site_id} was removed`)
  }

  /** A write to what a test controls: clock, faults and snapshots. */
  function change<T>(write: () => T): T {
    writes.any++
    return atomically(() => {
      checkSite()
      return write()
    })
  }
  /** A write to the content. */
  function write<T>(write: () => T): T {
    return change(() => {
      sites.bumpRevision(key)
      return write()
    })
  }

  function writeJourneys<T>(writeAll: () => T): T {
    writes.journeys++
    return write(writeAll)
  }

  /** Keeps what is read until the next write. */
  function memo<T>(kind: keyof Writes, read: () => T): () => T {
    let known: { at: number; value: T } | undefined
    return () => {
      // What is read within a transaction may be rolled back.
      if (db.inTransaction) return read()
      if (known?.at !== writes[kind]) known = { at: writes[kind], value: read() }
      return known.value
    }
  }
  const ofSite = <T>(read: () => T): (() => T) => memo('any', read)
  const ofJourneys = <T>(read: () => T): (() => T) => memo('journeys', read)

  const site = ofSite(() => sites.get(key) ?? created)
  /** The key of the content that the site shows. */
  const shown = ofSite(() => sites.content(key))
  const readerOf = (contentKey: () => number): ContentReader => ({
    journeyIds: () => journeys.ids(contentKey()),
    journey: id => journeys.get(contentKey(), id.toLowerCase()),
    emails: limit => members.emails(contentKey(), limit),
    emailPages: size => members.emailPages(contentKey(), size),
    member: email => members.get(contentKey(), email),
  })

  const memberBy =
    <P>(read: (contentKey: number, memberKey: number) => P[]) =>
    (email: string): MemberWith<P> | undefined => {
      const contentKey = shown()
      const member = members.find(contentKey, email)
      if (!member) return undefined
      const { member_key, status, extra } = member
      return { ...extensionIn(extra), status, participations: read(contentKey, member_key) }
    }
  const memberWithParticipations = memberBy(participations.detailsOf)

  return {
    ...readerOf(shown),
    get site() {
      return site()
    },
    revision: () => sites.revision(key),
    ofJourneys,
    ofSite,
    counts: () => ({ journeys: journeys.count(shown()), members: members.count(shown()) }),

    journeys: ofJourneys(() => journeys.list(shown())),
    eventNames: limit => overview.eventNames(shown(), limit),
    journeyCount: (id, now) => overview.journey(shown(), id.toLowerCase(), now),
    passedCount: (journeyId, nodeId) => overview.passed(shown(), journeyId, nodeId),
    openParticipations: (journeyId, page) => overview.open(shown(), journeyId, page),
    memberSlices: size => members.slices(shown(), size),
    emailOf: memberKey => overview.emailOf(shown(), memberKey),
    nextMoments: now => overview.moments(shown(), now),
    heldCount: now => overview.countHeld(shown(), now),
    heldRewards: between => overview.held(shown(), between),
    expiring: between => overview.expiring(shown(), between),
    expiringCount: between => overview.expiringCount(shown(), between),
    putJourney: journey => writeJourneys(() => journeys.replace(shown(), journey)),
    removeJourney: id =>
      writeJourneys(() => {
        participations.removeFromJourney(shown(), id.toLowerCase())
        return journeys.remove(shown(), id.toLowerCase())
      }),
    usedNodes: journeyId => participations.usedNodes(shown(), journeyId.toLowerCase()),

    memberState: email => members.state(shown(), email),
    participations: email => memberWithParticipations(email)?.participations,
    memberWithParticipations,
    memberWithSummaries: memberBy(participations.summariesOf),
    memberPage: page => overview.members(shown(), page),
    memberCount: search => overview.memberCount(shown(), search),
    holderOf: participationId => participations.holderOf(shown(), participationId),
    putMember: member => write(() => members.replace(shown(), member)),
    appendEvents: change => write(() => members.append(shown(), change)),
    removeMember: email => write(() => members.remove(shown(), email)),

    rename: site => write(() => sites.rename(key, site)),
    present: () => ({ content: sites.content(key), revision: sites.revision(key) }),
    fill: contents.fill,
    fillAll: contents.fillAll,
    setContent: content =>
      writeJourneys(() => {
        contents.release(sites.content(key))
        sites.setContent(key, content)
      }),
    reader: content => readerOf(() => content),
    contentBytes: contents.bytes,

    creation: () => sites.creation(key),
    template() {
      checkSite()
      return sites.template(key)
    },
    setTemplate: template =>
      change(() => {
        contents.release(sites.template(key)?.content ?? 0)
        sites.setTemplate(key, template)
      }),
    clock: () => sites.clock(key),
    setClock: value => change(() => sites.setClock(key, value)),
    faults: () => faults.list(key),
    nextFault: () => change(() => faults.next(key)),
    faultsAdded: () => faults.added(key),
    setFaultsAdded: count => change(() => faults.setAdded(key, count)),
    addFault: fault => change(() => faults.insert(key, fault)),
    countFault: fault => change(() => faults.count(key, fault)),
    removeFault: id => change(() => faults.remove(key, id)),
    clearFaults: () => change(() => faults.clear(key)),
    snapshots: () => snapshots.list(key),
    addSnapshot: snapshot => change(() => snapshots.insert(key, snapshot)),
    removeSnapshot: name =>
      change(() => {
        const removed = snapshots.remove(key, name)
        if (removed !== undefined) contents.release(removed)
        return removed !== undefined
      }),
    atomically,
    removeUnused: contents.removeUnused,
  }
}
