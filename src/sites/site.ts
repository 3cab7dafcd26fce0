import { type SignedRequest, sign } from '../auth/sign.ts'
import type { Clock } from '../clock.ts'
import type { GraphRecord, SiteRecord } from '../contract/records.ts'
import { compileJourney } from '../engine/graph.ts'
import { Conflict } from '../errors.ts'
import type { SeedInput } from '../seed/schema-input.ts'
import type { Original } from '../store/contents.ts'
import type { Template } from '../store/sites.ts'
import type { FaultRecord, SiteStore } from '../store/store.ts'
import { type LongWrite, longWrite } from '../store/turns.ts'
import type { AnswerBodies } from './answer-bodies.ts'
import { type Content, siteContent } from './content.ts'
import { type EventResult, type Events, siteEvents } from './events.ts'
import { type Faults, siteFaults } from './faults.ts'
import { createJournal, type Journal } from './journal.ts'
import { giveMember, type MemberState, type StateValues } from './provider-states.ts'
import { createCoverage, type ReadableCoverage } from './report.ts'
import { type SiteClock, siteClock } from './site-clock.ts'
import { BEFORE_STATES, type SnapshotSteps, siteSnapshots } from './snapshots.ts'

/** A site with every kind of state it has: the unit of isolation. All of it is made here, and reset here. */
export interface Site extends SnapshotSteps {
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
  /** A member, by email, to send events of: `site.member(email).did('purchase', { amount: 40 })`. */
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
  /** What has been exercised since the last reset. */
  readonly coverage: ReadableCoverage
  /** What the site is beside its content and its journal. */
  readonly state: {
    save(): SiteState
    /** Sets all of it, and makes a content that of the site, in one step. */
    load(state: SiteState, content: number): void
  }
  /** The site's time as a vendor timestamp. */
  now(): string
  /** The content that a reset copies. @throws {Conflict} when there is none */
  template(): Original
  /** Does what is a reset beside copying the template, and clearing the journal. */
  goBack(content: number): void
  /** Back to the seed the site was created from: data, clock, faults and journal. @throws {Conflict} when it has none */
  reset: LongWrite<[], void>
  /**
   * Replaces the data by another seed, which a reset goes back to from then on. Clock, faults and journal stay.
   * @throws {SeedError} with every issue, having changed nothing
   */
  reseed(document: SeedInput): void
}

const AN_HOUR = 3600

/** What a snapshot holds and a reset sets back, beside the content. */
export interface SiteState {
  site: SiteRecord
  clock: string | null
  faults: FaultRecord[]
  /** How many rules were ever added, from which the next one gets its id. */
  fault_count: number
}

interface SiteOptions {
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
    site: store.site,
    clock: store.clock(),
    faults: store.faults(),
    fault_count: store.faultsAdded(),
  })
  function load({ site, clock, faults, fault_count }: SiteState, content: number): void {
    store.setContent(content)
    store.rename(site)
    store.setClock(clock)
    store.clearFaults()
    for (const rule of faults) store.addFault(rule)
    store.setFaultsAdded(fault_count)
  }

  function templateRecord(): Template {
    const template = store.template()
    if (template) return template
    throw new Conflict(`the site ${store.site.site_id} has no seed to go back to`)
  }
  const template = (): Original => ({ content: templateRecord().content })
  function goBack(content: number): void {
    load({ site: templateRecord().site, clock: null, faults: [], fault_count: 0 }, content)
    store.removeSnapshot(BEFORE_STATES)
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
    ...siteSnapshots(store, { save, load }, systemClock.now),
    now,
    state: { save, load },
    template,
    goBack,
    reset: longWrite(
      store,
      () => store.fill(template, goBack),
      () => {
        requests.clear()
        coverage.clear()
      },
    ),
    reseed: longWrite(store, function* (document) {
      content.replace(document)
      yield* store.fill(store.present, content => store.setTemplate({ content, site: store.site }))
      store.removeSnapshot(BEFORE_STATES)
    }),
  }
}
