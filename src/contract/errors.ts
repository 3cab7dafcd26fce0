import { type Static, Type } from '@sinclair/typebox'
import { observed } from './provenance.ts'

/** The body of every error under the base path: CONTRACT.md section 4 (C). */
export const ApiError = Type.Object(
  {
    errorCode: observed(
      Type.String({ description: 'What went wrong, for programs. Which codes exist is inferred' }),
    ),
    errorMessage: observed(Type.String({ description: 'What went wrong, for people' })),
  },
  { $id: 'ApiError', description: 'What every error answers' },
)
export type ApiError = Static<typeof ApiError>

const entry = <const C extends string>(status: number, errorCode: C, errorMessage: string) => ({
  status,
  errorCode,
  errorMessage,
})

/** Every error that the sandbox answers with under the base path. The codes are inferred: CONTRACT.md section 4 (I). */
export const errorCatalogue = {
  INVALID_REQUEST: entry(400, 'INVALID_REQUEST', 'The request is malformed.'),
  UNAUTHORIZED: entry(401, 'UNAUTHORIZED', 'The request could not be authenticated.'),
  NOT_FOUND: entry(404, 'NOT_FOUND', 'There is nothing at this address.'),
  JOURNEY_NOT_FOUND: entry(404, 'JOURNEY_NOT_FOUND', 'This site has no journey with this id.'),
  MEMBER_NOT_FOUND: entry(404, 'MEMBER_NOT_FOUND', 'This site has no member with this email.'),
  METHOD_NOT_ALLOWED: entry(405, 'METHOD_NOT_ALLOWED', 'This address is read-only.'),
  REQUEST_TIMEOUT: entry(408, 'REQUEST_TIMEOUT', 'The request did not arrive in time.'),
  PAYLOAD_TOO_LARGE: entry(413, 'PAYLOAD_TOO_LARGE', 'The body of the request is too large.'),
  URI_TOO_LONG: entry(414, 'URI_TOO_LONG', 'The address of the request is too long.'),
  RATE_LIMITED: entry(429, 'RATE_LIMITED', 'There were too many requests.'),
  HEADERS_TOO_LARGE: entry(431, 'HEADERS_TOO_LARGE', 'The headers of the request are too large.'),
  INTERNAL_ERROR: entry(500, 'INTERNAL_ERROR', 'Something went wrong on the server.'),
  SERVICE_UNAVAILABLE: entry(503, 'SERVICE_UNAVAILABLE', 'The service is not available at the moment.'),
} as const

export type ErrorCode = keyof typeof errorCatalogue
export type CatalogueEntry = (typeof errorCatalogue)[ErrorCode]
