import type { Provenance } from './formats.ts'

interface Rule {
  what: string
  provenance: Provenance
}

/** The facts of the contract that no schema states, except authentication and errors. */
export const RULES = {
  'answers-json': { what: 'every answer is application/json', provenance: 'documented' },
  'success-without-code': { what: 'the body of a 200 has no errorCode', provenance: 'observed' },
  'own-site-only': { what: 'every listed journey belongs to the calling site', provenance: 'documented' },
  'list-in-order': {
    what: 'GET /journeys lists the journeys in the order of their creation',
    provenance: 'inferred',
  },
  'graph-joined': {
    what: 'a connection leads from a node of its journey to another',
    provenance: 'inferred',
  },
  'hold-keys': {
    what: 'a held reward has both hold_… keys, a blocked one both blocked_… keys, and neither has those of the other',
    provenance: 'documented',
  },
  'issued-reward': {
    what: 'a reward that is no longer held is issued, and has none of these keys',
    provenance: 'inferred',
  },
  'ended-journey': { what: 'a journey past its end_date shows expired_at', provenance: 'inferred' },
  'expired-participation': {
    what: 'a participation that is open when its journey ends is Expired, and shows expired_at',
    provenance: 'inferred',
  },
  'same-instances': {
    what: 'both operations about a member list the same instances',
    provenance: 'inferred',
  },
  'list-whole': { what: 'GET /journeys lists all journeys at once', provenance: 'inferred' },
  'times-in-utc': { what: 'a timestamp is in UTC', provenance: 'inferred' },
  'email-case': { what: 'the case of the email does not matter', provenance: 'inferred' },
  'other-site': {
    what: 'a journey or member of another site is not found, and not forbidden',
    provenance: 'inferred',
  },
  'no-journeys': {
    what: 'a member without journeys gets 200 and an empty list, not AC1005',
    provenance: 'inferred',
  },
} as const satisfies Record<string, Rule>

export type RuleName = keyof typeof RULES
