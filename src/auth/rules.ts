import type { Provenance } from '../contract/formats.ts'
import { ATTEMPTS, type Attempt, type AuthRuleName } from './attempts.ts'
import type { Check } from './verdict.ts'

/** What is known of a rule: the check that decides it, how it is known, and what it says. */
type Row = [check: Check, provenance: Provenance, what: string]

const ACCEPTED: Partial<Record<AuthRuleName, Row>> = {
  token: ['format', 'documented', 'a JWT with the four claims, signed with HS256, is accepted'],
  'content-type': ['format', 'observed', 'a GET that carries Content-Type: application/json is accepted'],
  'parts-standard': ['format', 'observed', 'the parts of the JWT may be in standard base64 with padding'],
  'signature-mixed': ['format', 'observed', 'of the signature only the first + and / need be replaced'],
  'sub-any': ['format', 'documented', 'sub may be any string'],
  'exp-string': ['exp', 'documented', 'exp may be a numeric string'],
  'exp-fraction': ['exp', 'observed', 'exp may have a fraction'],
  'exp-milliseconds': ['exp', 'observed', 'exp in milliseconds is accepted, as it is far in the future'],
  'exp-microseconds': ['exp', 'observed', 'exp in microseconds is accepted, as it is far in the future'],
  'nbf-future': ['exp', 'inferred', 'nbf, which is not documented, is ignored'],
  'hmac-escaped': ['hmac', 'inferred', 'an identifier beyond ASCII may be bound as \\uXXXX'],
  'hmac-unbound': ['hmac', 'inferred', 'the hmac of GET /journeys may be any 32 bytes'],
}

const REFUSED: Partial<Record<AuthRuleName, Row>> = {
  'token-missing': ['format', 'documented', 'a call without a token is refused'],
  'token-bare': ['format', 'documented', 'a token without the word Bearer before it is refused'],
  'token-cut': ['format', 'documented', 'a token without its signature is refused'],
  'sub-missing': ['format', 'documented', 'a token without sub is refused'],
  'alg-none': ['alg', 'documented', 'an unsigned token (alg none) is refused'],
  'alg-other': ['alg', 'documented', 'a token signed with HS512 is refused'],
  'site-missing': ['site', 'inferred', 'a call without X-AnnexCloud-Site is refused'],
  'site-empty': ['site', 'inferred', 'a call with an empty X-AnnexCloud-Site is refused'],
  'site-twice': ['site', 'inferred', 'a call with X-AnnexCloud-Site twice is refused'],
  'site-unknown': ['site', 'inferred', 'a call for a site that does not exist is refused'],
  'secret-wrong': ['signature', 'documented', 'a token signed with another secret is refused'],
  'secret-decoded': ['signature', 'documented', 'a token signed with the base64-decoded secret is refused'],
  'secret-encoded': ['signature', 'documented', 'a token signed with the base64-encoded secret is refused'],
  altered: ['signature', 'documented', 'a token that was changed after signing is refused'],
  'exp-past': ['exp', 'documented', 'an expired token is refused'],
  'exp-missing': ['exp', 'documented', 'a token without exp is refused'],
  'site_id-other': ['site_id', 'documented', 'a token for another site than the header names is refused'],
  'site_id-missing': ['site_id', 'documented', 'a token without site_id is refused'],
  'hmac-missing': ['hmac', 'documented', 'a token without hmac is refused'],
  'hmac-other': ['hmac', 'documented', 'an hmac made for another member or journey is refused'],
  'hmac-unquoted': ['hmac', 'documented', 'an hmac over the identifier without its quotes is refused'],
  'hmac-unencoded': ['hmac', 'documented', 'an hmac over the quoted identifier, not its base64, is refused'],
  'hmac-latin1': ['hmac', 'inferred', 'an hmac over the Latin-1 bytes of the identifier is refused'],
  'hmac-hex': ['hmac', 'documented', 'an hmac in hex is refused'],
  'hmac-unpadded': ['hmac', 'documented', 'an hmac without the padding of its base64 is refused'],
  'hmac-secret-decoded': ['hmac', 'documented', 'an hmac keyed with the base64-decoded secret is refused'],
  'hmac-secret-encoded': ['hmac', 'documented', 'an hmac keyed with the base64-encoded secret is refused'],
  'hmac-percent-encoded': ['hmac', 'inferred', 'an hmac over the percent-encoded identifier is refused'],
  'hmac-overescaped': ['hmac', 'inferred', 'an identifier with / escaped as \\/ or + as \\u002B is refused'],
  'hmac-malformed': [
    'hmac',
    'inferred',
    'an hmac of GET /journeys that is not the base64 of 32 bytes is refused',
  ],
}

/** What CONTRACT.md section 3 says of authentication, rule by rule, each with a request that puts it to the test. */
export interface AuthRule {
  name: AuthRuleName
  check: Check
  provenance: Provenance
  what: string
  /** Whether the request is answered. If not, it is refused with 401 and AC1002. */
  accepted: boolean
  attempt: Attempt
}

const rulesOf = (rows: Partial<Record<AuthRuleName, Row>>, accepted: boolean): AuthRule[] =>
  (Object.entries(rows) as [AuthRuleName, Row][]).map(([name, [check, provenance, what]]) => {
    return { name, check, provenance, what, accepted, attempt: ATTEMPTS[name] }
  })

export const AUTH_RULES: readonly AuthRule[] = [...rulesOf(ACCEPTED, true), ...rulesOf(REFUSED, false)]
