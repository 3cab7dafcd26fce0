import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { operations } from '../contract/operations.ts'
import { SCHEMAS } from '../contract/schemas.ts'
import { METHODS } from '../http.ts'
import { authenticate, authenticator } from './authenticate.ts'
import { handleError } from './errors.ts'
import { Failure } from './failure.ts'
import { spoilAnswer, spoilBody } from './faults.ts'
import { closeEntry, openEntry } from './journal.ts'
import { routeOf } from './operation.ts'
import { OPERATIONS } from './operations.ts'
import type { ApiOptions } from './options.ts'

interface PlaneOptions extends ApiOptions {
  /** Whether it is left to others to refuse what is none of the operations; it is not. */
  only?: boolean
}

/** The vendor's plane: the four operations, and what becomes of every other request under the base path. */
export async function api(
  scope: FastifyInstance,
  { sites, auth, faultHeader, only = false }: PlaneOptions,
): Promise<void> {
  scope.setValidatorCompiler(TypeBoxValidatorCompiler)
  for (const schema of SCHEMAS) scope.addSchema(schema)
  for (const name of ['namedSite', 'entry', 'bodyFault', 'caller']) scope.decorateRequest(name)

  scope.addHook('onRequest', openEntry(sites))
  scope.addHook('onRequest', spoilAnswer(faultHeader))
  scope.addHook('onSend', spoilBody)
  scope.addHook('onResponse', closeEntry(sites))
  scope.setErrorHandler(handleError)
  if (!only) {
    scope.setNotFoundHandler(refuseUnknown)
    refuseOtherMethods(scope)
  }

  scope.register(async authenticated => {
    authenticated.addHook('onRequest', authenticate(sites, authenticator(sites, auth)))
    for (const operation of OPERATIONS) authenticated.route(routeOf(operation))
  })
}

function refuseUnknown(): never {
  throw new Failure('NOT_FOUND')
}

/** A known address with another method: 405, before any authentication, as nothing could be authenticated for it. */
function refuseOtherMethods(scope: FastifyInstance): void {
  for (const name of METHODS)
    if (!scope.supportedMethods.includes(name) && name !== 'CONNECT') scope.addHttpMethod(name)
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
