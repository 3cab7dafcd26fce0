import { type Static, Type } from '@sinclair/typebox'
import { OneOf } from '../contract/formats.ts'
import { escapeUnits, lowerHex } from './escaping.ts'

/** The checks of a request's authentication, in the order in which they run. */
export const CHECKS = ['format', 'alg', 'site', 'signature', 'exp', 'site_id', 'hmac'] as const
export type Check = (typeof CHECKS)[number]

/** What a check found wrong, or worth a warning. Never holds a secret, or a MAC that the caller did not send. */
export const Finding = Type.Object(
  {
    check: OneOf(CHECKS),
    expected: Type.String({ description: 'What would have passed' }),
    actual: Type.String({ description: 'What was sent' }),
    hint: Type.String({ description: 'What to do about it' }),
  },
  { description: 'What a check found' },
)
export type Finding = Static<typeof Finding>

/** Whether a request may pass. A refusal is the finding of the first check that failed. */
export const Verdict = Type.Union([
  Type.Object({ ok: Type.Literal(true), site: Type.String(), warnings: Type.Array(Finding) }),
  Type.Object({ ok: Type.Literal(false), ...Finding.properties }),
])
export type Verdict = Static<typeof Verdict>

const LONGEST = 512

/** Findings as one line of printable ASCII of at most 512 characters, fit for a header. */
export function toHeaderLine(...findings: Finding[]): string {
  const text = findings.map(({ check, hint, actual }) => `${check}: ${hint} (got ${actual})`).join(' | ')
  const line = escapeUnits(text, lowerHex)
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 3)}...` : line
}
