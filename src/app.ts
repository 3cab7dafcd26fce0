import { readFileSync } from 'node:fs'
import type { ServerOptions } from 'node:http'
import type { Socket } from 'node:net'
import { createSecureContext } from 'node:tls'
import { type FastifyInstance, fastify, LogController } from 'fastify'
import { api } from './api/api.ts'
import { refuseConnect, refuseUnknown, sendClientError, sendVendorError } from './api/errors.ts'
import { callOnceOver, type OnResponse, recordAnswer, recordRequest } from './api/journal.ts'
import { type Config, ConfigError, logsRequests, prefixOf } from './config.ts'
import { createTurns } from './connections.ts'
import { control } from './control/control.ts'
import { health } from './control/health.ts'
import { sendProblem } from './control/problem.ts'
import { inspector } from './inspector/inspector.ts'
import type { InspectorOptions } from './inspector/view.ts'
import { describeControlApi } from './openapi/control-document.ts'
import { documents } from './openapi/documents.ts'
import { describeVendorApi, type Examples } from './openapi/vendor-document.ts'
import { readPathPrefix } from './origin.ts'
import type { Sites } from './sites/sites.ts'
import { validatorCompiler } from './validation.ts'

export type { FinishedRequest, OnResponse } from './api/journal.ts'

interface AppOptions {
  config: Config
  sites: Sites
  /** The examples of the OpenAPI document; the committed ones by default. */
  examples?: () => Examples
  /** Called for each request to the vendor's API once it is over. */
  onResponse?: OnResponse | undefined
  /** How answers are written; the tests validate them on the way. */
  serializerCompiler?: Parameters<FastifyInstance['setSerializerCompiler']>[0]
}

/** Longer than proxies usually keep an idle connection, so that it is them who close it. */
const KEEP_ALIVE_MS = 72_000
const REQUEST_TIMEOUT_MS = 30_000
const HEADERS_TIMEOUT_MS = 10_000
const CHECK_TIMEOUTS_EVERY_MS = 2_000

/** The one Fastify app: the vendor's API, the control API, the inspector and the OpenAPI documents. */
export async function buildApp({
  config,
  sites,
  examples,
  onResponse,
  serializerCompiler = () => JSON.stringify,
}: AppOptions): Promise<FastifyInstance> {
  const basePath = prefixOf(config)
  const turns = createTurns()
  const compilers = { buildValidator: () => validatorCompiler, buildSerializer: () => serializerCompiler }
  const app = fastify({
    logger: { level: config.logLevel },
    logController: new LogController({ disableRequestLogging: !logsRequests(config) }),
    // Paths that are too long are refused by a hook, with an explanation.
    routerOptions: { maxParamLength: Number.MAX_SAFE_INTEGER },
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    trustProxy: config.trustProxy,
    ...serverOptions(config),
    return503OnClosing: false,
    // Given here, and not by setValidatorCompiler, so that Fastify does not load its own. Its types allow for Ajv alone.
    schemaController: { compilersFactory: compilers as never },
    clientErrorHandler(error, socket) {
      turns.refuse(socket, () => sendClientError(error, socket))
    },
    frameworkErrors(error, request, reply) {
      // No hook runs for a path that cannot be decoded.
      turns.take(request.raw.socket, reply.raw, () => {
        if (request.url.startsWith('/_sandbox/')) return sendProblem(error, request, reply)
        recordRequest({ sites, auth: config.auth }, request, reply)
        if (onResponse) callOnceOver(onResponse, request, reply)
        sendVendorError(error, request, reply)
        return recordAnswer(sites, request, reply)
      })
    },
  })
  app.server.on('checkExpectation', (request, response) => app.routing(request, response))
  app.server.on('connect', (_request, socket: Socket) => {
    // Node has taken its own listener away.
    socket.on('error', () => socket.destroy())
    turns.refuse(socket, () => refuseConnect(socket))
  })
  app.addHook('onRequest', ({ raw }, reply, done) => turns.take(raw.socket, reply.raw, done))
  readPathPrefix(app, config.trustProxy)

  app.setErrorHandler(sendVendorError)

  describeVendorApi(app, examples)
  describeControlApi(app)
  app.register(api, {
    prefix: basePath,
    sites,
    basePath,
    auth: config.auth,
    faultHeader: config.control === 'on',
    cors: config.cors,
    onResponse,
  })
  app.register(health, { prefix: '/_sandbox', sites })
  if (config.control === 'on') app.register(control, { prefix: '/_sandbox', sites, basePath, config })
  if (config.inspector === 'on') app.register(inspector, inspectorOptions(app, config, sites))
  app.register(documents, { basePath, sites, control: config.control === 'on' })
  if (basePath !== '') app.register(async scope => refuseUnknown(scope, basePath))
  await app.ready()
  return app
}

/** The options of Node's server: http, or https with the given certificate. @throws {ConfigError} when a file cannot be read */
function serverOptions({ tlsCert, tlsKey }: Config): { http: ServerOptions } {
  const options: ServerOptions = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_TIMEOUTS_EVERY_MS,
    // A request without Host is refused by a hook, with an explanation.
    requireHostHeader: false,
  }
  if (tlsCert === '' && tlsKey === '') return { http: options }
  if (tlsCert === '' || tlsKey === '')
    throw new ConfigError('--tls-cert and --tls-key belong together: give both, or neither')
  const https = { ...options, cert: readPem('--tls-cert', tlsCert), key: readPem('--tls-key', tlsKey) }
  try {
    createSecureContext(https)
  } catch (error) {
    const reason = (error as Error).message
    throw new ConfigError(
      `--tls-cert ${tlsCert} and --tls-key ${tlsKey} are not a certificate in PEM and its private key: ${reason}`,
    )
  }
  // Fastify's types tell http from https by a type parameter that nothing here depends on.
  return { https } as never
}

function readPem(flag: string, file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new ConfigError(`${flag}: ${file} cannot be read: ${(error as Error).message}`)
  }
}

/** What the inspector needs of its siblings: a way to call the control API. */
function inspectorOptions(app: FastifyInstance, config: Config, sites: Sites): InspectorOptions {
  const { auth, control, controlToken, allowHost } = config
  const authorization = `Bearer ${controlToken}`
  return {
    sites,
    basePath: prefixOf(config),
    auth,
    guard: { token: controlToken, allowHost },
    control:
      control === 'off'
        ? undefined
        : async ({ method, path, body }) => {
            const response = await app.inject({
              method,
              url: path,
              headers: { authorization },
              ...(body && { body }),
            })
            return { status: response.statusCode, body: response.body }
          },
  }
}
