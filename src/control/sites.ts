import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import { Timestamp } from '../contract/formats.ts'
import { MAX_DEPTH } from '../contract/json.ts'
import { orNull } from '../contract/records.ts'
import { NewSite } from '../sites/new-site.ts'
import type { Site } from '../sites/site.ts'
import { ClockReading } from '../sites/site-clock.ts'
import {
  baseUrlOf,
  type ControlOptions,
  Nothing,
  responses,
  SiteParams,
  siteOf,
  uncheckedBody,
} from './route.ts'

const SiteView = Type.Object(
  {
    site_id: Type.String({ description: 'What X-AnnexCloud-Site names' }),
    name: Type.String(),
    secret: Type.String({ description: 'The key of its tokens, used raw' }),
    base_url: Type.String({ description: "The API's base URL" }),
    created_at: Timestamp({ description: 'When it was created' }),
    ttl: orNull(
      Type.String({
        description: 'The site expires when it is idle for that long: an ISO 8601 duration',
      }),
    ),
    expires_at: orNull(Type.String({ description: 'When it expires, unless it is used: RFC 3339' })),
    revision: Type.Integer({ description: 'Grows with every write to its content' }),
    journeys: Type.Integer({ description: 'How many there are' }),
    members: Type.Integer({ description: 'How many there are' }),
    clock: ClockReading,
  },
  { title: 'Site', description: 'A site' },
)

const SiteList = Type.Object(
  { sites: Type.Array(SiteView, { description: 'In the order of creation' }) },
  { title: 'SiteList', description: 'The sites' },
)

/** Creating, removing and resetting sites. */
export const siteRoutes: FastifyPluginAsyncTypebox<ControlOptions> = async (
  scope,
  { sites, basePath, bodyLimit },
) => {
  const tags = ['Sites']

  function view(site: Site, request: FastifyRequest) {
    const { created_at, ttl } = site.store.creation()
    const { site_id, name, secret } = site
    const base_url = baseUrlOf(request, basePath)
    const rest = { revision: site.store.revision(), ...site.store.counts(), clock: site.clock.read() }
    return { site_id, name, secret, base_url, created_at, ttl, expires_at: sites.expiryOf(site), ...rest }
  }

  scope.route({
    method: 'GET',
    url: '/sites',
    schema: {
      operationId: 'listSites',
      tags,
      summary: 'List the sites',
      response: responses({
        200: SiteList,
      }),
    },
    handler: request => ({ sites: sites.list().map(site => view(site, request)) }),
  })

  scope.route({
    method: 'POST',
    url: '/sites',
    bodyLimit,
    config: { bodyDepth: MAX_DEPTH + 1 },
    validatorCompiler: uncheckedBody,
    schema: {
      operationId: 'createSite',
      tags,
      summary: 'Create a site',
      description: 'A site is the unit of isolation: give each test one of its own.',
      body: NewSite,
      response: responses({ 201: SiteView }),
    },
    handler: async (request, reply) => {
      const site = await sites.create.inTurns(request.body)
      const created = view(site, request)
      return reply
        .code(201)
        .header('location', `/_sandbox/sites/${encodeURIComponent(site.site_id)}`)
        .send(created)
    },
  })

  scope.route({
    method: 'GET',
    url: '/sites/:site_id',
    schema: {
      operationId: 'getSite',
      tags,
      summary: 'Get a site',
      params: SiteParams,
      response: responses({ 200: SiteView }),
    },
    handler: request => view(siteOf(sites, request), request),
  })

  scope.route({
    method: 'DELETE',
    url: '/sites/:site_id',
    schema: {
      operationId: 'removeSite',
      tags,
      summary: 'Remove a site with all its data',
      params: SiteParams,
      response: responses({ 204: Nothing }),
    },
    handler: async (request, reply) => {
      await sites.remove.inTurns(request.params.site_id)
      return reply.code(204).send()
    },
  })

  scope.route({
    method: 'POST',
    url: '/sites/:site_id/reset',
    schema: {
      operationId: 'resetSite',
      tags,
      summary: 'Go back to the seed the site was created from',
      description: 'Data, clock, faults and journal. Named snapshots stay.',
      params: SiteParams,
      response: responses({ 200: SiteView }),
    },
    handler: async request => {
      const site = siteOf(sites, request)
      await site.reset.inTurns()
      return view(site, request)
    },
  })

  scope.route({
    method: 'POST',
    url: '/reset',
    schema: {
      operationId: 'resetSites',
      tags,
      summary: 'Go back to the seeds of all sites',
      description: 'Resets every site that has a seed, and empties the journal of unmatched requests.',
      response: responses({ 200: SiteList }),
    },
    handler: async request => {
      await sites.reset.inTurns()
      return { sites: sites.list().map(site => view(site, request)) }
    },
  })
}
