import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { ApiError } from '../contract/errors.ts'
import { Journey, JourneyConnection, JourneyList, JourneyNode, JourneySummary } from '../contract/journey.ts'
import { operations } from '../contract/operations.ts'
import {
  MemberEvent,
  MemberJourney,
  MemberJourneyList,
  MemberReward,
  UserJourney,
  UserJourneyList,
} from '../contract/participation.ts'
import { type AuthenticateOptions, authenticate } from './authenticate.ts'
import { handleError } from './errors.ts'
import { Failure } from './failure.ts'
import { getJourney } from './get-journey.ts'
import { getJourneys } from './get-journeys.ts'
import { getMemberJourneys } from './get-member-journeys.ts'
import { getUserJourneysByEmail } from './get-user-journeys-by-email.ts'

const SCHEMAS = [
  ...[ApiError, JourneyNode, JourneyConnection, JourneySummary, Journey, JourneyList],
  ...[UserJourney, UserJourneyList, MemberEvent, MemberReward, MemberJourney, MemberJourneyList],
]

/** The vendor's plane: the four operations, and what becomes of every other request to their addresses. */
export async function api(scope: FastifyInstance, options: AuthenticateOptions): Promise<void> {
  scope.setValidatorCompiler(TypeBoxValidatorCompiler)
  scope.setErrorHandler(handleError)
  for (const schema of SCHEMAS) scope.addSchema(schema)
  refuseOtherMethods(scope)

  scope.register(async authenticated => {
    authenticated.decorateRequest('caller')
    authenticated.addHook('onRequest', authenticate(options))
    authenticated.register(getJourneys)
    authenticated.register(getJourney)
    authenticated.register(getUserJourneysByEmail)
    authenticated.register(getMemberJourneys)
  })
}

/** A known address with another method: 405, before any authentication, as nothing could be authenticated for it. */
function refuseOtherMethods(scope: FastifyInstance): void {
  const method = scope.supportedMethods.filter(name => name !== 'GET' && name !== 'HEAD')
  for (const { path } of Object.values(operations)) {
    scope.route({
      method,
      url: path,
      schema: { hide: true },
      onRequest: (_request, reply, done) => {
        reply.header('allow', 'GET, HEAD')
        done(new Failure('METHOD_NOT_ALLOWED'))
      },
      handler: () => undefined,
    })
  }
}
