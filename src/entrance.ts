import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { ConnectionError, FastifyInstance } from 'fastify'
import { addressReader } from './api/addresses.ts'
import { answerAhead, respond } from './api/ahead.ts'
import { handleClientError } from './api/client-error.ts'
import { requestNames } from './api/journal.ts'
import { apiOptions } from './api/options.ts'
import { answerPlainConnections } from './api/plain-connections.ts'
import type { AppOptions } from './app.ts'
import { logsRequests, prefixOf } from './config.ts'
import { createServer } from './http.ts'
import { type Listening, listen, type Place } from './listening.ts'

export interface Entrance {
  readonly server: Server
  /** The router, which is loaded when it is first asked for. */
  router(): Promise<FastifyInstance>
  /** @returns its origin, where it can be called; fails with code EADDRINUSE when the port is taken */
  listen(at: Place): Promise<string>
  /** Stops listening, and waits for what is in flight. */
  close(): Promise<void>
}

// Longer than the proxies before a server keep a connection, of which it should not be the first to end one.
const KEEP_ALIVE_MS = 72_000

/**
 * What listens, and answers by itself what is nothing out of the ordinary. All else is the router's, which is loaded when it
 * is first needed: Fastify would be more than a third of the time of a start, and a sandbox in a pipeline is started often
 * and asked little.
 */
export async function openEntrance({ config, sites }: AppOptions): Promise<Entrance> {
  const nameRequest = requestNames()
  let loading: Promise<FastifyInstance> | undefined
  let routing: FastifyInstance['routing'] | undefined
  let listening: Listening | undefined
  let closing = false

  const loadRouter = async () => {
    const { buildRouter } = await import('./router.ts')
    const router = await buildRouter({ config, sites, nameRequest })
    routing = router.routing
    return router
  }
  const router = () => {
    loading ??= loadRouter()
    return loading
  }

  const ahead = answerAhead({
    ...apiOptions(config, sites),
    nameRequest,
    readAddress: addressReader(prefixOf(config)),
    log: logsRequests(config) ? (await router()).log : undefined,
  })
  // A request without a body needs no stream for it.
  const server = createServer({
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: 0,
    optimizeEmptyRequests: true,
  })
  const connections = answerPlainConnections(server, ahead)

  server.on('request', async (request, response) => {
    if (closing) response.setHeader('connection', 'close')
    else if (ahead.answer(request, request.socket, (id, answer) => respond(response, id, answer))) return
    // At once, if it can be: what comes behind the request may end the connection.
    const route = routing ?? (await router()).routing
    route(request, response)
  })
  server.on('clientError', (error: ConnectionError, socket: Socket) => {
    // What comes behind a request may be none. It is answered last, and ends the connection.
    ahead.flush()
    handleClientError(error, socket)
  })

  return {
    server,
    router,
    async listen({ port, host }) {
      listening = await listen(server, { port, host })
      return originOf(listening.port, host)
    },
    async close() {
      closing = true
      ahead.flush()
      connections.close()
      // First of all, since what the app keeps open would keep the server from closing.
      await (await loading)?.close()
      await listening?.close()
    },
  }
}

/** An address that can be called: one that stands for every interface is replaced by loopback. */
function originOf(port: number, host: string): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}
