/** What a command may do to the world outside; the process gives it, and so can a test. */
export interface Terminal {
  print(text: string): void
  /** One line for the person, apart from the output. */
  warn(text: string): void
  /** All of standard input. */
  readInput(): Promise<Uint8Array>
  /** What must end before the process does, when it is told to stop. */
  onStop(close: () => Promise<void>): unknown
}

/** A command that was used rightly and could not do what it was asked: one line, and exit code 1. */
export class CommandFailed extends Error {
  override name = 'CommandFailed'
}
