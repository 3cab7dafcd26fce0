import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, createServer, type Server as Listener } from 'node:net'

export interface Place {
  /** 0 for one that is free. */
  port: number
  host: string
}

export interface Listening {
  port: number
  /** Stops listening; done when the last connection has ended. */
  close(): Promise<void>
}

/** The addresses of a name, the first to try first. */
export type Lookup = (name: string) => Promise<readonly string[]>

// What a machine says of an address that it has not, such as ::1 without IPv6.
const NOT_HERE = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT'])

/**
 * Lets a server listen. `localhost` may be several addresses, commonly 127.0.0.1 and ::1, and clients differ in which of
 * them they try: it listens at each that the machine has.
 * @throws an error with code EADDRINUSE when the port is taken at one of them; then it listens at none
 */
export async function listen(
  server: Server,
  { port, host }: Place,
  lookup: Lookup = lookupAll,
): Promise<Listening> {
  const listeners: Listener[] = []
  const close = async () => {
    await Promise.all(listeners.map(listener => new Promise(resolve => listener.close(resolve))))
  }
  let found = port
  let notHere: unknown
  for (const address of host === 'localhost' ? await lookup(host) : [host]) {
    const listener = listeners.length === 0 ? server : entranceTo(server)
    try {
      await once(listener.listen({ host: address, port: found }), 'listening')
      listeners.push(listener)
      found = (listener.address() as AddressInfo).port
    } catch (error) {
      if (!NOT_HERE.has((error as NodeJS.ErrnoException).code ?? '')) {
        await close()
        throw error
      }
      notHere = error
    }
  }
  if (listeners.length === 0) throw notHere
  return { port: found, close }
}

/** What listens for a server at a further address, with the options that an HTTP server has of itself. */
const entranceTo = (server: Server): Listener =>
  createServer({ allowHalfOpen: true, noDelay: true }, socket => server.emit('connection', socket))

/** Loaded for a name alone: an address needs none. */
const lookupAll: Lookup = async name => {
  const { lookup } = await import('node:dns/promises')
  const found = await lookup(name, { all: true })
  return [...new Set(found.map(({ address }) => address))]
}
