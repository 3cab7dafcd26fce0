import { type Static, Type } from '@sinclair/typebox'
import { OneOf } from '../contract/formats.ts'
import type { SiteStore } from '../store/store.ts'

/** What changes by itself when the clock of a site moves: holds and journeys end, journeys start. */

const text = (description: string) => Type.String({ description })
const orNull = (description: string) => Type.Union([Type.String(), Type.Null()], { description })

export const ClockChange = Type.Object(
  {
    kind: OneOf(['reward', 'participation', 'journey'], { description: 'What changed' }),
    at: text('When: a vendor timestamp'),
    email: orNull('The member; null for a journey'),
    journey_id: text('The journey'),
    journey_name: text('What the journey is called'),
    reward: orNull('What the reward is called; null for anything else'),
    before: text('The status before'),
    after: text('The status after'),
    message: text('The same, as a sentence'),
  },
  { title: 'ClockChange', description: 'Something that changed because the clock moved' },
)
export type ClockChange = Static<typeof ClockChange>

/** The first changes are listed; on a big site there may be a hundred thousand. */
const LISTED = 100

/** What changed after `from` and until `to`, both vendor timestamps; `more` counts what is not listed. */
export function changesBetween(
  store: SiteStore,
  from: string,
  to: string,
): { changes: ClockChange[]; more: number } {
  const changes = [
    ...issuedRewards(store, from, to),
    ...expiredParticipations(store, from, to),
    ...journeyDates(store, from, to),
  ].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  const dates = changes.filter(({ kind }) => kind === 'journey').length
  const total =
    store.heldCount(from) - store.heldCount(to) + store.expiringCount({ now: from, until: to }) + dates
  const listed = changes.slice(0, LISTED)
  return { changes: listed, more: total - listed.length }
}

const issuedRewards = (store: SiteStore, now: string, until: string): ClockChange[] =>
  store.heldRewards({ now, until, limit: LISTED }).map(held => ({
    kind: 'reward',
    at: held.hold_end_datetime,
    email: held.email,
    journey_id: held.journey_id,
    journey_name: held.journey_name,
    reward: held.node_name,
    before: 'held',
    after: 'issued',
    message: `${held.email}: "${held.node_name}" is issued, its hold ended`,
  }))

const expiredParticipations = (store: SiteStore, now: string, until: string): ClockChange[] =>
  store.expiring({ now, until, limit: LISTED }).map(({ email, journey_id, journey_name, at }) => ({
    kind: 'participation',
    at,
    email,
    journey_id,
    journey_name,
    reward: null,
    before: 'InProgress',
    after: 'Expired',
    message: `${email}: ${journey_name} is expired`,
  }))

function journeyDates(store: SiteStore, from: string, to: string): ClockChange[] {
  const within = (date: string | null): date is string => date !== null && date > from && date <= to
  return store.journeys().flatMap(({ id, name, start_date, end_date }) => {
    const change = (at: string, before: string, after: string): ClockChange => ({
      kind: 'journey',
      at,
      email: null,
      journey_id: id,
      journey_name: name,
      reward: null,
      before,
      after,
      message: `${name} ${after === 'ended' ? 'has ended' : 'has started'}`,
    })
    return [
      ...(within(start_date) ? [change(start_date, 'not started', 'started')] : []),
      ...(within(end_date) ? [change(end_date, 'started', 'ended')] : []),
    ]
  })
}
