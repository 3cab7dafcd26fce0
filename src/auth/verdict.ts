import { type Static, Type } from '@sinclair/typebox'
import { OneOf } from '../contract/formats.ts'
import { escapeUnits, lowerHex } from './sign.ts'

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

const MAX_HEADER_LENGTH = 512

/** Text as a header can carry it: at most 512 characters of printable ASCII, the rest escaped as \\uXXXX. */
export function toHeaderText(text: string): string {
  const ascii = escapeUnits(text, lowerHex)
  return ascii.length > MAX_HEADER_LENGTH ? `${ascii.slice(0, MAX_HEADER_LENGTH - 3)}...` : ascii
}

/** Findings as one line for a header. */
export const toHeaderLine = (...findings: Finding[]): string =>
  toHeaderText(findings.map(({ check, hint, actual }) => `${check}: ${hint} (got ${actual})`).join(' | '))
