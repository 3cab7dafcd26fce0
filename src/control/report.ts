import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { Report, reportOf } from '../sites/report.ts'
import { type ControlOptions, responses, SiteParams, siteOf } from './route.ts'

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
