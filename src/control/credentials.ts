import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { Invalid } from '../errors.ts'
import {
  Credentials,
  credentialsFor,
  Explanation,
  explainRequest,
  TokenRequest,
} from '../sites/credentials.ts'
import { baseUrlOf, type ControlOptions, responses, SiteParams, siteOf } from './route.ts'

const ExplainRequest = Type.Object(
  {
    method: Type.Optional(Type.String({ description: 'Of the request; it does not matter to the checks' })),
    path: Type.String({ description: 'The URL of the request, or its path relative to the base path' }),
    headers: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'As they were or would be sent' }),
    ),
    token: Type.Optional(
      Type.String({ description: 'In place of headers: the JWT alone, sent for this site' }),
    ),
  },
  {
    additionalProperties: false,
    title: 'ExplainRequest',
    description: 'A request, as it was or would be sent',
    examples: [{ path: '/journey/journeys', headers: { 'X-AnnexCloud-Site': '9991331' } }],
  },
)

/** Tokens, and the authentication of requests explained. */
export const credentialRoutes: FastifyPluginAsyncTypebox<ControlOptions> = async (
  scope,
  { sites, basePath },
) => {
  const tags = ['Credentials']

  scope.route({
    method: 'POST',
    url: '/sites/:site_id/tokens',
    schema: {
      operationId: 'createToken',
      tags,
      summary: 'Make a token for one request',
      params: SiteParams,
      body: TokenRequest,
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
    schema: {
      operationId: 'explainRequest',
      tags,
      summary: 'Explain the authentication of a request, check by check',
      params: SiteParams,
      body: ExplainRequest,
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
