import type { styleText } from 'node:util'

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
