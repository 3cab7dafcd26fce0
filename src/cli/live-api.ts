import { type Command, Option } from 'commander'
import { ConfigError } from '../config.ts'
import type { LiveApi } from '../verify/live-api.ts'
import { readRate, readSiteId } from './input.ts'
import { addSecretOptions, readSecret, type SecretFlags } from './secret.ts'
import { CommandFailed } from './terminal.ts'

/** The vendor's base URLs: CONTRACT.md, opening (D). No command calls one that is not named. */
const ENVIRONMENTS = {
  production: 'https://s15.socialannex.net/api/3.0',
  staging: 'https://s15.stage.socialannex.net/api/3.0',
}

export interface BaseUrlFlags {
  baseUrl?: string
  environment?: keyof typeof ENVIRONMENTS
}

export const addBaseUrlOptions = (command: Command, whatFor: string): Command =>
  command
    .option('--base-url <url>', `${whatFor}, such as ${ENVIRONMENTS.production}`)
    .addOption(
      new Option('--environment <name>', 'environment of the vendor, in place of --base-url').choices(
        Object.keys(ENVIRONMENTS),
      ),
    )

/** The base URL in the flags, if there is one. @throws {ConfigError} when both flags are given */
export function readBaseUrl({ baseUrl, environment }: BaseUrlFlags): string | undefined {
  if (environment === undefined) return baseUrl
  if (baseUrl !== undefined)
    throw new ConfigError('--environment: give either --environment or --base-url, not both')
  return ENVIRONMENTS[environment]
}

export interface LiveApiFlags extends BaseUrlFlags, SecretFlags {
  site?: string
  rate: string
}

/** Adds the options for the server, the site, its secret and the rate. */
export const addLiveApiOptions = (command: Command): Command =>
  addSecretOptions(
    addBaseUrlOptions(command, 'base URL of the server to read').option('--site <id>', 'site id'),
  ).option('--rate <number>', 'maximum number of requests per second', '2')

/** @throws {ConfigError} saying which flag is missing or wrong */
export async function readLiveApi(flags: LiveApiFlags, fastest: number): Promise<LiveApi> {
  const baseUrl = readBaseUrl(flags)
  if (baseUrl === undefined)
    throw new ConfigError('--base-url: name the server to read with --base-url or --environment')
  if (flags.site === undefined) throw new ConfigError('--site: name the site whose data to read')
  const rate = readRate(flags.rate, fastest)
  const siteId = readSiteId(flags.site)
  const { openLiveApi } = await import('../verify/live-api.ts')
  return openLiveApi({ baseUrl, siteId, secret: readSecret(flags), rate })
}

/** Turns the failure of a live API into that of the command. @throws {CommandFailed} */
export async function orFail<T>(work: Promise<T>): Promise<T> {
  const { LiveApiError } = await import('../verify/live-api.ts')
  return work.catch(error => {
    throw error instanceof LiveApiError ? new CommandFailed(error.message) : error
  })
}
