import { createJournal } from './journal.ts'
import type { Site } from './site.ts'
import type { Sites } from './sites.ts'

/** The sites, for someone who only looks: what is asked of them is not noted, and no fault spoils the answer. */
export function unnoticed(sites: Sites): Sites {
  const journal = createJournal(0)
  const noFaults = { next: () => undefined }
  const plain = (site: Site): Site =>
    Object.create(site, { requests: { value: journal }, faults: { value: noFaults } })
  return {
    ...sites,
    strangers: journal,
    find(siteId) {
      const site = sites.find(siteId)
      return site && plain(site)
    },
    get: siteId => plain(sites.get(siteId)),
  }
}
