import { randomInt } from 'node:crypto'

/*
 * npm run test:abuse                     all of it, in less than five minutes
 * ABUSE_QUICK=1 npm run test:abuse       a tenth of it, in less than a minute
 * ABUSE_SEED=123 npm run test:abuse      with the requests of an earlier run, which names its seed in the names of the tests
 */

const QUICK = Boolean(process.env.ABUSE_QUICK)

/** The seed of every random choice. */
export const SEED = Number(process.env.ABUSE_SEED || randomInt(2 ** 31))

/** How much of something is done in the long form, and in the short one. */
export const amount = (long: number, short: number): number => (QUICK ? short : long)

/** Writes a measurement among the results of the tests. */
export function report(line: string): void {
  process.stdout.write(`${line}\n`)
}
