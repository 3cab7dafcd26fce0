import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** So many requests of a connection may wait for their turn before no more of it is read. */
const MAX_WAITING = 100
/** A connection of which no more is read is closed when its client takes nothing for this long. */
const UNREAD_TIMEOUT_MS = 60_000

/** The requests of a connection that are not answered yet. */
interface Queue {
  /** The response to the newest request. */
  last: ServerResponse | undefined
  /** The response before that one. */
  before: ServerResponse | undefined
  waiting: number
  /** Whether the newest request is answered by `refuse`. */
  refused: boolean
  /** Whether `refuse` was called: it ends the connection, and the parser may call it for each piece of what follows. */
  ended: boolean
}

/** Answers the pipelined requests of each connection in turn. */
export interface Turns {
  /**
   * Runs a callback when it is a request's turn: when its client has taken the answers before. Otherwise a client that sends
   * requests and never reads would make Node keep every answer in memory. It never runs when the client leaves before.
   */
  take(socket: Socket, response: ServerResponse, callback: () => void): void
  /**
   * Runs a callback that answers bytes which are no request, after the answers to the requests before them. Where the bytes
   * belong to the body of a request that has an answer already, it closes the connection instead: each request has one answer.
   */
  refuse(socket: Socket, callback: () => void): void
}

export function createTurns(): Turns {
  const queues = new WeakMap<Socket, Queue>()

  function queueOf(socket: Socket): Queue {
    const queue = queues.get(socket) ?? {
      last: undefined,
      before: undefined,
      waiting: 0,
      refused: false,
      ended: false,
    }
    queues.set(socket, queue)
    return queue
  }

  return {
    take(socket, response, callback) {
      const queue = queueOf(socket)
      const before = queue.last
      queue.before = before
      queue.last = response
      if (before === undefined || before.closed) return callback()
      queue.waiting++
      // Node goes on reading after each request, and so the pause comes after that.
      if (queue.waiting % MAX_WAITING === 0) process.nextTick(pause, socket, queue)
      before.once('close', () => {
        queue.waiting--
        if (queue.waiting === MAX_WAITING - 1) socket.setTimeout(0).resume()
        if (!socket.destroyed && !(queue.refused && queue.last === response)) callback()
      })
    },
    refuse(socket, callback) {
      const queue = queueOf(socket)
      if (queue.ended) return
      queue.ended = true
      const { last, before } = queue
      if (last === undefined || last.req.complete) return afterAnswer(last, callback)
      if (last.headersSent) return afterAnswer(last, () => socket.end())
      queue.refused = true
      afterAnswer(before, callback)
    },
  }
}

function pause(socket: Socket, { waiting }: Queue): void {
  if (waiting >= MAX_WAITING) socket.pause().setTimeout(UNREAD_TIMEOUT_MS)
}

function afterAnswer(response: ServerResponse | undefined, callback: () => void): void {
  if (response === undefined || response.closed) callback()
  else response.once('close', callback)
}
