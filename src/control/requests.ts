import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { Verdict } from '../auth/verdict.ts'
import { OneOf } from '../contract/formats.ts'
import { OPERATION_IDS } from '../contract/operations.ts'
import { NotFound } from '../errors.ts'
import type { Journal } from '../sites/journal.ts'
import { type ControlOptions, Nothing, responses, SiteParams, siteOf } from './route.ts'

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()])

const RequestView = Type.Object(
  {
    id: Type.String({ description: 'Also in the response header X-Sandbox-Request-Id' }),
    time: Type.String({ description: "RFC 3339, by the machine's clock" }),
    method: Type.String(),
    path: Type.String({ description: 'As it was sent, with the query' }),
    operation: orNull(OneOf(OPERATION_IDS)),
    email: orNull(Type.String()),
    journey_id: orNull(Type.String()),
    status: orNull(Type.Integer({ description: 'null while it is not answered, and when it never was' })),
    duration_ms: orNull(Type.Number()),
    explanation: orNull(
      Type.String({ description: 'Why it was refused, or what it should do better: X-Sandbox-Explain' }),
    ),
    fault: orNull(Type.Object({ id: orNull(Type.String()), kind: Type.String() })),
    authentication: orNull(Verdict),
    headers: Type.Record(Type.String(), Type.String(), {
      description: 'As sent; a token without its signature',
    }),
    token: orNull(Type.Object({ header: Type.Unknown(), claims: Type.Unknown() })),
  },
  { description: 'A request to the API, and what became of it' },
)

const Filter = Type.Object(
  {
    operation: Type.Optional(OneOf(OPERATION_IDS, { description: 'Only calls of this operation' })),
    email: Type.Optional(Type.String({ description: 'Only calls about this member' })),
    status: Type.Optional(Type.Integer({ description: 'Only calls that were answered so' })),
    since: Type.Optional(
      Type.String({ description: 'Only calls from this time on: a vendor timestamp or RFC 3339' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, description: 'At most so many' })),
  },
  { additionalProperties: false },
)

const RequestList = Type.Object({ requests: Type.Array(RequestView) }, { description: 'Newest first' })
const RequestParams = Type.Object({
  ...SiteParams.properties,
  id: Type.String({ description: 'The id of a request' }),
})

/** What a site's clients really sent. */
export const requestRoutes: FastifyPluginAsyncTypebox<ControlOptions> = async (scope, { sites }) => {
  const tags = ['Requests']
  const config = { control: true }

  function find(journal: Journal, id: string) {
    const record = journal.get(id)
    if (!record)
      throw new NotFound(`there is no request ${id} in the journal, which keeps the last ${journal.size}`)
    return record
  }

  scope.route({
    method: 'GET',
    url: '/sites/:site_id/requests',
    config,
    schema: {
      operationId: 'listRequests',
      tags,
      summary: 'List the last requests that named a site',
      params: SiteParams,
      querystring: Filter,
      response: responses({ 200: RequestList }),
    },
    handler: request => ({ requests: siteOf(sites, request).requests.list(request.query) }),
  })

  scope.route({
    method: 'GET',
    url: '/sites/:site_id/requests/count',
    config,
    schema: {
      operationId: 'countRequests',
      tags,
      summary: 'Count the last requests that named a site',
      params: SiteParams,
      querystring: Filter,
      response: responses({
        200: Type.Object({ count: Type.Integer() }, { description: 'How many there are' }),
      }),
    },
    handler: request => ({ count: siteOf(sites, request).requests.count(request.query) }),
  })

  scope.route({
    method: 'GET',
    url: '/sites/:site_id/requests/:id',
    config,
    schema: {
      operationId: 'getRequest',
      tags,
      summary: 'Get a request',
      params: RequestParams,
      response: responses({ 200: RequestView }),
    },
    handler: request => find(siteOf(sites, request).requests, request.params.id),
  })

  scope.route({
    method: 'DELETE',
    url: '/sites/:site_id/requests',
    config,
    schema: {
      operationId: 'clearRequests',
      tags,
      summary: 'Empty the journal of a site',
      params: SiteParams,
      response: responses({ 204: Nothing }),
    },
    handler: (request, reply) => {
      siteOf(sites, request).requests.clear()
      return reply.code(204).send()
    },
  })

  scope.route({
    method: 'GET',
    url: '/requests',
    config,
    schema: {
      operationId: 'listStrangers',
      tags,
      summary: 'List the last requests that named no known site',
      querystring: Filter,
      response: responses({ 200: RequestList }),
    },
    handler: request => ({ requests: sites.strangers.list(request.query) }),
  })

  scope.route({
    method: 'DELETE',
    url: '/requests',
    config,
    schema: {
      operationId: 'clearStrangers',
      tags,
      summary: 'Empty the journal of what named no known site',
      response: responses({ 204: Nothing }),
    },
    handler: (_request, reply) => {
      sites.strangers.clear()
      return reply.code(204).send()
    },
  })
}
