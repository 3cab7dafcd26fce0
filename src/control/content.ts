import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { FastifyReply } from 'fastify'
import { Email, Uuid } from '../contract/formats.ts'
import { MAX_DEPTH } from '../contract/json.ts'
import { annotated } from '../contract/records.ts'
import { SeedDocument, SeedJourney, SeedMember } from '../seed/schema.ts'
import { JourneyInput, MemberInput, SeedInput } from '../seed/schema-input.ts'
import { Capsule, packSite } from '../sites/capsule.ts'
import type { Site } from '../sites/site.ts'
import { type ControlOptions, Nothing, responses, SiteParams, siteOf, uncheckedBody } from './route.ts'

export const JourneyParams = Type.Object({
  ...SiteParams.properties,
  journey_id: Uuid({
    description: 'The id of a journey',
    examples: ['de04a64d-dc40-445f-8351-3dde7567d5c8'],
  }),
})
export const MemberParams = Type.Object({
  ...SiteParams.properties,
  email: Email({ description: 'The email of a member', examples: ['ann@example.com'] }),
})

const JOURNEY = {
  name: 'Welcome',
  nodes: [
    { type: 'entry', name: 'Joins' },
    { type: 'event', name: 'Buys', event: 'purchase' },
    { type: 'reward', name: 'Thanks', reward: 'points', amount: 100 },
  ],
}

const JourneyBody = annotated(JourneyInput, { examples: [JOURNEY] })
/** The email may be left out, as the path has it. */
const MemberBody = Type.Object(
  { ...MemberInput.properties, email: Type.Optional(MemberInput.properties.email) },
  {
    additionalProperties: false,
    title: 'MemberBody',
    description: 'A member of the loyalty programme',
    examples: [{ events: [{ event: 'purchase', attributes: { amount: 60 } }] }],
  },
)

const SeedBody = annotated(SeedInput, {
  examples: [
    { journeys: [JOURNEY], members: [{ email: 'ann@example.com', events: [{ event: 'purchase' }] }] },
  ],
})

const CapsuleBody = annotated(Capsule, {
  examples: [
    {
      capsule: 1,
      created_at: '2026-01-05T10:00:00Z',
      created_by: 'journeys-sandbox',
      site_time: '2026-01-05T10:00:00Z',
      seed: null,
      state: {
        data: { site: { site_id: '9991331', name: 'demo-site' }, journeys: [], members: [] },
        clock: null,
        faults: [],
        faults_added: 0,
      },
      snapshots: [],
      requests: [],
      dropped: 0,
    },
  ],
})

/** Parts of an answer. To a reader that is fast, all of them would be sent before other requests get their turn. */
async function* oneInATurn(parts: readonly string[]): AsyncGenerator<string> {
  for (const part of parts) {
    yield part
    await setImmediate()
  }
}

/** A site with so many members is exported in parts, so that other requests are answered meanwhile. */
const LARGE = 1000

async function sendData({ content, store }: Site, reply: FastifyReply) {
  if (store.counts().members < LARGE) return content.read()
  return reply
    .type('application/json; charset=utf-8')
    .send(Readable.from(oneInATurn(await content.readText())))
}

