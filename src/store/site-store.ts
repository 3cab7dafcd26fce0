import type { GraphRecord, JourneyRecord, MemberRecord, SiteRecord } from '../contract/records.ts'
import { type Extended, extensionOf } from '../contract/schemas.ts'
import { NotFound } from '../errors.ts'
import type { Db } from './database.ts'
import { extensionIn } from './extensions.ts'
import { journeyTables } from './journeys.ts'
import { type MemberChange, type MemberState, memberTables } from './members.ts'
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
import type { CreationRecord, FaultRecord, OriginRecord, SnapshotRecord } from './records.ts'
import { type SiteRow, siteTable } from './sites.ts'
import { type SeedContent, templateTables } from './templates.ts'
import { faultTable, snapshotTable } from './test-state.ts'

/** A member with participations, and with properties beyond the contract. */
export type MemberWith<P> = Extended & Pick<MemberRecord, 'status'> & { participations: P[] }

/**
 * Everything stored about one site; there is no way to reach another site's through it. A write happens whole or not at
 * all. @throws {NotFound} for a write to a site that was removed; {StorageFull | StorageReadOnly | StoreError}
 */
export interface SiteStore {
  /** As it is now; a rename changes it. */
  readonly site: SiteRecord
  /** Grows with every write to the content of this site, and with no other. */
  revision(): number
  /** A function that gives what `read` makes of the journeys, and calls it again only after they have changed. */
  ofJourneys<T>(read: () => T): () => T
  /** How many journeys and members there are. */
  counts(): { journeys: number; members: number }

  /** In the order of creation, then id. */
  journeys(): JourneyRecord[]
  /** Found without regard to case. */
  journey(id: string): GraphRecord | undefined
  /** How many members are how far in a journey; undefined when there is none with this id. `now` is a vendor timestamp. */
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
  heldRewards(between: Between & { limit: number }): HeldReward[]
  /** At most `limit` of the participations that expire after `now` and not after `until`, and how many there are. */
  expiring(between: Between & { limit: number }): ExpiringParticipation[]
  expiringCount(between: Between): number
  /** The names of at most `limit` events that some step waits for, or that block a reward, in their order. */
  eventNames(limit: number): string[]
  /** The journey ids in the order of insertion. */
  journeyIds(): string[]
  /** Members keep what they completed at nodes that stay. Those that go must not be among `usedNodes`. */
  putJourney(journey: GraphRecord): void
  /** Removes a journey, found without regard to case, with its participations. @returns whether there was one */
  removeJourney(id: string): boolean
  /** The nodes of a journey at which members have completed an event, reached a reward, or wait. */
  usedNodes(journeyId: string): UsedNode[]

  /** The emails, as they were given, of at most `limit` members in the order of insertion. */
  emails(limit?: number): string[]
  /** A member as it was put in, found without regard to case. */
  member(email: string): MemberRecord | undefined
  /** The same, with the time of the last event in place of the history. */
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

  /** Replaces all journeys and members, or none. */
  replaceContent(journeys: GraphRecord[], members: MemberRecord[]): void
  rename(site: Omit<SiteRecord, 'site_id'>): void

  /** The seed document that a reset goes back to, and when the site was created. */
  origin(): OriginRecord
  setOrigin(origin: OriginRecord): void
  /** The same without the document, which may be long. */
  creation(): CreationRecord
  /** What the site is in its origin. */
  originSite(): SiteRecord
  /** Whether the content of the origin is kept as a template. */
  hasTemplate(): boolean
  /** Keeps the content of the origin as a template, which a reset copies. `site` is what the site is in the origin. */
  setTemplate(site: SiteRecord, content: SeedContent): void
  /** Goes back to the template of another site from now on. `site` is what this site is there. */
  shareTemplate(site: SiteRecord, original: string): void
  /** Replaces all journeys and members by copies of those of the template, and names the site as the origin does. */
  restoreTemplate(): void
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
  snapshots(): Omit<SnapshotRecord, 'content'>[]
  snapshot(name: string): string | undefined
  /** How many bytes the snapshots take together. */
  snapshotBytes(): number
  addSnapshot(snapshot: SnapshotRecord): void
  removeSnapshot(name: string): boolean

  /** Makes several writes one: all of them happen, or none. */
  atomically<T>(writes: () => T): T
}

export type Tables = ReturnType<typeof prepareTables>

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
    templates: templateTables(db, journeys, members),
    faults: faultTable(db),
    snapshots: snapshotTable(db),
    overview: overviewStatements(db),
  }
}

