import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { CheckReport } from '../auth/explain.ts'
import { OneOf } from '../contract/formats.ts'
import { OPERATION_IDS } from '../contract/operations.ts'
import { Invalid } from '../errors.ts'
import { credentialsFor, explainRequest } from '../sites/credentials.ts'
import { baseUrlOf, type ControlOptions, responses, SiteParams, siteOf } from './route.ts'

const TokenWish = Type.Object(
  {
    operation: OneOf(OPERATION_IDS, { description: 'What the token is for' }),
    identifier: Type.Optional(
      Type.String({ description: 'The journey id or email, for the operations that have one' }),
    ),
    expires_in: Type.Optional(
      Type.Integer({ description: 'Seconds from now; negative for a token that has expired (3600)' }),
    ),
  },
  { additionalProperties: false },
)

const Credentials = Type.Object(
  {
    token: Type.String({ description: 'A JWT for this one request' }),
    headers: Type.Record(Type.String(), Type.String(), { description: 'What every call carries' }),
    curl: Type.String({ description: 'A call that works when pasted' }),
  },
  { description: 'A token, and the call it belongs into' },
)

const ExplainWish = Type.Object(
  {
    method: Type.Optional(Type.String({ description: 'Of the request; it does not matter to the checks' })),
    path: Type.String({ description: 'The address of the request, whole or relative to the base path' }),
    headers: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'As they were or would be sent' }),
    ),
    token: Type.Optional(
      Type.String({ description: 'In place of headers: the JWT alone, sent for this site' }),
    ),
  },
  { additionalProperties: false },
)

const Explanation = Type.Object(
  {
    operation: Type.Union([OneOf(OPERATION_IDS), Type.Null()], {
      description: 'null when the address is none',
    }),
    identifier: Type.Union([Type.String(), Type.Null()], { description: 'What the hmac must be bound to' }),
    checks: Type.Array(CheckReport, { description: 'In the order in which a request is checked' }),
  },
  { description: 'Every check of the authentication' },
)

/** Tokens made, and tokens explained. */
export const credentialRoutes: FastifyPluginAsyncTypebox<ControlOptions> = async (
  scope,
  { sites, basePath },
) => {
  const tags = ['Credentials']
  const config = { control: true }

  scope.route({
    method: 'POST',
    url: '/sites/:site_id/tokens',
    config,
    schema: {
      operationId: 'createToken',
      tags,
      summary: 'Make a token for one request',
      params: SiteParams,
      body: TokenWish,
      response: responses({ 201: Credentials }),
    },
    handler: (request, reply) => {
      const made = credentialsFor(siteOf(sites, request), baseUrlOf(request, basePath), request.body)
      return reply.code(201).send(made)
    },
  })

  scope.route({
    method: 'POST',
    url: '/sites/:site_id/explain',
    config,
    schema: {
      operationId: 'explainRequest',
      tags,
      summary: 'Explain the authentication of a request, check by check',
      params: SiteParams,
      body: ExplainWish,
      response: responses({ 200: Explanation }),
    },
    handler: request => {
      const { site_id } = siteOf(sites, request)
      const { path, token, headers } = request.body
      if ((token === undefined) === (headers === undefined)) throw new Invalid('give either headers or token')
      const sent = headers ?? { authorization: `Bearer ${token}`, 'x-annexcloud-site': site_id }
      return explainRequest(sites, basePath, { path, headers: sent })
    },
  })
}
