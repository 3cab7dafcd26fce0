import { type Sandbox, type SandboxSite, startSandbox } from 'journeys-sandbox'
import { test } from 'vitest'
import { type LoyaltyClient, loyaltyClient } from '../loyalty-client.cjs'

interface Fixtures {
  $file: { sandbox: Sandbox }
  $test: { site: SandboxSite; client: LoyaltyClient }
}

/** Vitest's `test` with one sandbox per file and a site, with a client for it, per test: none sees another's state. */
export const siteTest = test.extend<Fixtures>({
  sandbox: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures this one needs
    async ({}, use) => {
      const sandbox = await startSandbox()
      await use(sandbox)
      await sandbox.close()
    },
    { scope: 'file' },
  ],
  site: async ({ sandbox }, use) => {
    const site = sandbox.createSite({ seed: 'demo' })
    await use(site)
    sandbox.removeSite(site.site_id)
  },
  client: async ({ sandbox, site }, use) => {
    await use(loyaltyClient({ baseUrl: sandbox.url, siteId: site.site_id, secret: site.secret }))
  },
})
