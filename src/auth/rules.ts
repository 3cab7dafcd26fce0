import type { Provenance } from '../contract/provenance.ts'
import { ATTEMPTS, type Attempt, type AuthRuleName } from './attempts.ts'
import type { Check } from './verdict.ts'

/** What is known of a rule: the check of ours that decides it, where it is from, and what it says. */
type Row = [check: Check, provenance: Provenance, what: string]

const ACCEPTED: Partial<Record<AuthRuleName, Row>> = {
  token: ['format', 'documented', 'a JWT with the four claims, signed with HS256, gets in'],
  'content-type': ['format', 'observed', 'a GET that carries Content-Type: application/json gets in'],
  'sub-any': ['format', 'documented', 'any string will do as sub'],
  'exp-string': ['exp', 'documented', 'exp may be a numeric string'],
  'exp-milliseconds': ['exp', 'observed', 'exp in milliseconds gets in, as it is far in the future'],
  'hmac-escaped': ['hmac', 'inferred', 'an identifier beyond ASCII may be bound as \\uXXXX'],
  'hmac-unbound': ['hmac', 'inferred', 'any 32 bytes will do as the hmac of GET /journeys'],
}

const REFUSED: Partial<Record<AuthRuleName, Row>> = {
  'token-missing': ['format', 'documented', 'a call without a token is refused'],
  'token-bare': ['format', 'documented', 'a token without the word Bearer before it is refused'],
  'token-cut': ['format', 'documented', 'a token without its signature is refused'],
  'sub-missing': ['format', 'documented', 'a token without sub is refused'],
  'alg-none': ['alg', 'documented', 'an unsigned token (alg none) is refused'],
  'alg-other': ['alg', 'documented', 'a token signed with HS512 is refused'],
  'site-missing': ['site', 'inferred', 'a call without X-AnnexCloud-Site is refused'],
  'site-unknown': ['site', 'inferred', 'a call for a site that does not exist is refused'],
  'secret-wrong': ['signature', 'documented', 'a token signed with another secret is refused'],
  'secret-decoded': ['signature', 'documented', 'a token signed with the base64-decoded secret is refused'],
  altered: ['signature', 'documented', 'a token that was changed after signing is refused'],
  'exp-past': ['exp', 'documented', 'an expired token is refused'],
  'exp-missing': ['exp', 'documented', 'a token without exp is refused'],
  'site_id-missing': ['site_id', 'documented', 'a token without site_id is refused'],
  'hmac-missing': ['hmac', 'documented', 'a token without hmac is refused'],
  'hmac-other': ['hmac', 'documented', 'an hmac made for another member or journey is refused'],
  'hmac-unquoted': ['hmac', 'documented', 'an hmac over the identifier without its quotes is refused'],
  'hmac-unencoded': ['hmac', 'documented', 'an hmac over the quoted identifier, not its base64, is refused'],
  'hmac-hex': ['hmac', 'documented', 'an hmac in hex is refused'],
  'hmac-unpadded': ['hmac', 'documented', 'an hmac without the padding of its base64 is refused'],
  'hmac-secret-decoded': ['hmac', 'documented', 'an hmac keyed with the base64-decoded secret is refused'],
  'hmac-percent-encoded': ['hmac', 'inferred', 'an hmac over the percent-encoded identifier is refused'],
  'hmac-malformed': ['hmac', 'inferred', 'an hmac of GET /journeys that is no base64 of 32 bytes is refused'],
}

const MISMATCHED: Partial<Record<AuthRuleName, Row>> = {
  'site_id-other': ['site_id', 'documented', 'a token for another site than the header names is refused'],
}

/** What CONTRACT.md section 3 says of authentication, rule by rule, each with a request that puts it to the test. */
export interface AuthRule {
  name: AuthRuleName
  check: Check
  provenance: Provenance
  what: string
  /** `SITE_MISMATCH` where the token is good but for another site; null where the request must get in. */
  refusedWith: 'UNAUTHORIZED' | 'SITE_MISMATCH' | null
  attempt: Attempt
}

const rulesOf = (
  rows: Partial<Record<AuthRuleName, Row>>,
  refusedWith: AuthRule['refusedWith'],
): AuthRule[] =>
  (Object.entries(rows) as [AuthRuleName, Row][]).map(([name, [check, provenance, what]]) => {
    return { name, check, provenance, what, refusedWith, attempt: ATTEMPTS[name] }
  })

export const AUTH_RULES: readonly AuthRule[] = [
  ...rulesOf(ACCEPTED, null),
  ...rulesOf(REFUSED, 'UNAUTHORIZED'),
  ...rulesOf(MISMATCHED, 'SITE_MISMATCH'),
]
