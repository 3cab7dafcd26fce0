import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { Snapshot, SnapshotName } from '../sites/snapshots.ts'
import { type ControlOptions, Nothing, responses, SiteParams, siteOf } from './route.ts'

const SnapshotParams = Type.Object({
  ...SiteParams.properties,
  name: SnapshotName,
})

/** Named points to return to: data, clock and faults of a site. */
export const snapshotRoutes: FastifyPluginAsyncTypebox<ControlOptions> = async (scope, { sites }) => {
  const tags = ['Snapshots']

  scope.route({
    method: 'GET',
    url: '/sites/:site_id/snapshots',
    schema: {
      operationId: 'listSnapshots',
      tags,
      summary: 'List the snapshots of a site',
      params: SiteParams,
      response: responses({
        200: Type.Object({ snapshots: Type.Array(Snapshot) }, { description: 'By name' }),
      }),
    },
    handler: request => ({ snapshots: siteOf(sites, request).snapshots.list() }),
  })

  scope.route({
    method: 'PUT',
    url: '/sites/:site_id/snapshots/:name',
    schema: {
      operationId: 'takeSnapshot',
      tags,
      summary: 'Take a snapshot, or take it again',
      params: SnapshotParams,
      response: responses({ 200: Snapshot, 201: Snapshot }),
    },
    handler: async (request, reply) => {
      const { snapshots } = siteOf(sites, request)
      const isNew = await snapshots.take.inTurns(request.params.name)
      return reply
        .code(isNew ? 201 : 200)
        .send(snapshots.list().find(({ name }) => name === request.params.name))
    },
  })

  scope.route({
    method: 'DELETE',
    url: '/sites/:site_id/snapshots/:name',
    schema: {
      operationId: 'removeSnapshot',
      tags,
      summary: 'Remove a snapshot',
      params: SnapshotParams,
      response: responses({ 204: Nothing }),
    },
    handler: async (request, reply) => {
      await siteOf(sites, request).snapshots.remove.inTurns(request.params.name)
      return reply.code(204).send()
    },
  })

  scope.route({
    method: 'POST',
    url: '/sites/:site_id/snapshots/:name/restore',
    schema: {
      operationId: 'restoreSnapshot',
      tags,
      summary: 'Return to a snapshot',
      description: 'Data, clock and faults are as they were. A running clock runs on from the present.',
      params: SnapshotParams,
      response: responses({ 204: Nothing }),
    },
    handler: async (request, reply) => {
      await siteOf(sites, request).snapshots.restore.inTurns(request.params.name)
      return reply.code(204).send()
    },
  })
}
