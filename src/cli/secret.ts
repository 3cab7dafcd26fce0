import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { ConfigError, readVariable } from '../config.ts'
import { DEMO_SITE } from '../seed/seed.ts'
import { decodeText } from '../text.ts'
import { readSiteId } from './input.ts'
import type { Terminal } from './terminal.ts'

export interface SecretFlags {
  secretEnv?: string
  secretFile?: string
}

export interface SiteFlags extends SecretFlags {
  site?: string
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

/**
 * The site with its secret. Says what is taken from the demo.
 * @throws {ConfigError} when another site than the demo's has no secret; {Invalid} when the secret's file is not UTF-8
 */
export function readSite(flags: SiteFlags, { warn }: Pick<Terminal, 'warn'>) {
  const site_id = readSiteId(flags.site ?? DEMO_SITE.site_id)
  const noSecret = !flags.secretEnv && !flags.secretFile && readVariable(USUAL_VARIABLE) === undefined
  if (site_id === DEMO_SITE.site_id && noSecret) {
    warn(`no secret is given: using the demo's, ${DEMO_SITE.secret}, for the site ${site_id}`)
    return { site_id, secret: DEMO_SITE.secret }
  }
  if (flags.site === undefined) warn(`no site is given: using the demo's, ${site_id}`)
  return { site_id, secret: readSecret(flags) }
}

/** @throws {ConfigError} when there is no secret, or more than one; {Invalid} when its file is not UTF-8 */
export function readSecret({ secretEnv, secretFile }: SecretFlags): string {
  if (secretFile !== undefined) {
    if (secretEnv !== undefined) throw new ConfigError('--secret-file: leave it out, or --secret-env')
    return present(readFile(secretFile).replace(/\r?\n$/, ''), `--secret-file: ${secretFile} is empty`)
  }
  const name = secretEnv ?? USUAL_VARIABLE
  return present(
    readVariable(name) ?? '',
    `--secret-env: the variable ${name} is not set; put the site's secret there, or into a file for --secret-file`,
  )
}

function present(secret: string, otherwise: string): string {
  if (secret === '') throw new ConfigError(otherwise)
  return secret
}

function readFile(file: string): string {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    throw new ConfigError(`--secret-file: ${(error as Error).message}`)
  }
  return decodeText(bytes, `--secret-file: ${file}`)
}
