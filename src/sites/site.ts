import { type SignedRequest, sign } from '../auth/sign.ts'
import type { Clock } from '../clock.ts'
import type { GraphRecord } from '../contract/records.ts'
import { compileJourney } from '../engine/graph.ts'
import { Conflict } from '../errors.ts'
import { fromDocument } from '../seed/export.ts'
import type { SeedDocument } from '../seed/schema.ts'
import type { SeedInput } from '../seed/schema-input.ts'
import type { FaultRecord } from '../store/records.ts'
import type { SiteStore } from '../store/store.ts'
import type { AnswerBodies } from './answer-bodies.ts'
import { type Content, siteContent } from './content.ts'
import { type EventResult, type Events, siteEvents } from './events.ts'
import { type Faults, siteFaults } from './faults.ts'
import { createJournal, type Journal } from './journal.ts'
import { giveMember, type MemberState, type StateValues } from './provider-states.ts'
import { createCoverage, type ReadableCoverage } from './report.ts'
import { type SiteClock, siteClock } from './site-clock.ts'
import { BEFORE_STATES, type Snapshots, siteSnapshots } from './snapshots.ts'

/** A site with every kind of state it has: the unit of isolation. All of it is made here, and reset here. */
export interface Site {
  readonly site_id: string
  readonly name: string
  readonly secret: string
  /**
   * Signs a request about this journey id or email; without one, for the list of journeys. The token expires in an hour,
   * or in so many seconds. @throws {Invalid} when the identifier is not valid Unicode
   */
  sign(identifier?: string, expiresIn?: number): SignedRequest
  /** The headers of the same. */
  headersFor(identifier?: string, expiresIn?: number): Record<string, string>
  readonly store: SiteStore
  readonly content: Content
  readonly events: Events
  /** A member, by email, for a test to let things happen to: `site.member(email).did('purchase', { amount: 40 })`. */
  member(email: string): {
    did(event: string, attributes?: Record<string, unknown>, at?: string): EventResult
    /**
     * Puts the member into a state, in a journey that is created unless `journey_id` names one:
     * `site.member(email).has('a held reward')`. @returns what the state is about, such as `journey_id` @throws {Invalid}
     */
    has(state: MemberState, params?: { journey_id?: string }): StateValues
  }
  readonly clock: SiteClock
  readonly faults: Faults
  /** The last requests that named this site. */
  readonly requests: Journal
  readonly snapshots: Snapshots
  /** What has been exercised since the last reset. */
  readonly coverage: ReadableCoverage
  /** All of the state but the journal. */
  readonly state: { save(): SiteState; load(state: SiteState): void }
  /** The site's time as a vendor timestamp. */
  now(): string
  /** The seed that the site goes back to. @throws {Conflict} when it has none */
  seed(): SeedDocument
  /** Keeps the seed as a template, from which the site is reset and cloned. @throws {Conflict} when it has none */
  prepareTemplate(): void
  /** As `reset`, but for the journal. */
  resetState(): void
  /** Back to the seed the site was created from: data, clock, faults and journal. @throws {Conflict} when it has none */
  reset(): void
  /**
   * Replaces the data by another seed, which a reset goes back to from then on. Clock, faults and journal stay.
   * @throws {SeedError} with every fault, having changed nothing
   */
  reseed(document: SeedInput): void
}

const AN_HOUR = 3600

/** What a snapshot holds and a reset sets back. */
export interface SiteState {
  data: SeedDocument
  clock: string | null
  faults: FaultRecord[]
  /** How many rules were ever added, from which the next one gets its id. */
  fault_count: number
}

export interface SiteOptions {
  /** How many requests the journal of each site keeps. */
  journalSize: number
  /** The bodies of answers, of all sites. */
  bodies: AnswerBodies
  /** The vendor timestamp at which the clock is frozen at first; the system clock without it. */
  start?: string | undefined
}

export function createSite(
  store: SiteStore,
  systemClock: Clock,
  { journalSize, bodies, start }: SiteOptions,
): Site {
  const clock = siteClock(store, systemClock, start)
  const coverage = createCoverage()
  const faults = siteFaults(store, fault => coverage.recordUnused(fault))
  const requests = createJournal(journalSize, bodies)
  const { now } = clock
  const graphs = store.ofJourneys(() =>
    store.journeys().map(({ id }) => compileJourney(store.journey(id) as GraphRecord)),
  )
  const content = siteContent(store, graphs, now)
  const events = siteEvents(store, clock, graphs)

  const save = (): SiteState => ({
    data: content.read(),
    clock: store.clock(),
    faults: store.faults(),
    fault_count: store.faultsAdded(),
  })
  function load({ data, ...state }: SiteState): void {
    store.atomically(() => {
      setState(state)
      content.load(data)
    })
  }
  function setState({ clock, faults, fault_count }: Omit<SiteState, 'data'>): void {
    store.setClock(clock)
    store.clearFaults()
    for (const rule of faults) store.addFault(rule)
    store.setFaultsAdded(fault_count)
  }

  function seed(): SeedDocument {
    const { origin } = store.origin()
    if (origin === null) throw new Conflict(`the site ${store.site.site_id} has no seed to go back to`)
    return JSON.parse(origin)
  }

  function prepareTemplate(): void {
    if (store.hasTemplate()) return
    const document = seed()
    const { site, ...content } = fromDocument(document)
    store.setTemplate(site, { ...content, document: () => JSON.stringify(document) })
  }

  function resetState(): void {
    store.atomically(() => {
      prepareTemplate()
      store.restoreTemplate()
      setState({ clock: null, faults: [], fault_count: 0 })
      store.removeSnapshot(BEFORE_STATES)
    })
  }

  const signRequest: Site['sign'] = (identifier, expiresIn = AN_HOUR) => {
    const exp = Math.floor(clock.tokenNow() / 1000) + expiresIn
    return sign({ ...store.site, identifier, exp, sub: store.site.name })
  }

  return {
    get site_id() {
      return store.site.site_id
    },
    get name() {
      return store.site.name
    },
    get secret() {
      return store.site.secret
    },
    sign: signRequest,
    headersFor: (identifier, expiresIn) => signRequest(identifier, expiresIn).headers,
    store,
    content,
    events,
    member: email => ({
      did: (event, attributes = {}, at) =>
        events.post(email, { event, attributes, ...(at !== undefined && { at }) }),
      has: (state, params) => giveMember({ store, content, faults, now }, state, { ...params, email }),
    }),
    clock,
    faults,
    requests,
    coverage,
    snapshots: siteSnapshots(store, { save, load }, systemClock.now),
    now,
    state: { save, load },
    seed,
    prepareTemplate,
    resetState,
    reset() {
      resetState()
      requests.clear()
      coverage.clear()
    },
    reseed(document) {
      store.atomically(() => {
        content.replace(document)
        store.setOrigin({ ...store.creation(), origin: JSON.stringify(content.read()) })
        store.removeSnapshot(BEFORE_STATES)
      })
    },
  }
}
