import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { ActiveFault, FaultRule } from '../sites/fault-rule.ts'
import { type ControlOptions, Nothing, responses, SiteParams, siteOf } from './route.ts'

const FaultParams = Type.Object({
  ...SiteParams.properties,
  id: Type.String({ description: 'The id of a fault rule', examples: ['fault-1'] }),
})

/** The faults to inject into the answers of a site. */
export const faultRoutes: FastifyPluginAsyncTypebox<ControlOptions> = async (scope, { sites }) => {
  const tags = ['Faults']

  scope.route({
    method: 'GET',
    url: '/sites/:site_id/faults',
    schema: {
      operationId: 'listFaults',
      tags,
      summary: 'List the fault rules of a site',
      params: SiteParams,
      response: responses({
        200: Type.Object({ faults: Type.Array(ActiveFault) }, { description: 'The first that applies wins' }),
      }),
    },
    handler: request => ({ faults: siteOf(sites, request).faults.list() }),
  })

  scope.route({
    method: 'POST',
    url: '/sites/:site_id/faults',
    schema: {
      operationId: 'addFault',
      tags,
      summary: 'Inject a fault',
      params: SiteParams,
      body: FaultRule,
      response: responses({ 201: ActiveFault }),
    },
    handler: (request, reply) => reply.code(201).send(siteOf(sites, request).faults.add(request.body)),
  })

  scope.route({
    method: 'DELETE',
    url: '/sites/:site_id/faults',
    schema: {
      operationId: 'clearFaults',
      tags,
      summary: 'Remove all fault rules',
      params: SiteParams,
      response: responses({ 204: Nothing }),
    },
    handler: (request, reply) => {
      siteOf(sites, request).faults.clear()
      return reply.code(204).send()
    },
  })

  scope.route({
    method: 'DELETE',
    url: '/sites/:site_id/faults/:id',
    schema: {
      operationId: 'removeFault',
      tags,
      summary: 'Remove a fault rule',
      params: FaultParams,
      response: responses({ 204: Nothing }),
    },
    handler: (request, reply) => {
      siteOf(sites, request).faults.remove(request.params.id)
      return reply.code(204).send()
    },
  })
}
