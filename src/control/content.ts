import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { Email, Uuid } from '../contract/formats.ts'
import { SeedDocument, SeedJourney, SeedMember } from '../seed/schema.ts'
import { JourneyInput, MemberInput, SeedInput } from '../seed/schema-input.ts'
import { Capsule, packSite } from '../sites/capsule.ts'
import { type ControlOptions, Nothing, responses, SiteParams, siteOf, uncheckedBody } from './route.ts'

export const JourneyParams = Type.Object({
  ...SiteParams.properties,
  journey_id: Uuid({ description: 'The id of a journey' }),
})
export const MemberParams = Type.Object({
  ...SiteParams.properties,
  email: Email({ description: 'The email of a member' }),
})

/** A site with so many members is exported in parts, so that other requests are answered meanwhile. */
const LARGE = 1000

/** The data of a site: the whole of it, a journey, or a member. */
export const contentRoutes: FastifyPluginAsyncTypebox<ControlOptions> = async (scope, { sites }) => {
  const tags = ['Content']
  const config = { control: true, dataBody: true }

  scope.route({
    method: 'GET',
    url: '/sites/:site_id/data',
    config,
    schema: {
      operationId: 'getData',
      tags,
      summary: 'Get the whole site as a seed document',
      params: SiteParams,
      response: responses({ 200: SeedDocument }),
    },
    handler: async (request, reply) => {
      const { content, store } = siteOf(sites, request)
      if (store.counts().members < LARGE) return content.read()
      return reply.type('application/json; charset=utf-8').send(Readable.from(await content.readText()))
    },
  })

  scope.route({
    method: 'PUT',
    url: '/sites/:site_id/data',
    config,
    validatorCompiler: uncheckedBody,
    schema: {
      operationId: 'putData',
      tags,
      summary: 'Replace the whole site, or nothing',
      description:
        'In the short form or the long one. Every issue of the document is listed. A reset still goes back to the seed of the site.',
      params: SiteParams,
      body: SeedInput,
      response: responses({ 200: SeedDocument }),
    },
    handler: request => {
      const { content } = siteOf(sites, request)
      content.replace(request.body)
      return content.read()
    },
  })

  scope.route({
    method: 'GET',
    url: '/sites/:site_id/journeys/:journey_id',
    config,
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
    config,
    validatorCompiler: uncheckedBody,
    schema: {
      operationId: 'putSiteJourney',
      tags,
      summary: 'Create or replace a journey with its graph',
      description: 'The id may be left out of the body. Members keep what they completed at nodes that stay.',
      params: JourneyParams,
      body: JourneyInput,
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
    config,
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
    config,
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
    config,
    validatorCompiler: uncheckedBody,
    schema: {
      operationId: 'putSiteMember',
      tags,
      summary: 'Create or replace a member with participations',
      description: 'The email may be left out of the body.',
      params: MemberParams,
      body: MemberInput,
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
    config,
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
    config,
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
            Type.Boolean({ description: 'Whether the secret of the site is included (false)' }),
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
    config,
    validatorCompiler: uncheckedBody,
    schema: {
      operationId: 'putCapsule',
      tags,
      summary: 'Set a site to what a capsule holds, or change nothing',
      description:
        'Creates the site if it does not exist. Without a secret in the capsule, the site keeps its own, or gets a generated one.',
      params: SiteParams,
      body: Capsule,
      response: responses({ 200: Capsule, 201: Capsule }),
    },
    handler: (request, reply) => {
      const { site, isNew } = sites.openCapsule(request.body, request.params.site_id)
      return reply.code(isNew ? 201 : 200).send(packSite(site, sites.systemClock.now(), false))
    },
  })
}
