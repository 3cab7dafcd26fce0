import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new directory that goes when this process does, in whatever way: what is in it may be large. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'journeys-bench-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  return directory
}
