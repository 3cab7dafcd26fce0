import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { SeedHistory } from '../seed/schema.ts'
import { EventResult, MOST_EVENTS, NewEvent, NewMemberEvent } from '../sites/events.ts'
import { MemberParams } from './content.ts'
import { type ControlOptions, responses, SiteParams, siteOf } from './route.ts'

const Batch = Type.Object(
  {
    events: Type.Array(NewMemberEvent, {
      maxItems: MOST_EVENTS,
      description: 'In the order in which they happen',
    }),
  },
  {
    additionalProperties: false,
    title: 'EventBatch',
    description: 'Events of any members',
    examples: [
      {
        events: [
          { email: 'ann@example.com', event: 'purchase' },
          { email: 'new@example.com', event: 'signup' },
        ],
      },
    ],
  },
)

/** The events of members, and their effects. */
export const eventRoutes: FastifyPluginAsyncTypebox<ControlOptions> = async (scope, { sites, bodyLimit }) => {
  const tags = ['Events']

  scope.route({
    method: 'POST',
    url: '/sites/:site_id/members/:email/events',
    schema: {
      operationId: 'postEvent',
      tags,
      summary: 'Send an event of a member',
      description: 'An unknown member is created. The four operations show the effect.',
      params: MemberParams,
      body: NewEvent,
      response: responses({ 200: EventResult }),
    },
    handler: request => siteOf(sites, request).events.post(request.params.email, request.body),
  })

  scope.route({
    method: 'GET',
    url: '/sites/:site_id/members/:email/events',
    schema: {
      operationId: 'getHistory',
      tags,
      summary: 'Get the event history of a member',
      params: MemberParams,
      response: responses({
        200: Type.Object({ events: Type.Array(SeedHistory) }, { description: 'Oldest first' }),
      }),
    },
    handler: request => ({ events: siteOf(sites, request).events.history(request.params.email) }),
  })

  scope.route({
    method: 'POST',
    url: '/sites/:site_id/events',
    bodyLimit,
    schema: {
      operationId: 'postEvents',
      tags,
      summary: 'Send several events, all or none',
      params: SiteParams,
      body: Batch,
      response: responses({
        200: Type.Object({ results: Type.Array(EventResult) }, { description: 'Event by event' }),
      }),
    },
    handler: async request => ({ results: await siteOf(sites, request).events.postAll(request.body.events) }),
  })
}
