import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type TObject, type TSchema, Type } from '@sinclair/typebox'
import { ERROR_CASES, type ErrorName } from '../contract/errors.ts'
import type { Journey, JourneyList } from '../contract/journey.ts'
import {
  errorsOf,
  JourneyParams,
  MemberParams,
  NoParams,
  type OperationId,
  operations,
} from '../contract/operations.ts'
import type { MemberJourneyList, UserJourneyList } from '../contract/participation.ts'
import type { MemberStatus } from '../contract/records.ts'
import { ANSWERS } from '../contract/schemas.ts'
import { journeySummaryView, journeyView, memberJourneyView, userJourneyView } from '../engine/views.ts'
import { VendorError } from './errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The operation that a route answers. */
    operation?: OperationId
  }
}

const HEADERS = {
  'X-Sandbox-Request-Id': {
    type: 'string',
    description: 'The id of the request in the journal. The vendor sends no such header',
  },
  'X-Sandbox-Explain': {
    type: 'string',
    description:
      'Why the sandbox refused the request, or a warning about it. The vendor sends no such header',
  },
}
const RETRY_AFTER = {
  'Retry-After': { type: 'string', description: 'When to try again, where an injected fault says so' },
}

/** The path, documentation and validation of the route of an operation. */
function routeOf<const P extends TObject>(operation: OperationId, params: P) {
  const { path, summary, description } = operations[operation]
  return {
    method: 'GET',
    url: path,
    config: { operation },
    schema: {
      operationId: operation,
      tags: ['Journeys'],
      summary,
      description,
      params,
      security: [{ token: [], site: [] }],
      response: {
        200: Type.Ref(`${ANSWERS[operation].$id}#`, { headers: HEADERS }),
        ...errorResponses(errorsOf(operation)),
      },
    },
  } as const
}

function errorResponses(names: readonly ErrorName[]): Record<number, TSchema> {
  const byStatus = Map.groupBy(
    names.map(name => ERROR_CASES[name]),
    ({ status }) => status,
  )
  return Object.fromEntries(
    [...byStatus].map(([status, cases]) => [
      status,
      {
        ...Type.Ref('ApiError#'),
        description: cases.map(({ errorCode, description }) => `${errorCode}: ${description}.`).join(' '),
        headers: status === 429 || status === 503 ? { ...HEADERS, ...RETRY_AFTER } : HEADERS,
      },
    ]),
  )
}

/** `GET /journeys` and `GET /journeys/{journey_id}`: the journeys of the calling site. */
export const journeyRoutes: FastifyPluginAsyncTypebox = async scope => {
  scope.route({
    ...routeOf('getJourneys', NoParams),
    handler: ({ site }): JourneyList => {
      const now = site.now()
      return {
        journeys: site.store.journeys().map(journey => journeySummaryView(journey, site.site_id, now)),
        ...site.store.site.extra,
      }
    },
  })

  scope.route({
    ...routeOf('getJourney', JourneyParams),
    handler: ({ site, params: { journey_id } }): Journey => {
      const journey = site.store.journey(journey_id)
      // A journey of another site is not found either, so that nothing tells whether it exists (CONTRACT.md section 4).
      if (!journey)
        throw new VendorError('journeyNotFound', `journey: site ${site.site_id} has no journey ${journey_id}`)
      return journeyView(journey, site.site_id, site.now())
    },
  })
}

/** `GET /user_journeys/{email_id}` and `GET /user/{email_id}/journeys`: two views of a member's participations. */
export const memberRoutes: FastifyPluginAsyncTypebox = async scope => {
  scope.route({
    ...routeOf('getUserJourneysByEmail', MemberParams),
    handler: ({ site, params: { email_id } }): UserJourneyList => {
      const { participations, extra } = admitted(site.store.memberWithSummaries(email_id), email_id)
      const now = site.now()
      return {
        journeys: participations.map(participation => userJourneyView(participation, site.site_id, now)),
        ...extra,
      }
    },
  })

  scope.route({
    ...routeOf('getMemberJourneys', MemberParams),
    handler: ({ site, params: { email_id } }): MemberJourneyList => {
      const { participations, extra } = admitted(site.store.memberWithParticipations(email_id), email_id)
      const now = site.now()
      return {
        journeys: participations.map(participation => memberJourneyView(participation, now)),
        ...extra,
      }
    },
  })
}

/** A member who may be answered for. @throws {VendorError} for one who is unknown, is blocked or has opted out */
function admitted<M extends { status: MemberStatus }>(member: M | undefined, email: string): M {
  if (!member) throw new VendorError('memberNotFound', `member: the site has no member ${email}`)
  if (member.status === 'blocked') throw new VendorError('blocked', `member: ${email} is blocked`)
  if (member.status === 'opted_out') throw new VendorError('optedOut', `member: ${email} has opted out`)
  return member
}
