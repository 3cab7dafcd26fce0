import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

/** Something is sent at least this often, so that neither side takes a quiet connection for a dead one. */
const HEARTBEAT_MS = 15_000
/** How soon a browser comes back when the connection is lost. */
const RETRY_MS = 1_000
/** Bytes that wait for a browser that does not read; beyond them it is told to reload instead. */
const MOST_UNREAD = 64 * 1024

/** A response of server-sent events, which goes on until either side ends it. */
export interface EventStream {
  /** `data` is on one line. An event for which there is no room is dropped, and `stale` is sent once there is room again. */
  send(event: { event: string; id?: string; data: string }): void
  end(): void
  /** Answers the request with the stream. */
  answer(reply: FastifyReply): FastifyReply
}

/** `onEnd` is called when the browser has left and when the stream is ended; both may happen. */
export function openEventStream(onEnd: () => void): EventStream {
  let full = false
  let missed = false
  const finish = () => {
    clearInterval(heartbeat)
    onEnd()
  }
  const stream = new Readable({
    highWaterMark: MOST_UNREAD,
    read() {
      full = false
      if (!missed) return
      missed = false
      push('event: stale\ndata: ')
    },
    destroy(error, done) {
      finish()
      done(error)
    },
  })
  function push(text: string): void {
    if (full) missed = true
    else full = !stream.push(`${text}\n\n`)
  }
  const heartbeat = setInterval(() => full || push(':'), HEARTBEAT_MS)
  push(`retry: ${RETRY_MS}`)

  return {
    send({ event, id, data }) {
      push([`event: ${event}`, ...(id === undefined ? [] : [`id: ${id}`]), `data: ${data}`].join('\n'))
    },
    end() {
      finish()
      stream.push(null)
    },
    // The connection ends with the stream, so that a server that stops need not wait for it.
    answer: reply =>
      reply
        .type('text/event-stream')
        .headers({ connection: 'close', 'x-accel-buffering': 'no' })
        .send(stream),
  }
}
