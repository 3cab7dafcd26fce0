import type { Provenance } from './provenance.ts'

interface Rule {
  what: string
  provenance: Provenance
  /** The section of CONTRACT.md. */
  section: number
}

/** What the contract says beyond the shape of an answer, authentication aside. */
export const RULES = {
  'answers-json': { what: 'every answer is application/json', provenance: 'documented', section: 1 },
  'own-site-only': {
    what: 'every listed journey belongs to the calling site',
    provenance: 'documented',
    section: 1,
  },
  'list-in-order': {
    what: 'GET /journeys lists the journeys in the order of their creation',
    provenance: 'inferred',
    section: 2,
  },
  'graph-joined': {
    what: 'a connection leads from a node of its journey to another',
    provenance: 'inferred',
    section: 2,
  },
  'hold-keys': {
    what: 'a held reward has both hold_… keys, a blocked one both blocked_… keys, and neither has those of the other',
    provenance: 'documented',
    section: 2,
  },
  'issued-reward': {
    what: 'a reward that is no longer held is issued, and has none of these keys',
    provenance: 'inferred',
    section: 2,
  },
  'ended-journey': {
    what: 'a journey past its end_date shows expired_at',
    provenance: 'inferred',
    section: 2,
  },
  'expired-participation': {
    what: 'a participation that is open when its journey ends is Expired, and shows expired_at',
    provenance: 'inferred',
    section: 2,
  },
  'same-instances': {
    what: 'both operations about a member list the same instances',
    provenance: 'inferred',
    section: 2,
  },
  'list-whole': {
    what: 'GET /journeys lists all journeys at once',
    provenance: 'inferred',
    section: 2,
  },
  'times-in-utc': { what: 'a timestamp is in UTC', provenance: 'inferred', section: 2 },
  'email-case': {
    what: 'the case of the email does not matter',
    provenance: 'inferred',
    section: 2,
  },
  'other-site': {
    what: 'a journey or member of another site is not found, and not forbidden',
    provenance: 'inferred',
    section: 4,
  },
  'no-journeys': {
    what: 'a member without journeys gets 200 and an empty list, not AC1005',
    provenance: 'inferred',
    section: 4,
  },
} as const satisfies Record<string, Rule>

export type RuleName = keyof typeof RULES

interface Refusal {
  what: string
  /** Null where several statuses have the code. */
  status: number | null
  code: `AC10${number}`
}

/**
 * What is refused, with which status and code: CONTRACT.md section 4. The codes are documented for the whole v3 API; that the
 * Journeys operations use them, and for what, is inferred.
 */
export const REFUSALS = {
  'malformed-journey-id': { what: 'a journey id that is not a UUID', status: 400, code: 'AC1007' },
  'malformed-email': { what: 'a malformed email', status: 400, code: 'AC1007' },
  'not-authorized': {
    what: 'a token that is missing, does not verify or is for another site; an unknown site',
    status: 401,
    code: 'AC1002',
  },
  'unknown-journey': { what: 'an unknown journey', status: 404, code: 'AC1005' },
  'unknown-member': { what: 'an unknown member', status: 404, code: 'AC1005' },
  'blocked-member': { what: 'a member who is blocked', status: 400, code: 'AC1008' },
  'opted-out-member': { what: 'a member who has opted out', status: 400, code: 'AC1009' },
  'unknown-path': { what: 'an unknown path', status: 404, code: 'AC1001' },
  'other-method': { what: 'a known path with another method', status: 405, code: 'AC1003' },
  failure: { what: 'a bug, an outage, a limit, or a request that is not HTTP', status: null, code: 'AC1001' },
} as const satisfies Record<string, Refusal>

export type RefusalName = keyof typeof REFUSALS
