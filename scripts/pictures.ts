import { fileURLToPath } from 'node:url'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { frozenClock } from '../src/clock.ts'
import { type SandboxSite, startSandbox } from '../src/index.ts'
import { openBrowser } from '../test/support/browser.ts'

/** Takes the pictures of the docs: the inspector over the demo, at a moment that is always the same. */

const FOLDER = new URL('../docs/pictures/', import.meta.url)
const NOW = Date.UTC(2026, 0, 15, 10, 30)
const FELLS = 'a516dc23-6342-4ebb-87d9-3ba856032c96'

const clock = { ...frozenClock(NOW) }
await using sandbox = await startSandbox({ clock: { now: () => clock.now() } })
const site = sandbox.sites()[0] as SandboxSite

/** Calls about members, some minutes before the moment of the pictures. */
async function call(minutesAgo: number, email: string, signedFor = email, fault?: string): Promise<void> {
  clock.now = () => NOW - minutesAgo * 60_000
  const headers = { ...site.headersFor(signedFor), ...(fault && { 'X-Sandbox-Fault': fault }) }
  await fetch(`${sandbox.url}/user/${email}/journeys`, { headers })
  clock.now = () => NOW
}
for (const minutes of [28, 27, 27, 21, 19, 18, 18, 18, 17, 12, 9, 8, 8, 6]) {
  await call(minutes, 'ann@example.com')
  if (minutes % 9 === 0) await call(minutes, 'held@example.com', 'held@example.com', 'status=503')
}
await call(5, 'ann@example.com', 'bob@example.com')
await call(3, 'nobody@example.com')
await call(2, 'midway@example.com')
await call(1, 'held@example.com')
const refused = site.requests.list().find(({ status }) => status === 401)
site.member('several@example.com').did('walk_logged', { kilometres: 6 }, '2025-12-20T09:12:00.000000')

const home = `${sandbox.origin}/sites/${site.site_id}`
const wide = { width: 1280, height: 800 }

interface Picture extends BrowserContextOptions {
  url: string
  act?(page: Page): Promise<void>
}
const pictures: Record<string, Picture> = {
  overview: { url: home },
  // The picture of the README: as high as what the check says, so that nothing is cut off.
  refusal: { url: `${home}/requests/${refused?.id}`, viewport: { ...wide, height: 677 } },
  journey: {
    url: `${home}/journeys/${FELLS}`,
    act: page => page.locator('.drawing:visible').getByRole('link', { name: 'Reviews the boots' }).click(),
  },
  member: {
    url: `${home}/members/several%40example.com`,
    act: page => page.getByRole('button', { name: 'Send event' }).click(),
  },
  clock: { url: `${home}/members`, act: page => page.locator('.clock-pill').click() },
  faults: { url: `${home}/faults` },
  'member-dark': { url: `${home}/members/held%40example.com`, colorScheme: 'dark' },
  'requests-dark': { url: `${home}/requests`, colorScheme: 'dark' },
  'overview-narrow': { url: home, viewport: { width: 390, height: 844 } },
  'journey-narrow': { url: `${home}/journeys/${FELLS}`, viewport: { width: 390, height: 844 } },
}

// Animations would be caught midway.
const browser = await openBrowser()
for (const [name, { url, act, ...options }] of Object.entries(pictures)) {
  const page = await browser.newPage({
    colorScheme: 'light',
    viewport: wide,
    reducedMotion: 'reduce',
    ...options,
  })
  await page.clock.setFixedTime(NOW)
  await page.goto(url)
  await page.waitForTimeout(300)
  await act?.(page)
  await page.waitForTimeout(600)
  await page.screenshot({ path: fileURLToPath(new URL(`${name}.png`, FOLDER)) })
  await page.close()
}
await browser.close()
