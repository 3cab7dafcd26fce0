import { statSync } from 'node:fs'
import { Conflict, type Sandbox, SeedError } from '../index.ts'
import { readSeed } from '../seed/seed.ts'
import type { Terminal } from './terminal.ts'

// The file is looked at rather than listened to: that finds it again however an editor replaces it, and works on what
// is mounted into a container, where nothing is heard.
const LOOK_EVERY_MS = 100
/** An editor that takes longer than this between two writes has its half of a file refused first. */
const SETTLED_AFTER_MS = 250

type Says = Pick<Terminal, 'print' | 'warn'>

/** Follows the file for a sandbox that has read it, and says what comes of it. @returns what ends it */
export type FollowSeed = (sandbox: Sandbox, says: Says) => () => void

/**
 * Remembers how a seed file is, to be called before the file is read, so that no change is missed. What it returns reloads
 * the site that came from the file whenever it is another. A file that is wrong, or gone, changes nothing.
 */
export function seedWatch(file: string): FollowSeed {
  let seen = stampOf(file)
  return (sandbox, says) => {
    const reload = reloading(file, sandbox, says)
    let settling: NodeJS.Timeout | undefined
    const looking = setInterval(() => {
      const now = stampOf(file)
      if (now === seen) return
      seen = now
      clearTimeout(settling)
      settling = setTimeout(reload, SETTLED_AFTER_MS)
    }, LOOK_EVERY_MS)
    return () => {
      clearInterval(looking)
      clearTimeout(settling)
    }
  }
}

/** What changes with every write to a file, and when another is put in its place. */
function stampOf(file: string): string {
  try {
    const { ino, size, mtimeNs } = statSync(file, { bigint: true })
    return `${ino} ${size} ${mtimeNs}`
  } catch (error) {
    // That it cannot be looked at is a change like any other; who reads it then says so.
    return `${(error as NodeJS.ErrnoException).code}`
  }
}

/** What replaces the site that came from a file by what the file has now. */
function reloading(file: string, sandbox: Sandbox, { print, warn }: Says) {
  let siteId = sandbox.sites()[0]?.site_id

  return (): void => {
    try {
      const document = readSeed(file)
      const { site, journeys, members } = document
      const watched = sandbox.sites().find(({ site_id }) => site_id === siteId)
      if (watched?.site_id === site.site_id) watched.reseed(document)
      else {
        const { site_id, name, secret } = site
        sandbox.createSite({ site_id, name, secret, seed: document })
        if (watched) sandbox.removeSite(watched.site_id)
        siteId = site.site_id
      }
      print(`${file} reloaded: site ${siteId} with ${journeys.length} journeys and ${members.length} members`)
    } catch (error) {
      if (!(error instanceof SeedError || error instanceof Conflict)) throw error
      warn(`warning: ${file} was not reloaded, and the site stays as it is:\n${error.message}`)
    }
  }
}
