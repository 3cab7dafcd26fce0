/** The only file that asks the machine for the time; everything else is told. */

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

/** A clock that stands still at an instant given in milliseconds since the epoch. */
export const frozenClock = (instant: number): Clock => ({ now: () => instant })

/** Milliseconds since the epoch → the vendor's timestamp, UTC with six fraction digits and no zone (CONTRACT.md, Formats). */
export const timestampOf = (instant: number): string => `${new Date(instant).toISOString().slice(0, -1)}000`
