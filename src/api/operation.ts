import { type TObject, type TSchema, Type } from '@sinclair/typebox'
import { type CatalogueEntry, type ErrorCode, errorCatalogue } from '../contract/errors.ts'
import { type OperationId, operations } from '../contract/operations.ts'
import { ANSWERS } from '../contract/schemas.ts'
import { type AnswerTo, answering, type BodyOf, handlerOf } from './answer.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Which of the four operations a route is. */
    operation?: OperationId
  }
}

// What any operation may answer besides its own errors: by a fault of the sandbox, or an injected one.
const ALWAYS_POSSIBLE = [
  'URI_TOO_LONG',
  'RATE_LIMITED',
  'HEADERS_TOO_LARGE',
  'INTERNAL_ERROR',
  'SERVICE_UNAVAILABLE',
] as const

const EXPLANATION = {
  'X-Sandbox-Explain': {
    type: 'string',
    description:
      'Why the sandbox refused, or what it let pass with a warning. The vendor sends no such header',
  },
}

const ENTITY_TAG = {
  ETag: {
    type: 'string',
    description:
      'What the answer is, in short: send it as `If-None-Match` to learn whether it still is. Inferred',
  },
}

/** One of the four operations: what its parameters must be, and what answers it. */
export interface Operation {
  operation: OperationId
  params: TObject
  answerTo: AnswerTo
}

/** The operation that answers what `bodyOf` makes. */
export const answerOperation = (operation: OperationId, params: TObject, bodyOf: BodyOf): Operation => ({
  ...{ operation, params },
  answerTo: answering(operation, ANSWERS[operation], bodyOf),
})

/** The route of an operation: address, validation and documentation, and the handler. */
export function routeOf({ operation, params, answerTo }: Operation) {
  const { path, summary, description, errors } = operations[operation]
  return {
    method: 'GET',
    url: path,
    config: { operation },
    handler: handlerOf(answerTo),
    schema: {
      operationId: operation,
      tags: ['Journeys'],
      summary,
      description,
      params,
      security: [{ token: [], site: [] }],
      response: {
        200: Type.Ref(`${ANSWERS[operation].$id}#`, { headers: { ...EXPLANATION, ...ENTITY_TAG } }),
        304: Type.Null({
          description: 'The answer is still the one that `If-None-Match` names. Inferred',
          headers: ENTITY_TAG,
        }),
        ...errorResponses([...errors, ...ALWAYS_POSSIBLE]),
      },
    },
  } as const
}

function errorResponses(codes: readonly ErrorCode[]): Record<number, TSchema> {
  const byStatus = Map.groupBy(
    codes.map(code => errorCatalogue[code]),
    ({ status }) => status,
  )
  return Object.fromEntries([...byStatus].map(([status, entries]) => [status, errorResponse(entries)]))
}

const errorResponse = (entries: CatalogueEntry[]): TSchema => ({
  ...Type.Ref('ApiError#'),
  description: entries.map(({ errorMessage }) => errorMessage).join(' '),
  headers: EXPLANATION,
})
