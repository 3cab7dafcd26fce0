import { readFile } from 'node:fs/promises'
import type { styleText } from 'node:util'
import type { SingleBar } from 'cli-progress'
import { ConfigError } from '../config.ts'
import { decodeText } from '../text.ts'

type Format = Parameters<typeof styleText>[0]

/** What a command may read and write. The process provides it, and so can a test. */
export interface Terminal {
  /** Writes to standard output, with a line break at the end. */
  print(text: string): void
  /** Writes to standard error, with a line break at the end. */
  warn(text: string): void
  /** All of standard input. */
  readInput(): Promise<Uint8Array>
  /** Calls `close` when the process is told to stop. */
  onStop(close: () => Promise<void>): unknown
  /** Colours text for standard output; undefined when that is no terminal. */
  style?: ((format: Format, text: string) => string) | undefined
}

/** A command that was used correctly but failed: exit code 1. */
export class CommandFailed extends Error {
  override name = 'CommandFailed'
}

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

/** What `access` returns; a failure of the file system becomes an error that begins with `what`. */
export function onDisk<T>(
  what: string,
  access: () => T,
  Failed: typeof ConfigError | typeof CommandFailed = ConfigError,
): T {
  try {
    return access()
  } catch (error) {
    throw new Failed(`${what}: ${(error as Error).message}`)
  }
}

/** The JSON in a file, or on standard input for `-`. @throws {ConfigError} when it cannot be read; {Invalid} */
export async function readJson(file: string, terminal: Pick<Terminal, 'readInput'>): Promise<unknown> {
  const text = await readText(file, terminal)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ConfigError(`${file} is not JSON: ${(error as Error).message}`)
  }
}

/**
 * Shows a progress bar on standard error while that is a terminal; stopping it removes it.
 * @param format the text beside the bar, with the placeholders of cli-progress, such as `{value} of {total} requests`
 */
export async function startProgress(
  format: string,
): Promise<Pick<SingleBar, 'setTotal' | 'update' | 'stop'>> {
  const { SingleBar } = await import('cli-progress')
  const bar = new SingleBar({ format: `{bar} ${format}`, clearOnComplete: true })
  bar.start(1, 0)
  return bar
}
