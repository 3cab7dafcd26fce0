import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { Email } from '../contract/formats.ts'
import { Outcome } from '../contract/outcome.ts'
import { SeedHistory } from '../seed/schema.ts'
import { MOST_EVENTS } from '../sites/events.ts'
import { type ControlOptions, responses, SiteParams, siteOf } from './route.ts'

const newEvent = {
  event: Type.String({
    minLength: 1,
    maxLength: 200,
    description: 'What the member does',
    examples: ['purchase'],
  }),
  attributes: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description: 'What is to be known of it, for criteria to ask ({})',
    }),
  ),
  at: Type.Optional(
    Type.String({
      description:
        "When: a vendor timestamp or RFC 3339, not before the member's last event (the present of the site)",
    }),
  ),
}

const NewEvent = Type.Object(newEvent, {
  additionalProperties: false,
  description: 'Something a member does',
})

const EventResult = Type.Object(
  {
    email: Type.String(),
    event: Type.String(),
    at: Type.String({ description: 'A vendor timestamp' }),
    created: Type.Boolean({ description: 'Whether the member was not known before' }),
    outcomes: Type.Array(Outcome, {
      description: 'What happened, participation by participation, or why nothing did',
    }),
  },
  { description: 'What came of an event' },
)

const Batch = Type.Object(
  {
    events: Type.Array(
      Type.Object(
        { email: Email({ description: 'Of the member' }), ...newEvent },
        { additionalProperties: false },
      ),
      {
        maxItems: MOST_EVENTS,
        description: 'In the order in which they happen',
      },
    ),
  },
  { additionalProperties: false },
)

const MemberParams = Type.Object({
  ...SiteParams.properties,
  email: Email({ description: 'The email of a member' }),
})

/** What members do, and what comes of it. */
export const eventRoutes: FastifyPluginAsyncTypebox<ControlOptions> = async (scope, { sites }) => {
  const tags = ['Events']
  const config = { control: true }

  scope.route({
    method: 'POST',
    url: '/sites/:site_id/members/:email/events',
    config,
    schema: {
      operationId: 'postEvent',
      tags,
      summary: 'Let something happen to a member',
      description: 'An unknown member is created. The four operations show what came of it.',
      params: MemberParams,
      body: NewEvent,
      response: responses({ 200: EventResult }),
    },
    handler: request => siteOf(sites, request).events.post(request.params.email, request.body),
  })

  scope.route({
    method: 'GET',
    url: '/sites/:site_id/members/:email/events',
    config,
    schema: {
      operationId: 'getHistory',
      tags,
      summary: 'What a member did, oldest first',
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
    config: { ...config, dataBody: true },
    schema: {
      operationId: 'postEvents',
      tags,
      summary: 'Let several things happen, or none',
      params: SiteParams,
      body: Batch,
      response: responses({
        200: Type.Object({ results: Type.Array(EventResult) }, { description: 'Event by event' }),
      }),
    },
    handler: request => ({ results: siteOf(sites, request).events.postAll(request.body.events) }),
  })
}
