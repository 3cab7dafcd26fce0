import type { RequestListener } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { addressReader } from './api/addresses.ts'
import { type AnswerAhead, answerAhead, respond } from './api/ahead.ts'
import { api } from './api/api.ts'
import { answerPlainConnections } from './api/plain-connections.ts'
import type { AppOptions } from './app.ts'
import { prefixOf } from './config.ts'
import { health } from './control/health.ts'
import { createServer, logsRequests, requestNames } from './server.ts'

/**
 * What listens: the four operations and the health check, and behind them the whole app, which is loaded and made when
 * something else is asked for, and then answers it. A sandbox in a pipeline is started often and asked little else.
 */
export async function buildEntrance({ config, sites, record }: AppOptions): Promise<FastifyInstance> {
  const nameRequest = requestNames()
  const entrance = createServer({ config, nameRequest })
  let app: Promise<FastifyInstance> | undefined

  const loadApp = async () => {
    const { buildApp } = await import('./app.ts')
    return buildApp({ config, sites, record, nameRequest, logRequests: false })
  }

  // A body is left to the app to read.
  entrance.removeAllContentTypeParsers()
  entrance.addContentTypeParser('*', (_request, _payload, done) => done(null))
  const prefix = prefixOf(config)
  const options = { sites, auth: config.auth, faultHeader: config.control === 'on' }
  entrance.register(api, { ...options, prefix, only: true })
  entrance.register(health, { prefix: '/_sandbox', sites })
  entrance.setNotFoundHandler(async (request, reply) => {
    app ??= loadApp()
    const { routing } = await app
    reply.hijack()
    routing(request.raw, reply.raw)
  })
  // First of all, since what the app keeps open would keep the server from closing.
  entrance.addHook('preClose', async () => (await app)?.close())
  const log = logsRequests(config) ? entrance.log : undefined
  askFirst(answerAhead({ ...options, readAddress: addressReader(prefix), nameRequest, log }), entrance)
  await entrance.ready()
  return entrance
}

/**
 * Asks for an answer ahead of Node's HTTP server and of Fastify, which hear of a request only when there is none, until the
 * server is being closed.
 */
function askFirst(ahead: AnswerAhead, entrance: FastifyInstance): void {
  const { server } = entrance
  const connections = answerPlainConnections(server, ahead)
  const [handle] = server.listeners('request') as [RequestListener]
  let closing = false
  // Who is answered from then on is also told, by Fastify, that the connection ends.
  entrance.addHook('preClose', async () => {
    closing = true
    ahead.flush()
    connections.close()
  })
  server.off('request', handle).on('request', (request, response) => {
    const isAnswered =
      !closing && ahead.answer(request, request.socket, (id, answer) => respond(response, id, answer))
    if (!isAnswered) handle(request, response)
  })
  // What comes behind a request may be none. It is answered last, and ends the connection.
  server.prependListener('clientError', ahead.flush)
}
