import fastifyCors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'
import { SCHEMAS } from '../contract/schemas.ts'
import type { Sites } from '../sites/sites.ts'
import { authenticate } from './authenticate.ts'
import {
  EXPLAIN_HEADER,
  refuseMalformed,
  refuseTrailingSlash,
  refuseUnknown,
  sendVendorError,
} from './errors.ts'
import { injectBodyFault, injectFault } from './faults.ts'
import {
  closeEntry,
  keepAnswer,
  keepBody,
  type OnResponse,
  openEntry,
  REQUEST_ID_HEADER,
  watchResponse,
} from './journal.ts'
import { journeyRoutes, memberRoutes } from './operations.ts'

interface ApiOptions {
  sites: Sites
  /** Without a slash at its end. */
  basePath: string
  auth: 'strict' | 'off'
  /** Whether a request may ask for a fault in a header. */
  faultHeader: boolean
  /** Whether pages of any origin may call the API from a browser. */
  cors: boolean
  onResponse?: OnResponse | undefined
}

/** Headers of ours that a page in a browser may read. */
const EXPOSED_HEADERS = [EXPLAIN_HEADER, REQUEST_ID_HEADER, 'retry-after']

/** The vendor's API: the four operations, and the refusal of every other request under the base path. */
export async function api(
  scope: FastifyInstance,
  { sites, basePath, auth, faultHeader, cors, onResponse }: ApiOptions,
): Promise<void> {
  for (const schema of SCHEMAS) scope.addSchema(schema)
  for (const name of ['namedSite', 'entry', 'bodyFault', 'site', 'answer']) scope.decorateRequest(name)
  scope.setErrorHandler(sendVendorError)
  // No operation has a body. One that is sent all the same is ignored, whatever it is.
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null))

  // By default the plugin allows the headers that a browser asks for.
  if (cors) scope.register(fastifyCors, { methods: ['GET', 'HEAD'], exposedHeaders: EXPOSED_HEADERS })
  scope.addHook('onRequest', openEntry({ sites, auth }))
  if (onResponse) scope.addHook('onRequest', watchResponse(onResponse))
  scope.addHook('onRequest', refuseMalformed)
  scope.addHook('onRequest', refuseTrailingSlash(basePath))
  scope.addHook('onRequest', injectFault(faultHeader))
  refuseUnknown(scope, basePath)
  scope.addHook('preSerialization', keepAnswer)
  scope.addHook('onSend', keepBody(sites))
  scope.addHook('onSend', injectBodyFault(sites))
  scope.addHook('onResponse', closeEntry(sites))

  scope.register(async authenticated => {
    authenticated.addHook('onRequest', authenticate(sites, auth))
    authenticated.register(journeyRoutes)
    authenticated.register(memberRoutes)
  })
}
