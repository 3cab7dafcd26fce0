import { type TObject, type TSchema, Type } from '@sinclair/typebox'
import { ERROR_CASES, type ErrorName } from '../contract/errors.ts'
import { errorsOf, type OperationId, operations } from '../contract/operations.ts'
import { ANSWERS } from '../contract/schemas.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The operation that a route answers. */
    operation?: OperationId
  }
}

const HEADERS = {
  'X-Sandbox-Request-Id': {
    type: 'string',
    description: 'The id of the request in the journal. The vendor sends no such header',
  },
  'X-Sandbox-Explain': {
    type: 'string',
    description:
      'Why the sandbox refused the request, or a warning about it. The vendor sends no such header',
  },
}
const RETRY_AFTER = {
  'Retry-After': { type: 'string', description: 'When to try again, where an injected fault says so' },
}

/** The path, documentation and validation of the route of an operation. */
export function routeOf<const P extends TObject>(operation: OperationId, params: P) {
  const { path, summary, description } = operations[operation]
  return {
    method: 'GET',
    url: path,
    config: { operation },
    schema: {
      operationId: operation,
      tags: ['Journeys'],
      summary,
      description,
      params,
      security: [{ token: [], site: [] }],
      response: {
        200: Type.Ref(`${ANSWERS[operation].$id}#`, { headers: HEADERS }),
        ...errorResponses(errorsOf(operation)),
      },
    },
  } as const
}

function errorResponses(names: readonly ErrorName[]): Record<number, TSchema> {
  const byStatus = Map.groupBy(
    names.map(name => ERROR_CASES[name]),
    ({ status }) => status,
  )
  return Object.fromEntries(
    [...byStatus].map(([status, cases]) => [
      status,
      {
        ...Type.Ref('ApiError#'),
        description: cases.map(({ errorCode, description }) => `${errorCode}: ${description}.`).join(' '),
        headers: status === 429 || status === 503 ? { ...HEADERS, ...RETRY_AFTER } : HEADERS,
      },
    ]),
  )
}
