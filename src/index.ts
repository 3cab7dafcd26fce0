import '../bin/check-node.js'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { buildApp, type OnResponse } from './app.ts'
import { type SignedRequest, type SignOptions, sign } from './auth/sign.ts'
import { type Clock, systemClock, timestampOf } from './clock.ts'
import { Config, ConfigError, checkConfig, limitsOf, prefixOf } from './config.ts'
import { NotFound } from './errors.ts'
import { type OnWarning, openSeededStore, type SeedSource } from './seed/seed.ts'
import { suggest } from './seed/suggest.ts'
import { toTimestamp } from './seed/times.ts'
import { type Capsule, packSite } from './sites/capsule.ts'
import type { NewSite } from './sites/new-site.ts'
import { type Report, reportOf } from './sites/report.ts'
import type { Site } from './sites/site.ts'
import { openSites } from './sites/sites.ts'

export type { FinishedRequest } from './app.ts'
export type { Claims, SignedRequest } from './auth/sign.ts'
export type { Clock } from './clock.ts'
export { type Config, ConfigError } from './config.ts'
export { Conflict, Invalid, NotFound, StorageFull, StorageReadOnly, StoreError } from './errors.ts'
export { SeedError } from './seed/issues.ts'
export type { SeedDocument } from './seed/schema.ts'
export { type JourneyInput, type MemberInput, SeedInput } from './seed/schema-input.ts'
export type { SeedSource } from './seed/seed.ts'
export type { Capsule } from './sites/capsule.ts'
export type { EventResult, NewEvent } from './sites/events.ts'
export type { Fault, FaultRule } from './sites/fault-rule.ts'
export type { NewSite } from './sites/new-site.ts'
export type { MemberState } from './sites/provider-states.ts'
export type { Report } from './sites/report.ts'

const TOKEN_LIFETIME_S = 300

/** What `signRequest` takes. */
export interface SignRequestOptions extends Omit<SignOptions, 'exp'> {
  /** Unix time in seconds at which the token expires; five minutes from now when left out. */
  exp?: number | undefined
}

/**
 * Signs one request of any site, of the live API or of a sandbox: its token, the claims and the headers to send.
 * @throws {Invalid} when the identifier is not valid Unicode
 */
export const signRequest = ({
  exp = Math.floor(systemClock.now() / 1000) + TOKEN_LIFETIME_S,
  ...request
}: SignRequestOptions): SignedRequest => sign({ ...request, exp })

/** A site, with the operations of the control API. */
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
  /** The server's base URL, for example `http://127.0.0.1:4300`. */
  readonly origin: string
  /** The sites there are, in the order of creation. */
  sites(): SandboxSite[]
  /** @throws {SeedError} with every issue; {Conflict} when the id is taken */
  createSite(site?: NewSite): SandboxSite
  /** Removes a site with all that is its own. @throws {NotFound} */
  removeSite(siteId: string): void
  /**
   * What a run has exercised of a site since the last reset; of the first site when `site_id` is left out. With `clones`, of the site
   * and its clones together. @throws {NotFound}
   */
  report(options?: { site_id?: string; clones?: boolean }): Report
  /** The site of this id in one file: data, clock, fault rules, snapshots and request journal. @throws {NotFound} */
  capsule(siteId: string, options?: { secrets?: boolean }): Capsule
  /** Sets a site to what a capsule holds, or creates it. @throws {Invalid} saying what to do; {ValidationError} with every issue */
  openCapsule(capsule: unknown): SandboxSite
  /** Takes every site back to its seed, and empties all journals. @throws {Conflict} at a site that has no seed */
  reset(): void
  /** Stops listening, answers what is in flight, and closes the store. */
  close(): Promise<void>
}

export interface SandboxOptions extends Partial<Omit<Config, 'seed'>> {
  clock?: Clock
  /** What a new database starts with: `demo`, `empty`, the path of a file or directory, a seed, or several of these. */
  seed?: SeedSource | readonly SeedSource[]
  /** A capsule whose site a new database starts with, in place of a seed. */
  capsule?: unknown
  /** Called for each request to the vendor's API once it is over. */
  onResponse?: OnResponse | undefined
  /** Called with each line about what is probably a mistake in a seed that is accepted. */
  onWarning?: OnWarning | undefined
}