/** The data of a site: the whole of it, a journey, or a member. */
export const contentRoutes: FastifyPluginAsyncTypebox<ControlOptions> = async (
  scope,
  { sites, bodyLimit },
) => {
  const tags = ['Content']

  scope.route({
    method: 'GET',
    url: '/sites/:site_id/data',
    schema: {
      operationId: 'getData',
      tags,
      summary: 'Get the whole site as a seed document',
      params: SiteParams,
      response: responses({ 200: SeedDocument }),
    },
    handler: async (request, reply) => sendData(siteOf(sites, request), reply),
  })

  scope.route({
    method: 'PUT',
    url: '/sites/:site_id/data',
    bodyLimit,
    config: { bodyDepth: MAX_DEPTH },
    validatorCompiler: uncheckedBody,
    schema: {
      operationId: 'putData',
      tags,
      summary: 'Replace the whole site, or nothing',
      description:
        'In the short form or the long one. Every issue of the document is listed. A reset still goes back to the seed of the site.',
      params: SiteParams,
      body: SeedBody,
      response: responses({ 200: SeedDocument }),
    },
    handler: async (request, reply) => {
      const site = siteOf(sites, request)
      await site.content.replace.inTurns(request.body)
      return sendData(site, reply)
    },
  })

  scope.route({
    method: 'GET',
    url: '/sites/:site_id/journeys/:journey_id',
    schema: {
      operationId: 'getSiteJourney',
      tags,
      summary: 'Get a journey with its graph',
      params: JourneyParams,
      response: responses({ 200: SeedJourney }),
    },
    handler: request => siteOf(sites, request).content.journey(request.params.journey_id),
  })

  scope.route({
    method: 'PUT',
    url: '/sites/:site_id/journeys/:journey_id',
    bodyLimit,
    validatorCompiler: uncheckedBody,
    schema: {
      operationId: 'putSiteJourney',
      tags,
      summary: 'Create or replace a journey with its graph',
      description:
        'The id may be left out of the body. The answer of getJourney can be put as it is: its derived properties are ignored. Members keep what they completed at nodes that stay.',
      params: Type.Object({
        ...SiteParams.properties,
        journey_id: Uuid({
          description: 'The id of a journey, which need not exist',
          examples: ['0b6f3c52-5f0d-4a3e-9a27-6c9c1d1f8e44'],
        }),
      }),
      body: JourneyBody,
      response: responses({ 200: SeedJourney, 201: SeedJourney }),
    },
    handler: (request, reply) => {
      const { content } = siteOf(sites, request)
      const { journey_id } = request.params
      const isNew = content.putJourney(journey_id, request.body)
      return reply.code(isNew ? 201 : 200).send(content.journey(journey_id))
    },
  })

  scope.route({
    method: 'DELETE',
    url: '/sites/:site_id/journeys/:journey_id',
    schema: {
      operationId: 'removeSiteJourney',
      tags,
      summary: 'Remove a journey with its participations',
      params: JourneyParams,
      response: responses({ 204: Nothing }),
    },
    handler: (request, reply) => {
      siteOf(sites, request).content.removeJourney(request.params.journey_id)
      return reply.code(204).send()
    },
  })

  scope.route({
    method: 'GET',
    url: '/sites/:site_id/members/:email',
    schema: {
      operationId: 'getSiteMember',
      tags,
      summary: 'Get a member with participations',
      params: MemberParams,
      response: responses({ 200: SeedMember }),
    },
    handler: request => siteOf(sites, request).content.member(request.params.email),
  })

  scope.route({
    method: 'PUT',
    url: '/sites/:site_id/members/:email',
    bodyLimit,
    validatorCompiler: uncheckedBody,
    schema: {
      operationId: 'putSiteMember',
      tags,
      summary: 'Create or replace a member with participations',
      description: 'The email may be left out of the body.',
      params: MemberParams,
      body: MemberBody,
      response: responses({ 200: SeedMember, 201: SeedMember }),
    },
    handler: (request, reply) => {
      const { content } = siteOf(sites, request)
      const isNew = content.putMember(request.params.email, request.body)
      return reply.code(isNew ? 201 : 200).send(content.member(request.params.email))
    },
  })

  scope.route({
    method: 'DELETE',
    url: '/sites/:site_id/members/:email',
    schema: {
      operationId: 'removeSiteMember',
      tags,
      summary: 'Remove a member',
      params: MemberParams,
      response: responses({ 204: Nothing }),
    },
    handler: (request, reply) => {
      siteOf(sites, request).content.removeMember(request.params.email)
      return reply.code(204).send()
    },
  })

  scope.route({
    method: 'GET',
    url: '/sites/:site_id/capsule',
    schema: {
      operationId: 'getCapsule',
      tags,
      summary: 'Get the whole site in one file',
      description:
        'Data, clock, fault rules, snapshots and request journal. `serve --open FILE` opens the file elsewhere, for example after a job failed.',
      params: SiteParams,
      querystring: Type.Object(
        {
          secrets: Type.Optional(
            Type.Boolean({
              description: 'Whether the secret of the site is included (false)',
              examples: [true],
            }),
          ),
        },
        { additionalProperties: false },
      ),
      response: responses({ 200: Capsule }),
    },
    handler: request =>
      packSite(siteOf(sites, request), sites.systemClock.now(), request.query.secrets ?? false),
  })

  scope.route({
    method: 'PUT',
    url: '/sites/:site_id/capsule',
    // A seed lies four levels deep in it, in the state of a snapshot.
    bodyLimit,
    config: { bodyDepth: MAX_DEPTH + 4 },
    validatorCompiler: uncheckedBody,
    schema: {
      operationId: 'putCapsule',
      tags,
      summary: 'Set a site to what a capsule holds, or change nothing',
      description:
        'Creates the site if it does not exist. Without a secret in the capsule, the site keeps its own, or gets a generated one.',
      params: SiteParams,
      body: CapsuleBody,
      response: responses({ 200: Capsule, 201: Capsule }),
    },
    handler: async (request, reply) => {
      const { site, isNew } = await sites.openCapsule.inTurns(request.body, request.params.site_id)
      return reply.code(isNew ? 201 : 200).send(packSite(site, sites.systemClock.now(), false))
    },
  })
}
