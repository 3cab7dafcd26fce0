import { readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { ConfigError, readVariable } from '../config.ts'
import { DEMO_SITE } from '../seed/seed.ts'
import { decodeText } from '../text.ts'
import type { LiveApi } from '../verify/live-api.ts'
import { CommandFailed, onDisk, type Terminal } from './terminal.ts'

/** The options for a site, its secret and the server that has it, which several commands share. */

interface SecretFlags {
  secretEnv?: string
  secretFile?: string
}

export interface SiteFlags extends SecretFlags {
  site?: string
}

export interface BaseUrlFlags {
  baseUrl?: string
  environment?: keyof typeof ENVIRONMENTS
}

export interface LiveApiFlags extends BaseUrlFlags, SiteFlags {
  rate: string
}

/** The vendor's base URLs: CONTRACT.md, opening (D). No command calls one that is not named. */
const ENVIRONMENTS = {
  production: 'https://s15.socialannex.net/api/3.0',
  staging: 'https://s15.stage.socialannex.net/api/3.0',
}

const USUAL_VARIABLE = 'SANDBOX_SECRET'

/** Lets a command be given a site's secret; never on the command line, which every process of the machine can read. */
export const addSecretOptions = (command: Command): Command =>
  command
    .option(
      '--secret-env <name>',
      `environment variable that holds the secret of the site (default: ${USUAL_VARIABLE})`,
    )
    .option(
      '--secret-file <file>',
      'file that holds the secret of the site; a line break at its end is ignored',
    )

/** Lets a command be given a site and its secret; without them it uses those of the demo. */
export const addSiteOptions = (command: Command): Command =>
  addSecretOptions(command.option('--site <id>', `site id (default: ${DEMO_SITE.site_id}, the demo site)`))

export const addBaseUrlOptions = (command: Command, whatFor: string): Command =>
  command
    .option('--base-url <url>', `${whatFor}, such as ${ENVIRONMENTS.production}`)
    .addOption(
      new Option('--environment <name>', 'environment of the vendor, in place of --base-url').choices(
        Object.keys(ENVIRONMENTS),
      ),
    )

/** Adds the options for the server, the site, its secret and the rate. */
export const addLiveApiOptions = (command: Command): Command =>
  addSecretOptions(
    addBaseUrlOptions(command, 'base URL of the server to read').option('--site <id>', 'site id'),
  ).option('--rate <number>', 'maximum number of requests per second', '2')

/** @throws {ConfigError} when --site names none */
export function readSiteId(text: string): string {
  if (/^[!-~]{1,64}$/.test(text)) return text
  throw new ConfigError(`--site: "${text}" is no site id; it is up to 64 visible ASCII characters`)
}

/**
 * The site with its secret; that of the demo when neither is given.
 * @throws {ConfigError} when another site than the demo's has no secret; {Invalid} when the secret's file is not UTF-8
 */
export function readSite(flags: SiteFlags, { warn }: Pick<Terminal, 'warn'>) {
  const site_id = readSiteId(flags.site ?? DEMO_SITE.site_id)
  const noSecret = !flags.secretEnv && !flags.secretFile && readVariable(USUAL_VARIABLE) === undefined
  if (site_id === DEMO_SITE.site_id && noSecret) return { site_id, secret: DEMO_SITE.secret }
  if (flags.site === undefined) warn(`no site is given: using the demo's, ${site_id}`)
  return { site_id, secret: readSecret(flags) }
}

/** @throws {ConfigError} when there is no secret, or more than one; {Invalid} when its file is not UTF-8 */
export function readSecret({ secretEnv, secretFile }: SecretFlags): string {
  if (secretFile !== undefined && secretEnv !== undefined)
    throw new ConfigError('--secret-file: leave it out, or --secret-env')
  if (secretFile !== undefined) {
    const bytes = onDisk('--secret-file', () => readFileSync(secretFile))
    const secret = decodeText(bytes, `--secret-file: ${secretFile}`).replace(/\r?\n$/, '')
    if (secret === '') throw new ConfigError(`--secret-file: ${secretFile} is empty`)
    return secret
  }
  const name = secretEnv ?? USUAL_VARIABLE
  const secret = readVariable(name)
  if (secret !== undefined) return secret
  throw new ConfigError(
    `--secret-env: the variable ${name} is not set; put the site's secret there, or into a file for --secret-file`,
  )
}

/** The base URL in the flags, if there is one. @throws {ConfigError} when both flags are given */
export function readBaseUrl({ baseUrl, environment }: BaseUrlFlags): string | undefined {
  if (environment === undefined) return baseUrl
  if (baseUrl !== undefined)
    throw new ConfigError('--environment: give either --environment or --base-url, not both')
  return ENVIRONMENTS[environment]
}

/** The server in the flags, which may be asked `fastest` times a second. @throws {ConfigError} */
export async function readLiveApi(flags: LiveApiFlags, fastest: number): Promise<LiveApi> {
  const baseUrl = readBaseUrl(flags)
  if (baseUrl === undefined)
    throw new ConfigError('--base-url: name the server to read with --base-url or --environment')
  if (flags.site === undefined) throw new ConfigError('--site: name the site whose data to read')
  const rate = Number(flags.rate)
  if (flags.rate.trim() === '' || !(rate > 0 && rate <= fastest))
    throw new ConfigError(`--rate: "${flags.rate}" is not a number above 0, and at most ${fastest}`)
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
