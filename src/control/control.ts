import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import type { Config } from '../config.ts'
import { HttpError, NotFound } from '../errors.ts'
import { createGuard, type GuardOptions } from '../guard.ts'
import type { Sites } from '../sites/sites.ts'
import { acceptBodies, MAX_BODY_BYTES } from './body.ts'
import { clockRoutes } from './clock.ts'
import { contentRoutes } from './content.ts'
import { credentialRoutes } from './credentials.ts'
import { diagramRoutes } from './diagrams.ts'
import { eventRoutes } from './events.ts'
import { faultRoutes } from './faults.ts'
import { Problem, sendProblem } from './problem.ts'
import { providerStateRoutes } from './provider-states.ts'
import { reportRoutes, requestRoutes } from './requests.ts'
import { siteRoutes } from './sites.ts'
import { snapshotRoutes } from './snapshots.ts'

/** Refuses a caller that the guard denies, or that does not send the control token where one is set. */
function guard(options: GuardOptions): onRequestHookHandler {
  const { deny, knows } = createGuard(options)

  return (request, reply, done) => {
    const denial = deny(request)
    if (denial) return done(new HttpError(denial.status, denial.detail))
    if (!knows(request.headers.authorization?.replace(/^Bearer +/i, '') ?? '')) {
      reply.header('www-authenticate', 'Bearer realm="journeys-sandbox control"')
      return done(new HttpError(401, 'send the control token as Authorization: Bearer <token>'))
    }
    done()
  }
}

interface ControlApiOptions {
  sites: Sites
  basePath: string
  config: Config
}

/** The control API: any state, fault or moment in time a test needs, over HTTP. */
export async function control(
  scope: FastifyInstance,
  { sites, basePath, config: { controlToken, allowHost, bodyLimit } }: ControlApiOptions,
): Promise<void> {
  scope.addSchema(Problem)
  scope.setErrorHandler(sendProblem)
  scope.setNotFoundHandler(request => {
    throw new NotFound(
      `no call is ${request.method} ${request.url}; /_sandbox/openapi.json describes the control API`,
    )
  })
  acceptBodies(scope)
  scope.addHook('onRequest', guard({ token: controlToken, allowHost }))
  scope.addHook('onRoute', route => {
    route.bodyLimit ??= MAX_BODY_BYTES
  })

  for (const routes of [
    siteRoutes,
    contentRoutes,
    diagramRoutes,
    eventRoutes,
    snapshotRoutes,
    clockRoutes,
    faultRoutes,
    requestRoutes,
    reportRoutes,
    credentialRoutes,
    providerStateRoutes,
  ]) {
    scope.register(routes, { sites, basePath, bodyLimit, inject: options => scope.inject(options) })
  }
}
