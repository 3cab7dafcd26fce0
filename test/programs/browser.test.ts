import axe, { type AxeResults } from 'axe-core'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NODE_TYPES } from '../../src/contract/journey.ts'
import { type Sandbox, type SandboxOptions, type SandboxSite, startSandbox } from '../../src/index.ts'
import { openBrowser } from '../support/browser.ts'
import { id, journeyOf, memberOf, participationOf, seedOf } from '../support/seeds.ts'

const FELLS = 'a516dc23-6342-4ebb-87d9-3ba856032c96'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

const demoOf = (sandbox: Sandbox) => sandbox.sites()[0] as SandboxSite
const ask = (sandbox: Sandbox, email: string, identifier = email) =>
  fetch(`${sandbox.url}/user/${email}/journeys`, { headers: demoOf(sandbox).headersFor(identifier) })

/** A tab, and all that went wrong in it. */
interface Tab extends AsyncDisposable {
  page: Page
  context: BrowserContext
  complaints: string[]
  open(path: string): Promise<number>
}

async function tabOf(sandbox: Sandbox, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const complaints: string[] = []
  // A page that is refused is what the test wants then, and is no complaint.
  const wanted = /Failed to load resource: the server responded with a status of 40[14]|EventSource/
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type()) && !wanted.test(message.text()))
      complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(String(error)))
  return {
    page,
    context,
    complaints,
    async open(path) {
      const response = await page.goto(`${sandbox.origin}${path}`)
      if (options.javaScriptEnabled !== false) await shown(page)
      return response?.status() ?? 0
    },
    [Symbol.asyncDispose]: () => context.close(),
  }
}

/** Waits until a page is on the screen: before, a browser that is busy drops clicks and keys. */
const shown = (page: Page) =>
  page.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))')

/** What axe has against a page that matters; of its rules, only these. */
async function faultsOf(page: Page, rules?: string[]): Promise<string[]> {
  await page.evaluate(axe.source)
  const options = JSON.stringify({ resultTypes: ['violations'], ...(rules && { runOnly: rules }) })
  const { violations } = await page.evaluate<AxeResults>(`axe.run(${options})`)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html} ${failureSummary}`)}`,
    )
}

const evil = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
const large = journeyOf(60, {
  name: `${evil} ${'very '.repeat(2000)}long`,
  description: 'x'.repeat(10_000),
  nodes: Array.from({ length: 60 }, (_, i) => ({
    id: id(6000 + i),
    type: i === 0 ? 'entry' : (NODE_TYPES[1 + (i % 2)] as 'event' | 'action'),
    name: i === 9 ? `${evil}${'y'.repeat(10_000)}` : `مرحبا Node ${i}`,
  })),
  connections: Array.from({ length: 59 }, (_, i) => ({
    id: id(6100 + i),
    source_node_id: id(6000 + (i >> 1)),
    target_node_id: id(6001 + i),
  })),
})
const HARD = seedOf({
  site: { site_id: 'hard', name: evil.repeat(3), secret: 's' },
  journeys: [large],
  members: [memberOf('"<script>alert(1)</script>/"@example.com', participationOf(1, 60))],
})

