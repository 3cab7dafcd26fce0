import { instantOf, timestampOf } from '../clock.ts'
import { foldEmail } from '../contract/formats.ts'
import type { Outcome } from '../contract/outcome.ts'
import { compileJourney, type JourneyGraph } from '../engine/graph.ts'
import { handleEvent } from '../engine/handle-event.ts'
import { Conflict, NotFound } from '../errors.ts'
import { type Graphs, toOccurrence } from '../seed/derive-participations.ts'
import { participationId } from '../seed/ids.ts'
import type { GraphRecord, HistoryRecord, MemberRecord } from '../store/records.ts'
import type { SiteStore } from '../store/store.ts'
import type { SiteClock } from './site-clock.ts'

/** How many events may be posted at once. */
export const MOST_EVENTS = 10_000

/** Something a member does. */
export interface NewEvent {
  /** For example `purchase`. */
  event: string
  /** What is to be known of it, for criteria to ask. */
  attributes?: Record<string, unknown>
  /** A vendor timestamp or RFC 3339; the present of the site, when left out. */
  at?: string
}

/** What came of an event. */
export interface EventResult {
  email: string
  event: string
  at: string
  /** Whether the member was not known before. */
  created: boolean
  outcomes: readonly Outcome[]
}

export interface Events {
  /**
   * Lets something happen to a member, who is created when unknown.
   * @throws {Conflict} when `at` lies before the member's last event, or in the site's future; {InvalidTime}
   */
  post(email: string, event: NewEvent): EventResult
  /** Several events of any members, in this order: all of them happen, or none. @throws as `post`, naming the event */
  postAll(events: readonly (NewEvent & { email: string })[]): EventResult[]
  /** What a member did, oldest first. @throws {NotFound} */
  history(email: string): HistoryRecord[]
}

/** The journeys of a site in the form in which events are handled, made anew only after a journey has changed. */
export function siteGraphs(store: SiteStore): Graphs {
  let compiled: { version: number; graphs: JourneyGraph[] } | undefined
  return () => {
    const version = store.graphVersion()
    if (compiled?.version !== version) {
      const graphs = store.journeys().map(({ id }) => compileJourney(store.journey(id) as GraphRecord))
      compiled = { version, graphs }
    }
    return compiled.graphs
  }
}

/** The events of a site's members. */
export function siteEvents(store: SiteStore, clock: SiteClock, graphs: Graphs): Events {
  function postAll(events: readonly (NewEvent & { email: string })[]): EventResult[] {
    const touched = new Map<string, MemberRecord>()
    const results = events.map((event, i) => {
      try {
        const folded = foldEmail(event.email)
        const known = touched.get(folded) ?? store.member(event.email)
        const { member, ...result } = happen(known, event)
        touched.set(folded, member)
        return result
      } catch (error) {
        if (error instanceof Conflict && events.length > 1)
          throw new Conflict(`/events/${i}: ${error.message}`)
        throw error
      }
    })
    store.atomically(() => {
      for (const member of touched.values()) store.putMember(member)
    })
    return results
  }

  function happen(
    known: MemberRecord | undefined,
    { email, event, attributes = {}, at }: NewEvent & { email: string },
  ) {
    const member = known ?? { email, attributes: {}, participations: [], history: [] }
    const past: HistoryRecord = { event, attributes, at: timeOf(member, at) }
    const { participations, outcomes } = handleEvent({
      journeys: graphs(),
      member,
      event: toOccurrence(past),
      newId: journeyId => participationId(member.email, journeyId),
    })
    const after = { ...member, participations, history: [...member.history, past] }
    return { member: after, email: member.email, event, at: past.at, created: known === undefined, outcomes }
  }

  function timeOf({ email, history }: MemberRecord, given: string | undefined): string {
    const now = clock.now()
    const instant = given === undefined ? now : instantOf(given)
    const at = given !== undefined && /\.\d{6}$/.test(given) ? given : timestampOf(instant)
    const last = history.at(-1)?.at
    if (instant > now) {
      throw new Conflict(
        `${at} is in the future of the site, which is at ${timestampOf(now)}; advance its clock first`,
      )
    }
    if (last === undefined || last <= at) return at
    // Within the same millisecond the clock cannot tell what came first.
    if (given === undefined && instantOf(last) === instant) return last
    throw new Conflict(`${at} is before the last event of ${email}, at ${last}; events happen in their order`)
  }

  return {
    post: (email, event) => postAll([{ ...event, email }])[0] as EventResult,
    postAll,
    history(email) {
      const member = store.member(email)
      if (!member) throw new NotFound(`there is no member ${email}`)
      return member.history
    },
  }
}
