import { type Stats, unwatchFile, watchFile } from 'node:fs'
import { Conflict, type Sandbox, SeedError } from '../index.ts'
import { readSeed } from '../seeding/seed.ts'
import type { Terminal } from './terminal.ts'

// The file is looked at rather than listened to: that finds it again however an editor replaces it, and works on what
// is mounted into a container, where nothing is heard.
const LOOK_EVERY_MS = 100
/** An editor that takes longer than this between two writes has its half of a file refused first. */
const SETTLED_AFTER_MS = 250

/**
 * Reloads a site whenever the seed file that it came from changes. A file that is wrong, or gone, changes nothing.
 * @returns what ends it
 */
export function watchSeed(file: string, sandbox: Sandbox, { print, warn }: Terminal): () => void {
  let siteId = sandbox.sites()[0]?.site_id
  let settling: NodeJS.Timeout | undefined

  function reload(): void {
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

  function look(now: Stats, before: Stats): void {
    if (now.mtimeMs === before.mtimeMs && now.size === before.size && now.ino === before.ino) return
    clearTimeout(settling)
    settling = setTimeout(reload, SETTLED_AFTER_MS)
  }

  watchFile(file, { interval: LOOK_EVERY_MS }, look)
  return () => {
    unwatchFile(file, look)
    clearTimeout(settling)
  }
}
