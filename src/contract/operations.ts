import type { ErrorCode } from './errors.ts'

/** What a caller must prove to know: the path parameter that the token's `hmac` is bound to (CONTRACT.md section 3). */
export type IdentifierName = 'journey_id' | 'email_id'

/** The four operations of the Journeys API: CONTRACT.md section 1 (D). */
export const operations = {
  getJourneys: {
    path: '/journeys',
    identifier: null,
    summary: 'List the journeys of the site',
    description:
      'Every journey of the calling site, without its graph. The list is whole: there is no paging.',
    errors: ['UNAUTHORIZED'],
  },
  getJourney: {
    path: '/journeys/:journey_id',
    identifier: 'journey_id',
    summary: 'Get one journey with its graph',
    description: 'One journey of the calling site, with its nodes and the connections between them.',
    errors: ['INVALID_REQUEST', 'UNAUTHORIZED', 'JOURNEY_NOT_FOUND'],
  },
  getUserJourneysByEmail: {
    path: '/user_journeys/:email_id',
    identifier: 'email_id',
    summary: 'List the journeys a member is in',
    description:
      "A member's journey instances, each with the journey it belongs to. The email is matched without regard to case.",
    errors: ['INVALID_REQUEST', 'UNAUTHORIZED', 'MEMBER_NOT_FOUND'],
  },
  getMemberJourneys: {
    path: '/user/:email_id/journeys',
    identifier: 'email_id',
    summary: "Follow a member's progress",
    description:
      "A member's journey instances with progress, completed events and rewards. The email is matched without regard to case.",
    errors: ['INVALID_REQUEST', 'UNAUTHORIZED', 'MEMBER_NOT_FOUND'],
  },
} as const satisfies Record<
  string,
  {
    path: `/${string}`
    identifier: IdentifierName | null
    summary: string
    description: string
    errors: readonly ErrorCode[]
  }
>

export type OperationId = keyof typeof operations
export const OPERATION_IDS = Object.keys(operations) as OperationId[]

/** The address of an operation, relative to the base path; the identifier is given decoded. */
export const addressOf = (operation: OperationId, identifier = ''): string =>
  operations[operation].path.replace(/:\w+/, () => encodeURIComponent(identifier))

const templates = OPERATION_IDS.map(operation => ({
  operation,
  pattern: new RegExp(`^${operations[operation].path.replace(/:\w+/, '([^/]*)')}$`),
}))

/**
 * Which operation an address is, and with which identifier. `path` is relative to the base path and percent-encoded;
 * a query is ignored. `undefined` when it is none, or cannot be decoded.
 */
export function matchOperation(path: string): { operation: OperationId; identifier?: string } | undefined {
  const [bare = ''] = path.split('?', 1)
  for (const { operation, pattern } of templates) {
    const found = pattern.exec(bare)
    if (!found) continue
    if (found[1] === undefined) return { operation }
    const identifier = decode(found[1])
    return identifier === undefined ? undefined : { operation, identifier }
  }
  return undefined
}

/** The same for a whole address, or one that is relative to its host or to the base path, which may be empty. */
export function matchAddress(address: string, basePath: string): ReturnType<typeof matchOperation> {
  const path = address.replace(/^https?:\/\/[^/]+/, '')
  return matchOperation(path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path)
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}
