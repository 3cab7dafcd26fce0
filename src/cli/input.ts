import { readFile } from 'node:fs/promises'
import { ConfigError } from '../config.ts'
import type { Terminal } from './terminal.ts'

/** The text of a file, or of standard input for `-`. @throws {ConfigError} when the file cannot be read */
export async function readText(file: string, { readInput }: Pick<Terminal, 'readInput'>): Promise<string> {
  if (file === '-') return readInput()
  return readFile(file, 'utf8').catch(error => {
    throw new ConfigError(`${file} cannot be read: ${error.message}`)
  })
}

/** @throws {ConfigError} when --site names none */
export function readSiteId(text: string): string {
  if (/^[!-~]{1,64}$/.test(text)) return text
  throw new ConfigError(`--site: "${text}" is no site id; it is up to 64 visible ASCII characters`)
}
