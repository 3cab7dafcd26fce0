import type { AddressInfo } from 'node:net'
import { buildApp } from './app.ts'
import { type Clock, systemClock, timestampOf } from './clock.ts'
import { type Config, checkConfig } from './config.ts'
import { loadSeed, readSeed } from './seeding/seed.ts'
import type { SiteRecord } from './store/records.ts'
import { openStore } from './store/store.ts'

export { requestHeaders as signRequest, type SignOptions } from './auth/sign.ts'
export { ConfigError } from './config.ts'
export { SeedError } from './seeding/faults.ts'
export { StoreError } from './store/store-error.ts'

export interface Sandbox extends AsyncDisposable {
  /** The base URL of the API, for example `http://127.0.0.1:4300/api/3.0`. */
  readonly url: string
  /** The server's own address, for example `http://127.0.0.1:4300`. */
  readonly origin: string
  /** The sites there are, with their secrets. */
  sites(): SiteRecord[]
  /** Stops listening, answers what is in flight, and closes the store. */
  close(): Promise<void>
}

export interface SandboxOptions extends Partial<Config> {
  clock?: Clock
}

// What is still in flight after this long is cut off, so that stopping takes less than a second.
const CLOSING_GRACE_MS = 700

/**
 * Starts a sandbox in this process: by default on a free port, in memory, with the demo seed, and quiet.
 * @throws {ConfigError | SeedError | StoreError} saying what to change; an error with code EADDRINUSE when the port is taken
 */
export async function startSandbox({
  clock = systemClock,
  ...options
}: SandboxOptions = {}): Promise<Sandbox> {
  const config = checkConfig({ port: 0, ...options })
  const store = openStore(config.db)
  try {
    if (store.sites().length === 0) loadSeed(store, readSeed(config.seed), timestampOf(clock.now()))
    const app = await buildApp({ config, store, clock })
    await app.listen({ port: config.port, host: config.host })
    const origin = originOf(app.server.address() as AddressInfo, config.host)
    const close = async () => {
      const cut = setTimeout(() => app.server.closeAllConnections(), CLOSING_GRACE_MS)
      await app.close().finally(() => clearTimeout(cut))
      store.close()
    }
    const url = `${origin}${config.basePath === '/' ? '' : config.basePath}`
    return { url, origin, sites: store.sites, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    store.close()
    throw error
  }
}

/** An address that can be called: one that stands for every interface is replaced by loopback. */
function originOf({ port }: AddressInfo, host: string): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}
