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
