import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { httpDate } from '../clock.ts'
import type { Answer } from '../sites/answers.ts'
import { type AnswerAhead, headersOf } from './ahead.ts'
import { plainRequest } from './plain-request.ts'

// Later than the client was told, so that none sends a request just when its connection is closed.
const GRACE_MS = 1000

/**
 * Answers requests straight from their connections, for as long as each is a plain one that can be answered ahead of the
 * router. The first that is not, and all that comes after it, is for Node's HTTP server, as if nothing had been before:
 * nothing is parsed here that could be read in two ways. It saves a quarter of the time of an answer, and more the more
 * connections there are.
 *
 * @returns how to end the connections that are still here; from then on all new ones are the HTTP server's
 */
export function answerPlainConnections(server: Server, ahead: AnswerAhead): { close(): void } {
  const toHttp = server.listeners('connection') as ((this: Server, socket: Socket) => void)[]
  const connections = new Set<Socket>()
  const idleMs = server.keepAliveTimeout + GRACE_MS
  const rest = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(server.keepAliveTimeout / 1000)}\r\n\r\n`
  let closing = false

  function send(socket: Socket, id: string, answer: Answer): void {
    const { body } = answer
    const headers = headersOf(id, answer)
    let head = 'HTTP/1.1 200 OK\r\n'
    for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`
    head += `Date: ${httpDate()}\r\n${rest}`
    // One system call, whether text or bytes.
    if (typeof body === 'string') socket.write(head + body, 'latin1')
    else {
      socket.cork()
      socket.write(head, 'latin1')
      socket.write(body)
      socket.uncork()
    }
  }

  function handOver(socket: Socket, chunk?: Buffer): void {
    connections.delete(socket)
    for (const [event, listener] of listeners) socket.off(event, listener)
    socket.setTimeout(0)
    if (chunk) socket.pause().unshift(chunk)
    for (const listener of toHttp) listener.call(server, socket)
    if (chunk) socket.resume()
  }

  function read(this: Socket, chunk: Buffer): void {
    // A client that does not take its answers is for those who can make it wait.
    const request = this.writableLength === 0 ? plainRequest(chunk) : undefined
    if (request && ahead.answer(request, this, (id, answer) => send(this, id, answer))) return
    ahead.flush()
    handOver(this, chunk)
  }

  /** A client that has said all it wants to say still gets its answers. */
  function end(this: Socket): void {
    ahead.flush()
    this.end()
  }

  function forget(this: Socket): void {
    connections.delete(this)
  }

  function hangUp(this: Socket): void {
    this.destroy()
  }

  const listeners = Object.entries({ data: read, end, error: ignore, close: forget, timeout: hangUp })

  server.removeAllListeners('connection').on('connection', (socket: Socket) => {
    if (closing) return handOver(socket)
    connections.add(socket)
    for (const [event, listener] of listeners) socket.on(event, listener)
    socket.setTimeout(idleMs)
  })

  return {
    close() {
      closing = true
      // Who is still taking an answer may be cut off later, by the HTTP server.
      for (const socket of connections) {
        if (socket.writableLength > 0) handOver(socket)
        else socket.destroy()
      }
    },
  }
}

/** It is closed as well, and there is nobody left to tell. */
function ignore(): void {}
