import { readFile } from 'node:fs/promises'
import { ConfigError } from '../config.ts'
import { decodeText } from '../text.ts'
import type { Terminal } from './terminal.ts'

/**
 * The text of a file, or of standard input for `-`.
 * @throws {ConfigError} when the file cannot be read; {Invalid} when it is not UTF-8
 */
export async function readText(file: string, { readInput }: Pick<Terminal, 'readInput'>): Promise<string> {
  if (file === '-') return decodeText(await readInput(), 'standard input')
  const bytes = await readFile(file).catch(error => {
    throw new ConfigError(`${file} cannot be read: ${error.message}`)
  })
  return decodeText(bytes, file)
}

/** The JSON in a file, or on standard input for `-`. @throws {ConfigError} when it cannot be read, with the place; {Invalid} */
export async function readJson(file: string, terminal: Pick<Terminal, 'readInput'>): Promise<unknown> {
  const text = await readText(file, terminal)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ConfigError(`${file} is not JSON: ${(error as Error).message}`)
  }
}

/** @throws {ConfigError} naming the flag, when it is no whole number in this range */
export function readWholeNumber(flag: string, text: string, [least, most]: [number, number]): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  throw new ConfigError(`${flag}: "${text}" is not a whole number from ${least} to ${most}`)
}

/** How many requests a second a server that is not ours may be asked. @throws {ConfigError} */
export function readRate(text: string, fastest: number): number {
  const rate = Number(text)
  if (text.trim() !== '' && rate > 0 && rate <= fastest) return rate
  throw new ConfigError(`--rate: "${text}" is not a number above 0, and at most ${fastest}`)
}

/** @throws {ConfigError} when --site names none */
export function readSiteId(text: string): string {
  if (/^[!-~]{1,64}$/.test(text)) return text
  throw new ConfigError(`--site: "${text}" is no site id; it is up to 64 visible ASCII characters`)
}
