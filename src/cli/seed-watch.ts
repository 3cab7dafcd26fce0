import { statSync } from 'node:fs'
import { type Config, Conflict, Invalid, type Sandbox, SeedError } from '../index.ts'
import { filesOf, readSeed } from '../seed/seed.ts'
import { toTimestamp } from '../seed/times.ts'
import type { Terminal } from './terminal.ts'

// Polling works however an editor replaces a file, and on volumes of a container, where no events arrive.
const POLL_EVERY_MS = 100
/** When an editor takes longer than this between two writes, half of a file is read and refused first. */
const SETTLED_AFTER_MS = 250

type Output = Pick<Terminal, 'print' | 'warn'>

/** Follows the files for a sandbox that was started with them, and reports what it does. @returns what ends it */
type FollowSeeds = (sandbox: Sandbox, output: Output) => () => void

/**
 * Remembers the state of seed files; call it before they are read, so that no change is missed. What it returns reloads the
 * site of a file whenever the file changes, and adds the site of a new file in a directory. A file that has issues, or is missing,
 * changes nothing. `sources` are the paths of files and directories; `demo` and `empty` never change. `now` is the setting
 * of this name.
 */
export function seedWatch(sources: readonly string[], now: Config['now']): FollowSeeds {
  const seen = stampsOf(sources)
  return (sandbox, output) => {
    const siteIds = new Map([...seen.keys()].map((file, i) => [file, sandbox.sites()[i]?.site_id] as const))
    const settling = new Map<string, NodeJS.Timeout>()
    const polling = setInterval(() => {
      for (const [file, stamp] of stampsOf(sources)) {
        if (seen.get(file) === stamp) continue
        seen.set(file, stamp)
        clearTimeout(settling.get(file))
        settling.set(file, setTimeout(reload, SETTLED_AFTER_MS, file, { sandbox, now, siteIds, output }))
      }
    }, POLL_EVERY_MS)
    return () => {
      clearInterval(polling)
      for (const timeout of settling.values()) clearTimeout(timeout)
    }
  }
}

/** For each file a text that changes with every write to it, and when another file replaces it. */
function stampsOf(sources: readonly string[]): Map<string, string> {
  const files = sources.flatMap(source => {
    try {
      return filesOf(source)
    } catch (error) {
      // A directory that has become empty has no file to watch.
      if (error instanceof SeedError) return []
      throw error
    }
  })
  return new Map(files.map(file => [file, stampOf(file)]))
}

function stampOf(file: string): string {
  try {
    const { ino, size, mtimeNs } = statSync(file, { bigint: true })
    return `${ino} ${size} ${mtimeNs}`
  } catch (error) {
    // A file that cannot be read has changed, too; the error comes when it is read.
    return `${(error as NodeJS.ErrnoException).code}`
  }
}

interface Following {
  sandbox: Sandbox
  now: Config['now']
  /** The site of each file. */
  siteIds: Map<string, string | undefined>
  output: Output
}

/** Replaces the site of a file by what the file has now. */
function reload(file: string, { sandbox, now, siteIds, output: { print, warn } }: Following): void {
  try {
    const watched = sandbox.sites().find(({ site_id }) => site_id === siteIds.get(file))
    // The time of the site; that of a new site is the one at which its clock starts.
    const time = watched?.clock.read().now.slice(0, -1) ?? toTimestamp(now, now)
    const seed = readSeed(file, time, warn)
    const { site, journeys, members } = seed
    const { site_id, name, secret } = site
    if (watched?.site_id === site_id) watched.reseed(seed)
    else {
      sandbox.createSite({ site_id, name, secret, seed })
      if (watched) sandbox.removeSite(watched.site_id)
      siteIds.set(file, site_id)
    }
    print(`${file} reloaded: site ${site_id} with ${journeys.length} journeys and ${members.length} members`)
  } catch (error) {
    if (!(error instanceof SeedError || error instanceof Conflict || error instanceof Invalid)) throw error
    warn(`warning: ${file} was not reloaded, and the site stays as it is:\n${error.message}`)
  }
}
