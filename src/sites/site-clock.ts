import { type Static, Type } from '@sinclair/typebox'
import { addDuration, addMilliseconds, type Clock, instantOf, parseTime, timestampOf } from '../clock.ts'
import { OneOf } from '../contract/formats.ts'
import { Conflict } from '../errors.ts'
import type { SiteStore } from '../store/store.ts'
import { ClockChange, changesBetween } from './clock-changes.ts'

export const ClockReading = Type.Object(
  {
    now: Type.String({ description: "The site's time, RFC 3339 in UTC with microseconds" }),
    frozen: Type.Boolean({ description: 'Whether it is frozen' }),
    tokens: Type.Boolean({ description: 'Whether tokens expire by it; by the system clock otherwise' }),
  },
  { title: 'Clock', description: 'A clock' },
)
export type ClockReading = Static<typeof ClockReading>

export const ClockSetting = Type.Object(
  {
    now: Type.Optional(
      Type.String({
        description:
          'A vendor timestamp or RFC 3339, not before the present of the site; left out, the present',
      }),
    ),
    frozen: Type.Optional(Type.Boolean({ description: 'Whether it is frozen; left out, as before' })),
    tokens: Type.Optional(Type.Boolean({ description: 'Whether tokens expire by it; left out, as before' })),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    title: 'ClockSetting',
    description: 'How to set a clock',
    examples: [{ now: '2100-01-01T00:00:00Z', frozen: true }],
  },
)
export type ClockSetting = Static<typeof ClockSetting>

/** The moments that a clock can be moved to, by name. */
const NEXT_MOMENTS = ['next', 'next_hold_end', 'next_journey_end'] as const

/** How far a clock is moved: by a duration, or to the next moment at which something changes by itself. */
export const ClockStep = Type.Union(
  [
    Type.Object(
      { by: Type.String({ description: 'An ISO 8601 duration, for example P3DT4H', examples: ['P3DT4H'] }) },
      { additionalProperties: false },
    ),
    Type.Object(
      {
        to: OneOf(NEXT_MOMENTS, {
          description:
            'The end of the next hold, the end of the next journey for a member or for all, or the next of these and of the starts of journeys',
        }),
        until: Type.Optional(
          Type.String({ description: 'Not beyond this: a vendor timestamp or RFC 3339. Left out, any time' }),
        ),
      },
      { additionalProperties: false },
    ),
  ],
  {
    title: 'ClockStep',
    description: 'How far to move a clock',
    examples: [{ by: 'P3DT4H' }, { to: 'next' }],
  },
)
export type ClockStep = Static<typeof ClockStep>

export const ClockAdvance = Type.Object(
  {
    ...ClockReading.properties,
    changes: Type.Array(ClockChange, {
      description: 'What changed by it, in the order of time: the first hundred',
    }),
    more: Type.Integer({ description: 'How many changes are not listed' }),
  },
  { title: 'ClockAdvance', description: 'A clock that was moved, and what changed by it' },
)
export type ClockAdvance = Static<typeof ClockAdvance>

/** The clock of a site: the system clock, or as far ahead of it as a test has set it. Only a reset sets it back. */
export interface SiteClock {
  read(): ClockReading
  /** @throws {Conflict} for a time in the site's past; {InvalidTime} */
  set(setting: ClockSetting): ClockReading
  /**
   * By an ISO 8601 duration, for example `P3DT4H`, or to the next moment at which something changes by itself: with
   * none left, the clock stays where it is. @throws {Conflict} for a negative duration; {InvalidTime}
   */
  advance(step: string | ClockStep): ClockAdvance
  /** The site's time as a vendor timestamp. */
  now(): string
  /** The time by which tokens expire when the system clock shows `systemTime`; both in milliseconds since the epoch. */
  tokenNow(systemTime?: number): number
}

/** What the store keeps of a clock that was set. */
interface ClockState {
  /** The site's time when the clock was set; a vendor timestamp. */
  at: string
  /** The system clock at that moment, in milliseconds since the epoch; null for a frozen clock. */
  since: number | null
  tokens: boolean
}

/** @param start The vendor timestamp at which it is frozen as long as nobody sets it; undefined for the system clock. */
export function siteClock(store: SiteStore, systemClock: Clock, start?: string): SiteClock {
  const unset = start === undefined ? null : { at: start, since: null, tokens: false }

  const load = store.ofSite((): ClockState | null => {
    const stored = store.clock()
    return stored === null ? unset : JSON.parse(stored)
  })

  /** Each operation looks at the system clock once, so that all it compares belongs to one moment. */
  function change(target: (present: string) => string, setting: Omit<ClockSetting, 'now'>): ClockReading {
    const systemTime = systemClock.now()
    const state = load()
    const present = timeAt(state, systemTime)
    const at = target(present)
    if (at < present) {
      throw new Conflict(
        `the clock of the site is at ${present}Z and only goes forward; reset the site to set it back`,
      )
    }
    const { frozen = isFrozen(state), tokens = state?.tokens ?? false } = setting
    const changed = { at, since: frozen ? null : systemTime, tokens }
    store.setClock(JSON.stringify(changed))
    return readingOf(changed, systemTime)
  }

  return {
    now: () => timeAt(load(), systemClock.now()),
    tokenNow(systemTime = systemClock.now()) {
      const state = load()
      return state?.tokens ? instantOf(timeAt(state, systemTime)) : systemTime
    },
    read: () => readingOf(load(), systemClock.now()),
    set: ({ now, ...setting }) => change(present => (now === undefined ? present : parseTime(now)), setting),
    advance(step) {
      let from = ''
      const reading = change(present => {
        from = present
        if (typeof step === 'string') return addDuration(present, step)
        return 'by' in step ? addDuration(present, step.by) : nextMoment(store, present, step)
      }, {})
      return { ...reading, ...changesBetween(store, from, reading.now.slice(0, -1)) }
    },
  }
}

/** A clock as it is stored → its reading; null for one that follows the system clock. */
export const readStoredClock = (stored: string | null, systemTime: number): ClockReading | null =>
  stored === null ? null : readingOf(JSON.parse(stored), systemTime)

/** The reverse: from then on the clock runs, unless it is frozen. @throws {InvalidTime} */
export const toStoredClock = ({ now, frozen, tokens }: ClockReading, systemTime: number): string =>
  JSON.stringify({ at: parseTime(now), since: frozen ? null : systemTime, tokens } satisfies ClockState)

/** When the next thing changes by itself, but not after `until`; the present when nothing is left to change. */
function nextMoment(
  store: SiteStore,
  present: string,
  { to, until }: Extract<ClockStep, { to: string }>,
): string {
  const { hold_end, journey_end, journey_start } = store.nextMoments(present)
  const candidates = {
    next: [hold_end, journey_end, journey_start],
    next_hold_end: [hold_end],
    next_journey_end: [journey_end],
  }[to]
  const [next = present] = candidates.filter(moment => moment !== null).sort()
  if (until === undefined) return next
  const limit = parseTime(until)
  return next === present || next > limit ? limit : next
}

const isFrozen = (state: ClockState | null): boolean => state?.since === null

/** The site's time at a moment of the system clock. A running clock ends with the year 9999. */
function timeAt(state: ClockState | null, systemTime: number): string {
  if (state === null) return timestampOf(systemTime)
  return state.since === null ? state.at : addMilliseconds(state.at, systemTime - state.since)
}

const readingOf = (state: ClockState | null, systemTime: number): ClockReading => ({
  now: `${timeAt(state, systemTime)}Z`,
  frozen: isFrozen(state),
  tokens: state?.tokens ?? false,
})
