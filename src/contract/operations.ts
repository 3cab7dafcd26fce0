import { Type } from '@sinclair/typebox'
import type { ErrorName } from './errors.ts'
import { documented, Email, Uuid } from './formats.ts'

/** The four operations of the Journeys API: CONTRACT.md section 1 (D). */
export const operations = {
  getJourneys: {
    path: '/journeys',
    identifier: null,
    summary: 'List the journeys of the site',
    description:
      'Every journey of the calling site, without its graph. The list is whole: there is no paging.',
    errors: ['unauthorized'],
  },
  getJourney: {
    path: '/journeys/:journey_id',
    identifier: 'journey_id',
    summary: 'Get one journey with its graph',
    description: 'One journey of the calling site, with its nodes and the connections between them.',
    errors: ['invalidIdentifier', 'unauthorized', 'journeyNotFound'],
  },
  getUserJourneysByEmail: {
    path: '/user_journeys/:email_id',
    identifier: 'email_id',
    summary: 'List the journeys a member is in',
    description:
      "A member's journey instances, each with the journey it belongs to. The email is matched without regard to case.",
    errors: ['invalidIdentifier', 'blocked', 'optedOut', 'unauthorized', 'memberNotFound'],
  },
  getMemberJourneys: {
    path: '/user/:email_id/journeys',
    identifier: 'email_id',
    summary: "Follow a member's progress",
    description:
      "A member's journey instances with progress, completed events and rewards. The email is matched without regard to case.",
    errors: ['invalidIdentifier', 'blocked', 'optedOut', 'unauthorized', 'memberNotFound'],
  },
} as const satisfies Record<
  string,
  {
    path: `/${string}`
    /** The path parameter that the token's `hmac` is bound to (CONTRACT.md section 3). */
    identifier: 'journey_id' | 'email_id' | null
    summary: string
    description: string
    errors: readonly ErrorName[]
  }
>

export type OperationId = keyof typeof operations
export const OPERATION_IDS = Object.keys(operations) as OperationId[]

/** Errors that every operation can answer with, beside its own. */
const COMMON_ERRORS = [
  'badRequest',
  'pathTooLong',
  'expectationFailed',
  'rateLimited',
  'headersTooLarge',
  'internal',
  'unavailable',
] as const satisfies ErrorName[]

/** Every error that an operation can answer with. */
export const errorsOf = (operation: OperationId): ErrorName[] => [
  ...operations[operation].errors,
  ...COMMON_ERRORS,
]

/** The path of an operation, relative to the base path; the identifier is given decoded. */
export const operationPath = (operation: OperationId, identifier = ''): string =>
  operations[operation].path.replace(/:\w+/, () => encodeURIComponent(identifier))

const templates = OPERATION_IDS.map(operation => ({
  operation,
  pattern: new RegExp(`^${operations[operation].path.replace(/:\w+/, '([^/]*)')}$`),
}))

/**
 * The operation that a path belongs to, with its identifier. `path` is relative to the base path and percent-encoded;
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

/** The same for a URL, a path with the base path, or one without it. */
export function matchOperationUrl(url: string, basePath: string): ReturnType<typeof matchOperation> {
  const path = url.replace(/^https?:\/\/[^/]+/, '')
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

export const JourneyParams = Type.Object({
  journey_id: documented(
    Uuid({
      description: 'The id of a journey of the calling site',
      examples: ['de04a64d-dc40-445f-8351-3dde7567d5c8'],
    }),
  ),
})

export const MemberParams = Type.Object({
  email_id: documented(
    Email({
      description: 'The email of a member, percent-encoded or not; matched without regard to case',
      examples: ['ann@example.com'],
    }),
  ),
})

export const NoParams = Type.Object({})
