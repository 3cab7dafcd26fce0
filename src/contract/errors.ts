import { type Static, Type } from '@sinclair/typebox'
import { documented, OneOf, type Provenance, Text } from './formats.ts'

/** The vendor's error codes, each with its message: CONTRACT.md section 4 (D). */
export const ERROR_MESSAGES = {
  AC1001: 'Oops! Something went wrong',
  AC1002: 'Request Not Authorized',
  AC1003: 'Method Not Allowed',
  AC1004: 'Missing Parameters',
  AC1005: 'No data found',
  AC1006: 'Data already exists',
  AC1007: 'Invalid Parameters',
  AC1008: 'User is blocked',
  AC1009: 'Opt out user',
  AC1010: 'Duplicate order ID',
} as const

export type ErrorCode = keyof typeof ERROR_MESSAGES
export const ERROR_CODES = Object.keys(ERROR_MESSAGES) as ErrorCode[]

/** The body of every error under the base path: CONTRACT.md section 4 (D). */
export const ApiError = Type.Object(
  {
    errorCode: documented(
      OneOf(ERROR_CODES, 'The error, for programs. Which operation uses which code is inferred'),
    ),
    errorMessage: documented(Text('The error, for people')),
  },
  { $id: 'ApiError', additionalProperties: false, description: 'The body of every error' },
)
export type ApiError = Static<typeof ApiError>

/** The error body with this code. */
export const errorBody = (errorCode: ErrorCode): ApiError => ({
  errorCode,
  errorMessage: ERROR_MESSAGES[errorCode],
})

/** An error that an operation can answer with. */
export interface ErrorCase {
  status: number
  errorCode: ErrorCode
  /** When it is answered. */
  description: string
  /** How surely it is known that the operation answers so. */
  provenance: Provenance
}

const inferredCase = (status: number, errorCode: ErrorCode, description: string): ErrorCase => ({
  status,
  errorCode,
  description,
  provenance: 'inferred',
})

/** Every error that an operation can answer with: CONTRACT.md section 4, second table (I). */
export const ERROR_CASES = {
  badRequest: inferredCase(400, 'AC1001', 'The request is not valid HTTP, for example it has no Host header'),
  invalidIdentifier: inferredCase(400, 'AC1007', 'The journey id or the email is malformed'),
  blocked: inferredCase(400, 'AC1008', 'The member is blocked'),
  optedOut: inferredCase(400, 'AC1009', 'The member has opted out'),
  unauthorized: inferredCase(
    401,
    'AC1002',
    'The token is missing or does not verify, the site is unknown, or the token is for another site',
  ),
  journeyNotFound: inferredCase(404, 'AC1005', 'The site has no journey with this id'),
  memberNotFound: inferredCase(404, 'AC1005', 'The site has no member with this email'),
  pathNotFound: inferredCase(404, 'AC1001', 'No operation has this path'),
  methodNotAllowed: inferredCase(405, 'AC1003', 'The path has no operation with this method'),
  timeout: inferredCase(408, 'AC1001', 'The request did not arrive in time'),
  bodyTooLarge: inferredCase(413, 'AC1001', 'The body is too large'),
  pathTooLong: inferredCase(414, 'AC1001', 'The URL is too long'),
  expectationFailed: inferredCase(417, 'AC1001', 'The Expect header asks for more than 100-continue'),
  rateLimited: inferredCase(429, 'AC1001', 'There were too many requests. Only an injected fault answers so'),
  headersTooLarge: inferredCase(431, 'AC1001', 'The headers are too large'),
  internal: inferredCase(500, 'AC1001', 'The server failed'),
  unavailable: inferredCase(503, 'AC1001', 'The server is not available. Only an injected fault answers so'),
} as const satisfies Record<string, ErrorCase>

export type ErrorName = keyof typeof ERROR_CASES

const CODES_BY_STATUS: Partial<Record<number, ErrorCode>> = {
  400: 'AC1007',
  401: 'AC1002',
  404: 'AC1005',
  405: 'AC1003',
  409: 'AC1006',
}

/** The code that an error with this status most likely has: CONTRACT.md section 4 (I). */
export const errorCodeOf = (status: number): ErrorCode => CODES_BY_STATUS[status] ?? 'AC1001'
