import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { NotFound } from '../errors.ts'
import { originOf } from '../origin.ts'
import { toHar } from '../sites/har.ts'
import {
  type Journal,
  type JournalEntry,
  RequestFilter,
  RequestRecord,
  readHeaders,
} from '../sites/journal.ts'
import { Report, reportOf } from '../sites/report.ts'
import { type ControlOptions, Nothing, responses, SiteParams, siteOf } from './route.ts'

const RequestList = Type.Object(
  {
    requests: Type.Array(RequestRecord, { description: 'Newest first' }),
    dropped: Type.Integer({ description: 'How many older requests the journal no longer keeps' }),
  },
  { title: 'RequestList', description: 'A part of the request journal' },
)

const RequestParams = Type.Object({
  ...SiteParams.properties,
  id: Type.String({ description: 'The id of a request', examples: ['5f0c2b7e-0f9f-4c8e-9d55-3a2b6c1e7f10'] }),
})

const lowerCase = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

const listed = (journal: Journal, filter: RequestFilter) => ({
  requests: journal.list(filter),
  dropped: journal.dropped,
})

/** The request journal: what a site's clients really sent. */
export const requestRoutes: FastifyPluginAsyncTypebox<ControlOptions> = async (scope, { sites, inject }) => {
  const tags = ['Requests']

  function find(journal: Journal, id: string) {
    const record = journal.get(id)
    if (!record)
      throw new NotFound(`there is no request ${id} in the journal, which keeps the last ${journal.size}`)
    return record
  }

  scope.route({
    method: 'GET',
    url: '/sites/:site_id/requests',
    schema: {
      operationId: 'listRequests',
      tags,
      summary: 'List the last requests that named a site',
      params: SiteParams,
      querystring: RequestFilter,
      response: responses({ 200: RequestList }),
    },
    handler: request => listed(siteOf(sites, request).requests, request.query),
  })

  scope.route({
    method: 'GET',
    url: '/sites/:site_id/requests/count',
    schema: {
      operationId: 'countRequests',
      tags,
      summary: 'Count the requests that named a site',
      description: 'Refused when some that may match are no longer kept.',
      params: SiteParams,
      querystring: RequestFilter,
      response: responses({
        200: Type.Object({ count: Type.Integer() }, { description: 'How many there are' }),
      }),
    },
    handler: request => ({ count: siteOf(sites, request).requests.count(request.query) }),
  })

  scope.route({
    method: 'GET',
    url: '/sites/:site_id/requests/:id',
    schema: {
      operationId: 'getRequest',
      tags,
      summary: 'Get a request',
      params: RequestParams,
      response: responses({ 200: RequestRecord }),
    },
    handler: request => find(siteOf(sites, request).requests, request.params.id),
  })

  scope.route({
    method: 'GET',
    url: '/sites/:site_id/requests.har',
    schema: {
      operationId: 'exportRequests',
      tags,
      summary: 'Export the last requests that named a site, for any HAR viewer',
      description: 'An HTTP Archive (HAR 1.2), without signatures.',
      params: SiteParams,
      querystring: RequestFilter,
      response: responses({ 200: Type.Unknown({ description: 'An HTTP Archive' }) }),
    },
    handler: request => toHar(siteOf(sites, request).requests.list(request.query), originOf(request)),
  })

  scope.route({
    method: 'POST',
    url: '/sites/:site_id/requests/:id/resend',
    schema: {
      operationId: 'resendRequest',
      tags,
      summary: 'Send a request again, with a fresh token',
      params: RequestParams,
      response: responses({ 200: RequestRecord }),
    },
    handler: async request => {
      const site = siteOf(sites, request)
      const { id } = request.params
      find(site.requests, id)
      const { method, url, rawHeaders, identifier } = site.requests.entry(id) as JournalEntry
      const headers = { ...readHeaders(rawHeaders), ...lowerCase(site.headersFor(identifier)) }
      const response = await inject({ method: method as 'GET', url, headers })
      return find(site.requests, String(response.headers['x-sandbox-request-id']))
    },
  })

  scope.route({
    method: 'DELETE',
    url: '/sites/:site_id/requests',
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
    schema: {
      operationId: 'listUnmatchedRequests',
      tags,
      summary: 'List the unmatched requests: the last that named no known site',
      querystring: RequestFilter,
      response: responses({ 200: RequestList }),
    },
    handler: request => listed(sites.unmatched, request.query),
  })

  scope.route({
    method: 'DELETE',
    url: '/requests',
    schema: {
      operationId: 'clearUnmatchedRequests',
      tags,
      summary: 'Empty the journal of unmatched requests',
      response: responses({ 204: Nothing }),
    },
    handler: (_request, reply) => {
      sites.unmatched.clear()
      return reply.code(204).send()
    },
  })
}

const ReportQuery = Type.Object(
  {
    clones: Type.Optional(
      Type.Boolean({
        description: 'Whether to count the site and its clones together (false)',
        examples: [true],
      }),
    ),
  },
  { additionalProperties: false },
)

/** What a suite of tests has exercised. */
export const reportRoutes: FastifyPluginAsyncTypebox<ControlOptions> = async (scope, { sites }) => {
  scope.route({
    method: 'GET',
    url: '/sites/:site_id/report',
    schema: {
      operationId: 'getReport',
      tags: ['Requests'],
      summary: 'Report what a suite of tests has exercised, and what it has not',
      description:
        'Counted since the last reset, also when the journal has dropped requests. For every operation: the outcomes its client has met.',
      params: SiteParams,
      querystring: ReportQuery,
      response: responses({ 200: Report }),
    },
    handler: request => {
      const site = siteOf(sites, request)
      return reportOf(request.query.clones ? [site, ...sites.clonesOf(site)] : [site])
    },
  })
}
