import { escapeUnits, lowerHex } from './escaping.ts'

/** The checks of a request's authentication, in the order in which they run. */
export const CHECKS = ['format', 'alg', 'site', 'signature', 'exp', 'site_id', 'hmac'] as const
export type Check = (typeof CHECKS)[number]

/** What a check found wrong, or worth a warning. Never holds a secret, or a MAC that the caller did not send. */
export interface Finding {
  check: Check
  /** What would have passed. */
  expected: string
  /** What was sent. */
  actual: string
  /** What to do about it. */
  hint: string
}

/** `otherSite`: the token is good, but for another site than the header names. */
export type Refusal = { ok: false; otherSite?: true } & Finding
export type Verdict = { ok: true; site: string; warnings: Finding[] } | Refusal

export const refuse = (check: Check, expected: string, actual: string, hint: string): Refusal => ({
  ok: false,
  check,
  expected,
  actual,
  hint,
})

const LONGEST = 512

/** A finding as one line of printable ASCII of at most 512 characters, fit for a header. */
export function toHeaderLine({ check, hint, actual }: Finding): string {
  const line = escapeUnits(`${check}: ${hint} (got ${actual})`, lowerHex)
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 3)}...` : line
}
