import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'
import { NotFound } from '../errors.ts'
import type { Sites } from '../sites/sites.ts'
import { acceptBodies, MAX_BODY_BYTES } from './body.ts'
import { clockRoutes } from './clock.ts'
import { contentRoutes } from './content.ts'
import { credentialRoutes } from './credentials.ts'
import { diagramRoutes } from './diagrams.ts'
import { eventRoutes } from './events.ts'
import { faultRoutes } from './faults.ts'
import { guard } from './guard.ts'
import { Problem, sendProblem } from './problem.ts'
import { providerStateRoutes } from './provider-states.ts'
import { reportRoutes } from './report.ts'
import { requestRoutes } from './requests.ts'
import { siteRoutes } from './sites.ts'
import { snapshotRoutes } from './snapshots.ts'

export interface ControlApiOptions {
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
