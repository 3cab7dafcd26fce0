import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/**
 * Answers the pipelined requests of a connection one after another: each waits until the answer before it has been taken. Without
 * this, a client that sends requests and never reads makes Node keep every answer in memory.
 *
 * @returns runs a callback once the answers that a connection still waits for have been taken
 */
export function answerInTurn(app: FastifyInstance): (socket: Socket, callback: () => void) => void {
  const pending = new WeakMap<Socket, ServerResponse>()

  const afterPending = (socket: Socket, callback: () => void): void => {
    const response = pending.get(socket)
    if (response === undefined || response.closed) callback()
    else response.once('close', callback)
  }

  app.addHook('onRequest', ({ raw }: { raw: IncomingMessage }, reply, done) => {
    afterPending(raw.socket, done)
    pending.set(raw.socket, reply.raw)
  })
  return afterPending
}
