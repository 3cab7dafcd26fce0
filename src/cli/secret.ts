import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { ConfigError, readVariable } from '../config.ts'

export interface SecretFlags {
  secretEnv?: string
  secretFile?: string
}

const USUAL_VARIABLE = 'SANDBOX_SECRET'

/** Lets a command be given a site's secret; never on the command line, which every process of the machine can read. */
export const addSecretOptions = (command: Command): Command =>
  command
    .option('--secret-env <name>', `the variable that holds the site's secret (default: ${USUAL_VARIABLE})`)
    .option('--secret-file <file>', 'a file that holds it, a line break at its end aside')

/** @throws {ConfigError} when there is none, or no telling which */
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
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError(`--secret-file: ${(error as Error).message}`)
  }
}
