import { buildApp } from '../app.ts'
import { instantOf } from '../clock.ts'
import { checkConfig } from '../config.ts'
import { addressOf } from '../contract/operations.ts'
import type { SeedDocument } from '../seed/schema.ts'
import { openSites } from '../sites/sites.ts'
import { openStore } from '../store/store.ts'
import type { Exchange } from './recording.ts'

/** A sandbox to try a seed with; it does not listen. */
export interface Copy extends AsyncDisposable {
  /** Puts a seed in the place of what was there. @throws {SeedError} when it is not a good one */
  load(document: SeedDocument): void
  /** What the copy answers to a request at the moment at which it was answered; undefined for anything but a 200. */
  answerTo(exchange: Pick<Exchange, 'operation' | 'identifier' | 'at'>): Promise<unknown>
}

export async function openCopy(): Promise<Copy> {
  const clock = { instant: 0, now: () => clock.instant }
  const store = openStore(':memory:')
  const sites = openSites({ store, clock, journalSize: 0 })
  const config = checkConfig({ auth: 'off', control: 'off', basePath: '/', logLevel: 'silent' })
  const app = await buildApp({ config, sites })
  return {
    load(document) {
      for (const { site_id } of sites.list()) sites.remove(site_id)
      const { site_id, name, secret } = document.site
      sites.create({ site_id, name, secret, seed: document })
    },
    async answerTo({ operation, identifier, at }) {
      clock.instant = instantOf(at)
      const response = await app.inject({ url: addressOf(operation, identifier) })
      return response.statusCode === 200 ? response.json() : undefined
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      store.close()
    },
  }
}
