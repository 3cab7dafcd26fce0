import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Folder = ReturnType<typeof temporaryFolder>

/** A new empty folder that goes away at the end of the block; `file` is a path in it, written when there is content. */
export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'journeys-sandbox-'))
  return {
    path,
    file(name: string, content?: string | Buffer): string {
      if (content !== undefined) writeFileSync(join(path, name), content)
      return join(path, name)
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}
