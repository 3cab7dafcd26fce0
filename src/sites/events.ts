import { type Static, Type } from '@sinclair/typebox'
import { InvalidTime, parseTime } from '../clock.ts'
import { Email, foldEmail, Timestamp } from '../contract/formats.ts'
import { Outcome } from '../contract/outcome.ts'
import type { HistoryRecord } from '../contract/records.ts'
import { handleEvent } from '../engine/handle-event.ts'
import { Conflict, NotFound } from '../errors.ts'
import type { Graphs } from '../seed/derive-participations.ts'
import { participationIds } from '../seed/ids.ts'
import type { MemberChange, MemberState, SiteStore } from '../store/store.ts'
import { atOnce, computeInTurns } from '../store/turns.ts'
import { checkInput } from '../validation.ts'
import type { SiteClock } from './site-clock.ts'

/** The most events of one batch. */
export const MOST_EVENTS = 10_000

const newEvent = {
  event: Type.String({
    minLength: 1,
    maxLength: 200,
    description: 'What the member does',
    examples: ['purchase'],
  }),
  attributes: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description: 'Details of the event, which criteria can ask for ({})',
    }),
  ),
  at: Type.Optional(
    Type.String({
      description:
        "When: a vendor timestamp or RFC 3339, not before the member's last event (the present of the site)",
    }),
  ),
}

/** An event of a member. */
export const NewEvent = Type.Object(newEvent, {
  additionalProperties: false,
  title: 'NewEvent',
  description: 'Something a member does',
  examples: [{ event: 'purchase', attributes: { amount: 60 } }],
})
export type NewEvent = Static<typeof NewEvent>

/** An event of a batch, which may be of any member. */
export const NewMemberEvent = Type.Object(
  { email: Email({ description: 'The member' }), ...newEvent },
  {
    additionalProperties: false,
    title: 'NewMemberEvent',
    description: 'Something a member does, and which member',
  },
)
export type NewMemberEvent = Static<typeof NewMemberEvent>

export const EventResult = Type.Object(
  {
    email: Type.String(),
    event: Type.String(),
    at: Timestamp({ description: 'When' }),
    created: Type.Boolean({ description: 'Whether the event created the member' }),
    outcomes: Type.Array(Outcome, {
      description: 'What the event did, participation by participation, or why it did nothing',
    }),
  },
  { title: 'EventResult', description: 'The effect of an event' },
)
export type EventResult = Static<typeof EventResult>

export interface Events {
  /**
   * Sends an event of a member, who is created when unknown.
   * @throws {Conflict} when `at` is before the member's last event, or in the site's future; {Invalid | InvalidTime}
   */
  post(email: string, event: NewEvent): EventResult
  /**
   * Sends events of any members, in this order: all of them take effect, or none. A long batch lets other requests in
   * between.
   * @throws as `post`, naming the event
   */
  postAll(events: readonly NewMemberEvent[]): Promise<EventResult[]>
  /** The events of a member, oldest first. @throws {NotFound} */
  history(email: string): HistoryRecord[]
}

/** What some events change of their members, and the effect of each event. Nothing is stored yet. */
interface Batch {
  changes: Iterable<MemberChange>
  results: EventResult[]
}

export function siteEvents(store: SiteStore, clock: SiteClock, graphs: Graphs): Events {
  const isTaken = (participationId: string) => store.holderOf(participationId) !== undefined

  /** Yields after every event. */
  function* compute(events: readonly NewMemberEvent[]): Generator<void, Batch> {
    const now = clock.now()
    const journeys = graphs()
    const changes = new Map<string, MemberChange>()
    const results: EventResult[] = []
    for (const [i, { email, event, attributes = {}, at: given }] of events.entries()) {
      const folded = foldEmail(email)
      const earlier = changes.get(folded)
      const before = earlier ? earlier.before : store.memberState(email)
      const known = earlier?.after ?? before
      const member = known ?? newMember(email)
      const at = timeOf(member, given, now, events.length > 1 ? `/events/${i}: ` : '')
      const past: HistoryRecord = { event, attributes, at }
      const { participations, outcomes } = handleEvent({
        journeys,
        member,
        event: past,
        newId: participationIds(member.email, isTaken),
      })
      const after = { ...member, participations, last_event_at: at }
      if (earlier) Object.assign(earlier, { after }).events.push(past)
      else changes.set(folded, { before, after, events: [past] })
      results.push({ email: member.email, event, at, created: known === undefined, outcomes: [...outcomes] })
      yield
    }
    return { changes: changes.values(), results }
  }

  function save({ changes, results }: Batch): EventResult[] {
    store.atomically(() => {
      for (const change of changes) store.appendEvents(change)
    })
    return results
  }

  return {
    post(email, event) {
      checkInput('event', NewMemberEvent, { email, ...event })
      return save(atOnce(compute([{ email, ...event }])))[0] as EventResult
    },
    async postAll(events) {
      checkInput('batch', Type.Array(NewMemberEvent, { maxItems: MOST_EVENTS }), events)
      return save(await computeInTurns(store, () => compute(events)))
    },
    history(email) {
      const member = store.member(email)
      if (!member) throw new NotFound(`there is no member ${email}`)
      return member.history
    },
  }
}

const newMember = (email: string): MemberState => ({
  email,
  status: 'active',
  attributes: {},
  participations: [],
  last_event_at: null,
})

/** When an event happens; `place` is its pointer in the batch. */
function timeOf(
  { email, last_event_at: last }: MemberState,
  given: string | undefined,
  now: string,
  place: string,
): string {
  const at = given === undefined ? now : timeIn(given, place)
  if (at > now) {
    throw new Conflict(
      `${place}${at} is in the future of the site, which is at ${now}; advance its clock first`,
    )
  }
  if (last === null || at >= last) return at
  throw new Conflict(
    `${place}${at} is before the last event of ${email}, at ${last}; send events in their order`,
  )
}

function timeIn(text: string, place: string): string {
  try {
    return parseTime(text)
  } catch (error) {
    if (error instanceof InvalidTime) throw new InvalidTime(`${place}${error.message}`)
    throw error
  }
}
