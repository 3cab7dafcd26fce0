import { api } from '../../src/api/api.ts'
import { handleClientError } from '../../src/api/client-error.ts'
import type { ApiOptions } from '../../src/api/options.ts'
import { type Clock, frozenClock, timestampOf } from '../../src/clock.ts'
import { type Config, checkConfig } from '../../src/config.ts'
import { openEntrance } from '../../src/entrance.ts'
import type { SeedDocument } from '../../src/seed/schema.ts'
import { loadSeed, parseSeed } from '../../src/seed/seed.ts'
import { createServer } from '../../src/server.ts'
import { openSites } from '../../src/sites/sites.ts'
import { openStore } from '../../src/store/store.ts'
import { seedOf } from './seeds.ts'

/** The moment at which the clock of every test stands, unless it says otherwise. */
export const NOW = Date.UTC(2025, 5, 1, 12)
export const NOW_SECONDS = NOW / 1000

interface TestAppOptions {
  seeds?: SeedDocument[]
  now?: number
  /** One that does not stand still at `now`. */
  clock?: Clock
  config?: Partial<Config>
}

/**
 * The whole server on an in-memory store with these seeds and a clock that stands still; ask it with `app.inject`, or let
 * its entrance listen.
 */
export async function testApp({
  seeds = [seedOf()],
  now = NOW,
  clock = frozenClock(now),
  config = {},
}: TestAppOptions = {}) {
  const store = openStore(':memory:')
  for (const seed of seeds) loadSeed(store, parseSeed(JSON.stringify(seed), 'test seed'), timestampOf(now))
  const checked = checkConfig({ logLevel: 'silent', ...config })
  const sites = openSites({
    store,
    clock,
    journalSize: checked.journal,
    cacheBytes: checked.cacheBytes,
  })
  const entrance = await openEntrance({ config: checked, sites })
  const app = await entrance.router()
  const close = async () => {
    await entrance.close()
    store.close()
  }
  return { entrance, app, store, sites, close, [Symbol.asyncDispose]: close }
}

/** The operations under `/api/3.0` by Fastify alone, which is what every shortcut is measured by. */
export function withoutShortcuts(options: ApiOptions) {
  const server = createServer({ config: checkConfig({ logLevel: 'silent' }) })
  server.server.removeAllListeners('clientError').on('clientError', handleClientError)
  server.register(api, { ...options, prefix: '/api/3.0' })
  return server
}
