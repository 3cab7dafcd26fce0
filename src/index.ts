import '../bin/check-node.js'
import { type Clock, systemClock, timestampOf } from './clock.ts'
import { type Config, checkConfig, prefixOf } from './config.ts'
import { openEntrance } from './entrance.ts'
import type { Ledger } from './fidelity/entry.ts'
import { openSeededStore } from './seed/seed.ts'
import type { Site } from './sites/site.ts'
import { type NewSite, openSites } from './sites/sites.ts'

export { requestHeaders as signRequest, type SignOptions } from './auth/sign.ts'
export type { Clock } from './clock.ts'
export { type Config, ConfigError } from './config.ts'
export { Conflict, Invalid, NotFound } from './errors.ts'
export { SeedError } from './seed/issues.ts'
export type { SeedDocument } from './seed/schema.ts'
export type { EventResult, NewEvent } from './sites/events.ts'
export type { Fault, FaultRule } from './sites/fault-rule.ts'
export type { NewSite } from './sites/sites.ts'
export { StoreError } from './store/store-error.ts'

/** A site, as a test holds it: the same operations as on the control plane. */
export interface SandboxSite
  extends Pick<
    Site,
    | 'site_id'
    | 'name'
    | 'secret'
    | 'headersFor'
    | 'member'
    | 'events'
    | 'content'
    | 'clock'
    | 'faults'
    | 'requests'
    | 'snapshots'
    | 'reset'
    | 'reseed'
  > {}

export interface Sandbox extends AsyncDisposable {
  /** The base URL of the API, for example `http://127.0.0.1:4300/api/3.0`. */
  readonly url: string
  /** The server's own address, for example `http://127.0.0.1:4300`. */
  readonly origin: string
  /** The sites there are, in the order of creation. */
  sites(): SandboxSite[]
  /** @throws {SeedError} with every fault; {Conflict} when the id is taken */
  createSite(site?: NewSite): SandboxSite
  /** Removes a site with all that is its own. @throws {NotFound} */
  removeSite(siteId: string): void
  /** Takes every site back to its seed, and empties all journals. @throws {Conflict} at a site that has no seed */
  reset(): void
  /** Stops listening, answers what is in flight, and closes the store. */
  close(): Promise<void>
}

export interface SandboxOptions extends Partial<Config> {
  clock?: Clock
}

// What is still in flight after this long is cut off, so that stopping takes less than a second.
const CLOSING_GRACE_MS = 500

/**
 * Starts a sandbox in this process: by default on a free port, in memory, with the demo seed.
 * @throws {ConfigError | SeedError | StoreError} saying what to change; an error with code EADDRINUSE when the port is taken
 */
export async function startSandbox({
  clock = systemClock,
  ...options
}: SandboxOptions = {}): Promise<Sandbox> {
  const config = checkConfig({ port: 0, ...options })
  const record = await readRecordOf(config)
  const store = openSeededStore(config.db, config.seed, timestampOf(clock.now()))
  try {
    const sites = openSites({ store, clock, journalSize: config.journal, cacheBytes: config.cacheBytes })
    const entrance = await openEntrance({ config, sites, record })
    const origin = await entrance.listen(config)
    const close = async () => {
      const cut = setTimeout(() => entrance.server.closeAllConnections(), CLOSING_GRACE_MS)
      await entrance.close().finally(() => clearTimeout(cut))
      store.close()
    }
    return {
      url: `${origin}${prefixOf(config)}`,
      origin,
      sites: sites.list,
      createSite: sites.create,
      removeSite: sites.remove,
      reset() {
        for (const site of sites.list()) site.reset()
        sites.strangers.clear()
      },
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    store.close()
    throw error
  }
}

/** What a team has seen of a live server, where it says so; loaded for them alone. @throws {ConfigError} */
async function readRecordOf({ fidelity }: Config): Promise<Ledger | undefined> {
  if (fidelity === '') return undefined
  const { readRecord } = await import('./fidelity/record.ts')
  return readRecord(fidelity)
}