describe('In a browser', () => {
  async function withHardSite(options: SandboxOptions = {}) {
    const sandbox = await startSandbox({ logLevel: 'silent', ...options })
    const hard = sandbox.createSite({ site_id: 'hard', name: HARD.site.name, seed: HARD })
    hard.snapshots.take(evil)
    hard.faults.add({ fault: { kind: 'status', status: 503, body: evil } })
    await ask(sandbox, 'ann@example.com')
    await ask(sandbox, 'ann@example.com', 'bob@example.com')
    await fetch(`${sandbox.url}/journeys`)
    return sandbox
  }

  it('every page is accessible, fits, and runs nothing of the data, in both schemes', async () => {
    await using sandbox = await withHardSite()
    const [refused] = demoOf(sandbox).requests.list()
    const [stranger] = await (await fetch(`${sandbox.origin}/_sandbox/requests`))
      .json()
      .then(body => (body as { requests: { id: string }[] }).requests)
    const [home, hard] = ['/sites/9991331', '/sites/hard']
    // Between them these have every colour there is.
    const colourful = [
      home,
      `${home}/journeys/${FELLS}`,
      `${home}/members/held%40example.com`,
      `${home}/requests`,
      `${home}/requests/${refused?.id}`,
    ]
    const pages = [
      '/',
      ...colourful,
      `${home}/journeys`,
      `${home}/members?search=a`,
      '/requests',
      `/requests/${stranger?.id}`,
      `${home}/nowhere`,
      hard,
      `${hard}/journeys/${id(60)}`,
      `${hard}/members/${encodeURIComponent(HARD.members[0]?.email as string)}`,
    ]
    const found: string[] = []
    const look = async (pages: string[], colorScheme: 'light' | 'dark', width: number, rules?: string[]) => {
      await using tab = await tabOf(sandbox, { colorScheme, viewport: { width, height: 800 } })
      tab.page.on('dialog', dialog => tab.complaints.push(`dialog ${dialog.message()}`))
      for (const path of pages) {
        await tab.open(path)
        const over = await tab.page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
        const faults = [
          ...(await faultsOf(tab.page, rules)),
          ...(over > 0 ? [`${over} px too wide`] : []),
          ...tab.complaints.splice(0),
        ]
        found.push(...faults.map(fault => `${path} ${colorScheme} ${width}: ${fault}`))
      }
    }
    // A scheme changes colours and nothing else.
    await Promise.all([look(pages, 'light', 375), look(colourful, 'dark', 1600, ['color-contrast'])])
    expect(found).toEqual([])
  })

  it('one goes by keyboard from the sites to what a member did', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    await using tab = await tabOf(sandbox)
    const { page } = tab
    await tab.open('/')
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').textContent()).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    const reach = async (name: string) => {
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab')
        if ((await page.locator(':focus').textContent())?.trim() === name) break
      }
      const before = page.url()
      await Promise.all([page.waitForURL(url => url.href !== before), page.keyboard.press('Enter')])
    }
    await reach('demo-site')
    await reach('ann@example.com')
    expect(await page.locator('h1').textContent()).toBe('ann@example.com')
    await page.getByRole('combobox', { name: 'Event' }).focus()
    await page.keyboard.type('app_installed')
    await page.keyboard.press('Enter')
    await page.getByRole('status').getByText('“app_installed” has happened.').waitFor()
    expect(demoOf(sandbox).events.history('ann@example.com')).toMatchObject([{ event: 'app_installed' }])
    expect(await page.locator('.node.passed').count()).toBeGreaterThan(1)
    expect(tab.complaints).toEqual([])
  })

  it('calls show up as they happen, and one opens to what was wrong', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    await using tab = await tabOf(sandbox)
    const { page } = tab
    await tab.open('/sites/9991331/requests')
    await page.getByText('Live: calls show up').waitFor()
    await ask(sandbox, 'ann@example.com', 'bob@example.com')
    await page.getByText('Live: 1 new call.').waitFor()
    await page.getByRole('row').getByRole('link', { name: 'getMemberJourneys' }).click()
    await page.getByText('Refused by the check').waitFor()
    expect(await page.locator('.check.failed').textContent()).toContain('made for bob@example.com')
    await tab.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await page
      .getByRole('region', { name: 'A call that works' })
      .locator('..')
      .getByRole('button', { name: 'Copy' })
      .click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(/^curl -H 'Authorization: Bearer /)
    expect(tab.complaints).toEqual([])
  })

  it('the page comes back by itself when the server does', async () => {
    const first = await startSandbox({ logLevel: 'silent' })
    const port = Number(new URL(first.origin).port)
    await using tab = await tabOf(first)
    const { page } = tab
    await tab.open('/sites/9991331/requests')
    await page.getByText('Live: calls show up').waitFor()
    await ask(first, 'ann@example.com')
    await page.getByText('Live: 1 new call.').waitFor()
    await first.close()
    await page.getByText('The connection is lost').waitFor()
    await using second = await startSandbox({ logLevel: 'silent', port })
    await ask(second, 'midway@example.com')
    await page.getByRole('row').getByText('midway@example.com').waitFor()
    expect(await page.locator('tbody tr').count()).toBe(1)
  })

  it('the buttons of a site do what they say, and a reset asks first', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    const site = demoOf(sandbox)
    await using tab = await tabOf(sandbox)
    const { page } = tab
    await tab.open('/sites/9991331')
    await page.getByRole('button', { name: 'Freeze' }).click()
    await page.getByText('stands still at').waitFor()
    const { now } = site.clock.read()
    await page.getByRole('button', { name: '+ 1 day' }).click()
    await page.getByText('is now at').waitFor()
    expect(Date.parse(site.clock.read().now) - Date.parse(now)).toBe(86_400_000)
    await page.getByRole('button', { name: '503 for the next call' }).click()
    await page.getByText('is answered 503').waitFor()
    expect((await ask(sandbox, 'ann@example.com')).status).toBe(503)
    await page.getByRole('button', { name: 'Take a snapshot' }).click()
    await page.getByRole('button', { name: 'Return to it' }).waitFor()

    page.once('dialog', dialog => dialog.dismiss())
    await page.getByRole('button', { name: 'Reset the site' }).click()
    expect(site.clock.read().frozen).toBe(true)
    page.once('dialog', dialog => dialog.accept())
    await page.getByRole('button', { name: 'Reset the site' }).click()
    await page.getByText('back at its seed').waitFor()
    expect(site.clock.read().frozen).toBe(false)
    expect(tab.complaints).toEqual([])
  })

  it('all of it works without a script, too', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    await using tab = await tabOf(sandbox, { javaScriptEnabled: false })
    const { page } = tab
    await tab.open('/sites/9991331')
    await page.getByRole('button', { name: 'Reset the site' }).click()
    await page.getByText('back at its seed').waitFor()
    await page.getByRole('searchbox').fill('HOPPER')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByRole('link', { name: 'Grace.Hopper@Example.com' }).click()
    await page.getByRole('combobox', { name: 'Event' }).fill('purchase')
    await page.getByLabel('Attributes').fill('{"amount": }')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('alert').getByText('not JSON').waitFor()
    expect(await page.getByLabel('Attributes').inputValue()).toBe('{"amount": }')
    expect(await page.getByRole('button', { name: 'Copy' }).count()).toBe(0)
  })

  it('a graph of 60 nodes is readable, and scrolls by keyboard', async () => {
    await using sandbox = await withHardSite()
    await using tab = await tabOf(sandbox, { viewport: { width: 800, height: 600 } })
    const { page } = tab
    await tab.open(`/sites/hard/journeys/${id(60)}`)
    const graph = page.locator('.graph[tabindex]')
    expect(await graph.locator('.node').count()).toBe(60)
    const sizes = await graph
      .locator('.node text')
      .evaluateAll(texts => texts.map(text => text.getBoundingClientRect().height))
    expect(Math.min(...sizes)).toBeGreaterThan(9)
    await graph.focus()
    // A browser that is busy drops keys until it has shown the page; who sits there presses again.
    const scrolled = async () => {
      await page.keyboard.press('ArrowRight')
      return graph.evaluate(node => node.scrollLeft)
    }
    await expect.poll(scrolled).toBeGreaterThan(0)
  })

  it('one signs in where a control token is demanded, and out again', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent', controlToken: 'open-sesame' })
    await using tab = await tabOf(sandbox)
    const { page } = tab
    expect(await tab.open('/sites/9991331')).toBe(401)
    expect(await faultsOf(page)).toEqual([])
    await page.getByLabel('Control token').fill('open-sesame')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'demo-site' }).waitFor()
    await page.getByText('Live: calls show up').waitFor()
    await page.getByRole('button', { name: 'Freeze' }).click()
    await page.getByText('stands still at').waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(tab.complaints).toEqual([])
  })

  it('a site that has gone leaves a page with a way out', async () => {
    let now = Date.now()
    await using sandbox = await startSandbox({ logLevel: 'silent', clock: { now: () => now } })
    sandbox.createSite({ site_id: 'gone', ttl: 'PT1H', seed: 'empty' })
    await using tab = await tabOf(sandbox)
    expect(await tab.open('/sites/gone')).toBe(200)
    now += 3_600_000
    await tab.page.reload()
    await tab.page.getByRole('heading', { name: 'Nothing here' }).waitFor()
    await tab.page.getByRole('link', { name: 'All sites' }).click()
    await tab.page.getByRole('link', { name: 'demo-site' }).waitFor()
  })
})