/** Binds the site's key into every statement: the one place where the tenant is chosen. */
export function bindSite(
  db: Db,
  tables: Tables,
  atomically: SiteStore['atomically'],
  { site_key: key, ...created }: SiteRow,
): SiteStore {
  const { sites, journeys, participations, members, templates, faults, snapshots, overview } = tables
  const { site_id } = created
  let journeyChanges = 0

  /** A write to what a test controls: clock, faults and snapshots. */
  function change<T>(writes: () => T): T {
    return atomically(() => {
      if (!sites.get(key)) throw new NotFound(`the site ${site_id} was removed`)
      return writes()
    })
  }
  /** A write to the content. */
  function write<T>(writes: () => T): T {
    return change(() => {
      sites.bumpRevision(key)
      return writes()
    })
  }

  function writeJourneys<T>(writes: () => T): T {
    journeyChanges++
    return write(writes)
  }

  const memberBy =
    <P>(read: (memberKey: number) => P[]) =>
    (email: string): MemberWith<P> | undefined => {
      const member = members.find(key, email)
      if (!member) return undefined
      const { member_key, status, extra } = member
      return { ...extensionIn(extra), status, participations: read(member_key) }
    }
  const memberWithParticipations = memberBy(participations.detailsOf)

  return {
    get site() {
      return sites.get(key) ?? created
    },
    revision: () => sites.revision(key),
    ofJourneys(read) {
      let memo: { changes: number; value: ReturnType<typeof read> } | undefined
      return () => {
        // What is read within a transaction may be rolled back.
        if (db.inTransaction) return read()
        if (memo?.changes !== journeyChanges) memo = { changes: journeyChanges, value: read() }
        return memo.value
      }
    },
    counts: () => ({ journeys: journeys.count(key), members: members.count(key) }),

    journeys: () => journeys.list(key),
    journey: id => journeys.get(key, id.toLowerCase()),
    eventNames: limit => overview.eventNames(key, limit),
    journeyCount: (id, now) => overview.journey(key, id.toLowerCase(), now),
    passedCount: (journeyId, nodeId) => overview.passed(key, journeyId, nodeId),
    openParticipations: (journeyId, page) => overview.open(key, journeyId, page),
    emailOf: participationKey => overview.emailOf(key, participationKey),
    nextMoments: now => overview.moments(key, now),
    heldCount: now => overview.countHeld(key, now),
    heldRewards: between => overview.held(key, between),
    expiring: between => overview.expiring(key, between),
    expiringCount: between => overview.expiringCount(key, between),
    journeyIds: () => journeys.ids(key),
    putJourney: journey => writeJourneys(() => journeys.replace(key, journey)),
    removeJourney: id =>
      writeJourneys(() => {
        participations.removeFromJourney(key, id.toLowerCase())
        return journeys.remove(key, id.toLowerCase())
      }),
    usedNodes: journeyId => participations.usedNodes(key, journeyId.toLowerCase()),

    emails: limit => members.emails(key, limit),
    member: email => members.get(key, email),
    memberState: email => members.state(key, email),
    participations: email => memberWithParticipations(email)?.participations,
    memberWithParticipations,
    memberWithSummaries: memberBy(participations.summariesOf),
    memberPage: page => overview.members(key, page),
    memberCount: search => overview.memberCount(key, search),
    holderOf: participationId => participations.holderOf(key, participationId),
    putMember: member => write(() => members.replace(key, member)),
    appendEvents: change => write(() => members.append(key, change)),
    removeMember: email => write(() => members.remove(key, email)),

    replaceContent: (newJourneys, newMembers) =>
      writeJourneys(() => {
        templates.clear(key)
        for (const journey of newJourneys) journeys.insert(key, journey)
        for (const member of newMembers) members.insert(key, member)
      }),
    rename: ({ name, secret, ...rest }) =>
      write(() => sites.rename(key, { site_id, name, secret, ...extensionOf(rest) })),

    origin: () => ({ origin: sites.origin(key), ...sites.creation(key) }),
    creation: () => sites.creation(key),
    setOrigin: ({ origin, ...creation }) =>
      change(() => {
        sites.setCreation(key, creation)
        templates.set(key, null)
        if (origin === null) sites.removeOrigin(key)
        else sites.setOrigin(key, JSON.parse(origin).site, origin)
        templates.removeUnused()
      }),
    originSite: () => sites.originSite(key),
    hasTemplate: () => templates.keyOf(key) !== undefined,
    setTemplate: (site, content) =>
      change(() => {
        templates.set(key, templates.of(content))
        sites.setOrigin(key, site, null)
      }),
    shareTemplate: (site, original) =>
      change(() => {
        templates.set(key, templates.keyOf(sites.find(original)?.site_key ?? 0) ?? null)
        sites.setOrigin(key, site, null)
      }),
    restoreTemplate: () =>
      writeJourneys(() => {
        const template = templates.keyOf(key)
        if (template === undefined) throw new Error(`the site ${site_id} has no template`)
        templates.clear(key)
        templates.copy(template, key)
        sites.rename(key, sites.originSite(key))
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
    snapshot: name => snapshots.content(key, name),
    snapshotBytes: () => snapshots.bytes(key),
    addSnapshot: snapshot => change(() => snapshots.insert(key, snapshot)),
    removeSnapshot: name => change(() => snapshots.remove(key, name)),
    atomically,
  }
}