const LISTEN_ERRORS: Record<string, [setting: 'host' | 'port', reason: string]> = {
  EADDRINUSE: ['port', 'the port is in use'],
  EACCES: ['port', 'this user may not listen on this port'],
  EADDRNOTAVAIL: ['host', 'this machine does not have this address'],
  ENOTFOUND: ['host', 'this host name is unknown'],
  EAI_AGAIN: ['host', 'this host name cannot be resolved'],
}

/** The server cannot listen where it is told to. */
export class ListenError extends Error {
  override name = 'ListenError'
  /** Node's code of the error, such as `EADDRINUSE`. */
  readonly code: string
  /** The setting to change. */
  readonly setting: 'host' | 'port'

  constructor(cause: Error & { code?: string }, { host, port }: Config) {
    const code = cause.code ?? cause.message
    const [setting, reason] = LISTEN_ERRORS[code] ?? ['host', 'the operating system refuses it']
    const advice =
      setting === 'port' ? 'another port, or 0 for any free port' : 'another host, such as 127.0.0.1'
    super(`cannot listen on ${bracketed(host)}:${port}: ${reason} (${code}); choose ${advice}`, { cause })
    this.code = code
    this.setting = setting
  }
}

const OPTIONS = [...Object.keys(Config.properties), 'clock', 'seed', 'capsule', 'onResponse', 'onWarning']

// What is still in flight after this long is cut off, so that stopping takes less than a second.
const CLOSING_GRACE_MS = 500

/**
 * Starts a sandbox in this process: by default on a free port, in memory, with the demo seed.
 * @throws {ConfigError | SeedError | StoreError | ListenError} saying what to change
 */
export async function startSandbox({
  clock = systemClock,
  capsule,
  onResponse,
  onWarning,
  seed = 'demo',
  ...options
}: SandboxOptions = {}): Promise<Sandbox> {
  const unknown = Object.keys(options).find(name => !Object.hasOwn(Config.properties, name))
  if (unknown !== undefined)
    throw new ConfigError(`${unknown} is not an option; ${suggest(unknown, OPTIONS)}`)
  const config = checkConfig({ port: 0, ...options })
  const start = startOf(config)
  const store = openSeededStore(
    config.db,
    capsule === undefined ? seed : [],
    start ?? timestampOf(clock.now()),
    onWarning,
  )
  try {
    const sites = openSites({ store, clock, start, ...limitsOf(config) })
    if (capsule !== undefined) sites.openCapsule(capsule)
    const app = await buildApp({ config, sites, onResponse })
    await app.listen({ port: config.port, host: config.host }).catch(error => {
      throw new ListenError(error, config)
    })
    const origin = originOf(app, config)
    const close = async () => {
      const cut = setTimeout(() => app.server.closeAllConnections(), CLOSING_GRACE_MS)
      await app.close().finally(() => clearTimeout(cut))
      store.close()
    }
    return {
      url: `${origin}${prefixOf(config)}`,
      origin,
      sites: sites.list,
      createSite: sites.create,
      removeSite: sites.remove,
      report({ site_id, clones = false } = {}) {
        const site = site_id === undefined ? sites.list()[0] : sites.get(site_id)
        if (!site) throw new NotFound('the sandbox has no site; create one first')
        return reportOf(clones ? [site, ...sites.clonesOf(site)] : [site])
      },
      capsule: (siteId, { secrets = false } = {}) => packSite(sites.get(siteId), clock.now(), secrets),
      openCapsule: capsule => sites.openCapsule(capsule).site,
      reset: sites.reset,
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    store.close()
    throw error
  }
}

/** The time at which the clocks of all sites start. @throws {ConfigError} */
function startOf({ now }: Config): string | undefined {
  if (now === '') return undefined
  const start = toTimestamp(now, now)
  if (start === undefined) throw new ConfigError(`now: "${now}" is not a time that exists`)
  return start
}

/** A URL that can be called: loopback replaces an IP address that means every interface. */
function originOf(app: FastifyInstance, { host, tlsCert }: Config): string {
  const { port } = app.server.address() as AddressInfo
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `${tlsCert === '' ? 'http' : 'https'}://${bracketed(name)}:${port}`
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)
