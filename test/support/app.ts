import { buildApp } from '../../src/app.ts'
import { type Clock, frozenClock, timestampOf } from '../../src/clock.ts'
import { type Config, checkConfig, limitsOf } from '../../src/config.ts'
import type { SeedDocument } from '../../src/seed/schema.ts'
import { loadSeed, parseSeed } from '../../src/seed/seed.ts'
import { openSites } from '../../src/sites/sites.ts'
import { openStore } from '../../src/store/store.ts'
import { validatingSerializer } from './answers.ts'
import { seedOf } from './seeds.ts'

/** The moment at which the clock of every test is frozen, unless it says otherwise. */
export const NOW = Date.UTC(2025, 5, 1, 12)
export const NOW_SECONDS = NOW / 1000

interface TestAppOptions {
  seeds?: SeedDocument[]
  now?: number
  /** One that runs on, and is not frozen at `now`. */
  clock?: Clock
  config?: Partial<Config>
  /** Whether every answer must match its schema; what a seed has under `extra` need not. */
  validated?: boolean
}

/** The whole app on an in-memory store with these seeds and a frozen clock; call it with `app.inject`. */
export async function testApp({
  seeds = [seedOf()],
  now = NOW,
  clock = frozenClock(now),
  config = {},
  validated = true,
}: TestAppOptions = {}) {
  const store = openStore(':memory:')
  for (const seed of seeds) loadSeed(store, parseSeed(JSON.stringify(seed), 'test seed'), timestampOf(now))
  const checked = checkConfig({ logLevel: 'silent', ...config })
  const sites = openSites({ store, clock, ...limitsOf(checked) })
  const app = await buildApp({
    config: checked,
    sites,
    ...(validated && { serializerCompiler: validatingSerializer }),
  })
  const close = async () => {
    await app.close()
    store.close()
  }
  return { app, store, sites, close, [Symbol.asyncDispose]: close }
}
