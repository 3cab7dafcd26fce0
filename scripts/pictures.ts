import { fileURLToPath } from 'node:url'
import { frozenClock } from '../src/clock.ts'
import { type SandboxSite, startSandbox } from '../src/index.ts'
import { openBrowser } from '../test/support/browser.ts'

/** Makes the pictures of the README: the inspector over the demo, at a moment that is always the same. */

const FOLDER = new URL('../docs/pictures/', import.meta.url)
const NOW = Date.UTC(2026, 0, 15, 10, 30)

await using sandbox = await startSandbox({ clock: frozenClock(NOW) })
const site = sandbox.sites()[0] as SandboxSite

const ANN = `${sandbox.url}/user/ann@example.com/journeys`
await fetch(ANN, { headers: site.headersFor('bob@example.com') })
const [refused] = site.requests.list()

const home = `${sandbox.origin}/sites/${site.site_id}`
const pictures = {
  journey: { url: `${home}/journeys/3dd2e210-2c8e-483d-8c0b-7e78938b5087`, width: 1480, height: 580 },
  member: { url: `${home}/members/blocked@example.com`, width: 1240, height: 680 },
  refusal: { url: `${home}/requests/${refused?.id}`, width: 1240, height: 760 },
}

const browser = await openBrowser()
for (const [name, { url, ...viewport }] of Object.entries(pictures)) {
  const page = await browser.newPage({ colorScheme: 'light', viewport })
  await page.goto(url)
  await page.screenshot({ path: fileURLToPath(new URL(`${name}.png`, FOLDER)) })
  await page.close()
}
await browser.close()
