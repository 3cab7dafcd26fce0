import { type Clock, instantOf, isoOf, later } from '../clock.ts'
import { Conflict } from '../errors.ts'
import type { SiteStore } from '../store/store.ts'

/** A site's clock, as it is shown. */
export interface ClockReading {
  /** RFC 3339, UTC. */
  now: string
  frozen: boolean
  /** Whether tokens expire by this clock and not by the machine's. */
  tokens: boolean
}

export interface ClockSetting {
  /** A vendor timestamp or RFC 3339; the present, when left out. Not before it. */
  now?: string
  /** Whether time stands still; as before, when left out. */
  frozen?: boolean
  tokens?: boolean
}

export interface SiteClock {
  read(): ClockReading
  /** @throws {Conflict} for an instant in the site's past; {InvalidTime} */
  set(setting: ClockSetting): ClockReading
  /** By an ISO 8601 duration, for example `P3DT4H`. @throws {Conflict} for a negative one; {InvalidTime} */
  advance(by: string): ClockReading
  /** Follows the store, after something else has set the clock there. */
  reload(): void
  /** The site's time, in milliseconds since the epoch. */
  now(): number
  /** The time by which tokens expire, now or when the machine's clock showed `machineTime`; in milliseconds since the epoch. */
  tokenNow(machineTime?: number): number
}

interface Deviation {
  offset_ms: number
  frozen_at: number | null
  tokens: boolean
}

const NONE: Deviation = { offset_ms: 0, frozen_at: null, tokens: false }

/** The clock of a site: the machine's, or as far ahead of it as a test has put it. It never goes back, but by a reset. */
export function siteClock(store: SiteStore, machine: Clock): SiteClock {
  let deviation = load(store.clock())

  const keep = (next: Deviation) => {
    store.setClock(JSON.stringify(next))
    deviation = next
  }
  const at = (machineTime: number) => deviation.frozen_at ?? machineTime + deviation.offset_ms
  const now = () => at(machine.now())
  const read = (): ClockReading => ({
    now: isoOf(now()),
    frozen: deviation.frozen_at !== null,
    tokens: deviation.tokens,
  })

  function moveTo(instant: number, frozen: boolean, tokens: boolean): ClockReading {
    if (instant < now()) {
      throw new Conflict(
        `the clock of the site is at ${read().now} and only goes forward; reset the site to go back`,
      )
    }
    keep({ offset_ms: instant - machine.now(), frozen_at: frozen ? instant : null, tokens })
    return read()
  }

  return {
    now,
    tokenNow: (machineTime = machine.now()) => (deviation.tokens ? at(machineTime) : machineTime),
    read,
    set({ now: instant, frozen = deviation.frozen_at !== null, tokens = deviation.tokens }) {
      return moveTo(instant === undefined ? now() : instantOf(instant), frozen, tokens)
    },
    advance: by => moveTo(later(now(), by), deviation.frozen_at !== null, deviation.tokens),
    reload() {
      deviation = load(store.clock())
    },
  }
}

const load = (stored: string | null): Deviation => (stored === null ? NONE : JSON.parse(stored))
