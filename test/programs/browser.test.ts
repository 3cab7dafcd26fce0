import axe, { type AxeResults } from 'axe-core'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NODE_TYPES } from '../../src/contract/journey.ts'
import { type Sandbox, type SandboxOptions, type SandboxSite, startSandbox } from '../../src/index.ts'
import { openBrowser } from '../support/browser.ts'
import { id, journeyOf, memberOf, participationOf, seedOf } from '../support/seeds.ts'

const FELLS = 'a516dc23-6342-4ebb-87d9-3ba856032c96'
const HOME = '/sites/9991331'
const WIDE = { width: 1280, height: 800 }
const NARROW = { width: 390, height: 844 }

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

const demoOf = (sandbox: Sandbox) => sandbox.sites()[0] as SandboxSite
const ask = (sandbox: Sandbox, email: string, identifier = email) =>
  fetch(`${sandbox.url}/user/${email}/journeys`, { headers: demoOf(sandbox).headersFor(identifier) })

/** A tab, and every error in it. */
interface Tab extends AsyncDisposable {
  page: Page
  context: BrowserContext
  errors: string[]
  open(path: string): Promise<number>
}

async function tabOf(sandbox: Sandbox, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext({ viewport: WIDE, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const errors: string[] = []
  // A page that is refused is what the test wants then.
  const wanted = /Failed to load resource: the server responded with a status of 40[14]|EventSource/
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type()) && !wanted.test(message.text()))
      errors.push(message.text())
  })
  page.on('pageerror', error => errors.push(String(error)))
  return {
    page,
    context,
    errors,
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

/** The serious violations that axe finds on a page; of its rules, only these. */
async function violationsOf(page: Page, rules?: string[]): Promise<string[]> {
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

  it('every page is accessible, fits, and runs no script from the data, at both widths and in both colour schemes', {
    timeout: 300_000,
  }, async () => {
    await using sandbox = await withHardSite()
    const [refused] = demoOf(sandbox).requests.list()
    const { requests } = (await (await fetch(`${sandbox.origin}/_sandbox/requests`)).json()) as {
      requests: { id: string }[]
    }
    const hard = '/sites/hard'
    const { nodes } = demoOf(sandbox).content.journey(FELLS)
    // Between them these have every colour there is.
    const colourful = [
      HOME,
      `${HOME}/journeys/${FELLS}?node=${nodes[1]?.id}`,
      `${HOME}/members/several%40example.com`,
      `${HOME}/requests/${refused?.id}`,
      `${HOME}/faults`,
      `${HOME}/clock`,
    ]
    const pages = [
      '/sites',
      ...colourful,
      `${HOME}/requests`,
      `${HOME}/journeys`,
      `${HOME}/members?search=a`,
      `${HOME}/members/nobody%40example.com`,
      `${HOME}/data`,
      `${HOME}/report`,
      `/requests/${requests[0]?.id}`,
      `${HOME}/nowhere`,
      hard,
      `${hard}/requests`,
      `${hard}/journeys/${id(60)}`,
      `${hard}/members/${encodeURIComponent(HARD.members[0]?.email as string)}`,
      `${hard}/faults`,
      `${hard}/data`,
    ]
    const found: string[] = []
    const look = async (
      pages: string[],
      colorScheme: 'light' | 'dark',
      viewport: typeof WIDE,
      rules?: string[],
    ) => {
      await using tab = await tabOf(sandbox, { colorScheme, viewport })
      tab.page.on('dialog', dialog => tab.errors.push(`dialog ${dialog.message()}`))
      for (const path of pages) {
        await tab.open(path)
        const over = await tab.page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
        const faults = [
          ...(await violationsOf(tab.page, rules)),
          ...(over > 0 ? [`${over} px too wide`] : []),
          ...tab.errors.splice(0),
        ]
        found.push(...faults.map(fault => `${path} ${colorScheme} ${viewport.width}: ${fault}`))
      }
    }
    // A scheme changes colours and nothing else.
    await Promise.all([look(pages, 'light', NARROW), look(colourful, 'dark', WIDE, ['color-contrast'])])
    await Promise.all([look(pages, 'light', WIDE), look(colourful, 'dark', NARROW, ['color-contrast'])])
    expect(found).toEqual([])
  })

  it('the keyboard alone leads from the overview to the next step of a member', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    await using tab = await tabOf(sandbox)
    const { page } = tab
    await tab.open(HOME)
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').textContent()).toBe('Skip to the content')
    const reach = async (name: string | RegExp) => {
      for (let i = 0; i < 80; i++) {
        await page.keyboard.press('Tab')
        const said = await page.evaluate<string>(
          'document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent',
        )
        if (typeof name === 'string' ? said.trim() === name : name.test(said)) return
      }
      throw new Error(`${name} is not reached by Tab`)
    }
    await reach('Members')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Members' }).waitFor()
    await reach('Search members')
    await page.keyboard.type('started@')
    await page.getByRole('row').nth(2).waitFor({ state: 'detached' })
    await reach('started@example.com')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Send an event' }).waitFor()
    await reach('Send event')
    await page.keyboard.press('Enter')
    await page.getByText('was sent to started@example.com').waitFor()
    await reach(/^Clock of the site/)
    await page.keyboard.press('Enter')
    await reach('+14 d')
    await page.keyboard.press('Enter')
    await page.getByText('The clock of the site is now at').waitFor()
    expect(tab.errors).toEqual([])
  })

  it('requests appear as they happen, are filtered while one types, and read with the arrow keys', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    await using tab = await tabOf(sandbox)
    const { page } = tab
    await tab.open(`${HOME}/requests`)
    await page.getByRole('heading', { name: 'Make the first request' }).waitFor()
    await page.getByText('Live').waitFor()
    await ask(sandbox, 'ann@example.com')
    await page.getByText('Live: 1 new').waitFor()
    await ask(sandbox, 'ann@example.com', 'bob@example.com')
    await page.getByText('Live: 2 new').waitFor()
    const rows = page.locator('.calls li')
    expect(await rows.count()).toBe(2)
    // The whole row is a link; it opens beside the list, which stays.
    await page.locator('.call-reason').click()
    await page.getByText('Refused by the check').waitFor()
    expect(await page.locator('.check.failed').textContent()).toContain('bob@example.com')
    expect(await rows.count()).toBe(2)
    await page.keyboard.press('ArrowDown')
    await page.locator('.detail-pane').getByText('200', { exact: true }).first().waitFor()
    expect(new URL(page.url()).pathname).toMatch(/\/requests\/req-/)
    await page.keyboard.press('k')
    await page.getByText('Refused by the check').waitFor()

    await page.getByRole('searchbox', { name: 'Filter requests' }).pressSequentially('bound to one')
    await expect.poll(() => rows.count()).toBe(1)
    await page.getByRole('searchbox', { name: 'Filter requests' }).fill('')
    await expect.poll(() => rows.count()).toBe(2)
    await page.getByText('2xx', { exact: true }).click()
    await expect.poll(() => rows.count()).toBe(1)
    await ask(sandbox, 'ann@example.com', 'bob@example.com')
    await ask(sandbox, 'bob@example.com')
    await expect.poll(() => rows.count()).toBe(2)

    await page.getByRole('button', { name: 'Pause' }).click()
    await ask(sandbox, 'eve@example.com')
    await ask(sandbox, 'held@example.com')
    await page.getByText('Paused: 1 new').waitFor()
    expect(await rows.count()).toBe(2)
    await page.getByRole('button', { name: 'Resume' }).click()
    await expect.poll(() => rows.count()).toBe(3)
    expect(tab.errors).toEqual([])
  })

  it('a request is copied in four ways', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    await ask(sandbox, 'ann@example.com')
    await using tab = await tabOf(sandbox)
    const { page } = tab
    await tab.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await tab.open(`${HOME}/requests`)
    for (const [label, expected] of [
      ['curl', /^curl -H 'Authorization: Bearer /],
      ['fetch', /^const response = await fetch\("http/],
      ['Python', /^import requests\n/],
      ['HAR', /^\{\n {2}"log": \{\n {4}"version": "1.2"/],
    ] as const) {
      await page.locator('.tabs').getByText(label, { exact: true }).click()
      await page.locator('.tabs .panel:visible').getByRole('button', { name: 'Copy' }).click()
      await page.getByRole('button', { name: 'Copied' }).waitFor()
      expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(expected)
      await page.getByRole('button', { name: 'Copied' }).waitFor({ state: 'detached' })
    }
    expect(tab.errors).toEqual([])
  })

  it('the page comes back by itself when the server does', async () => {
    const first = await startSandbox({ logLevel: 'silent' })
    const port = Number(new URL(first.origin).port)
    await using tab = await tabOf(first)
    const { page } = tab
    await tab.open(`${HOME}/requests`)
    await page.getByText('Live').waitFor()
    await ask(first, 'ann@example.com')
    await page.getByText('Live: 1 new').waitFor()
    await first.close()
    await page.getByText('The connection is lost').waitFor()
    await using second = await startSandbox({ logLevel: 'silent', port })
    await ask(second, 'midway@example.com')
    await page.locator('.calls').getByText('midway@example.com').waitFor()
    expect(await page.locator('.calls li').count()).toBe(1)
  })

  it('the overview follows what happens, and its checklist ticks itself', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    await using tab = await tabOf(sandbox)
    const { page } = tab
    await tab.open('/')
    expect(await page.locator('.checklist .done').count()).toBe(0)
    await ask(sandbox, 'ann@example.com')
    await expect.poll(() => page.locator('.checklist .done').count()).toBe(1)
    await page.getByText('1 request in the last 30 minutes').waitFor()
    await ask(sandbox, 'ann@example.com', 'bob@example.com')
    await page.locator('.wrapped').getByText('a token is bound to one identifier').waitFor()
    sandbox.createSite()
    demoOf(sandbox).faults.add({ fault: { kind: 'status', status: 503 } })
    await ask(sandbox, 'ann@example.com')
    await page.locator('.checklist').waitFor({ state: 'detached' })
    expect(tab.errors).toEqual([])
  })

  it('the report fills while a suite runs', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    await using tab = await tabOf(sandbox)
    const { page } = tab
    await tab.open(`${HOME}/report`)
    expect(await page.locator('.met').count()).toBe(0)
    await ask(sandbox, 'ann@example.com')
    await page.locator('.met').first().waitFor()
    await ask(sandbox, 'ann@example.com', 'bob@example.com')
    await expect.poll(() => page.locator('.met').count()).toBeGreaterThanOrEqual(3)
    await page.getByRole('row', { name: /^hmac/ }).locator('.met').click()
    await page.getByText('Refused by the check').waitFor()
    expect(tab.errors).toEqual([])
  })

  it('the clock is moved from every page, which stays as it is and says what changed', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    const site = demoOf(sandbox)
    await using tab = await tabOf(sandbox, { viewport: { width: 1280, height: 500 } })
    const { page } = tab
    await tab.open(`${HOME}/members`)
    await page.evaluate('scrollTo(0, 300)')
    await page.getByRole('button', { name: 'Clock of the site' }).click()
    const before = Date.parse(site.clock.read().now)
    await page.getByRole('button', { name: '+14 d' }).click()
    await page.getByText('Nothing changed by it.').waitFor()
    expect(Date.parse(site.clock.read().now) - before).toBeGreaterThanOrEqual(14 * 86_400_000)
    expect(await page.evaluate('scrollY')).toBe(300)
    expect(page.url()).not.toContain('notice')
    await page.getByRole('button', { name: /^Next hold ends in/ }).click()
    await page.getByText('is issued, its hold ended').waitFor()
    await page.getByRole('button', { name: 'Freeze' }).click()
    await page.getByText('is frozen at').waitFor()
    expect(site.clock.read().frozen).toBe(true)
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await page.getByText('is frozen at').waitFor({ state: 'detached' })
    expect(tab.errors).toEqual([])
  })

  describe('The canvas of a journey', () => {
    it.each([
      ['wide', WIDE],
      ['narrow', NARROW],
    ])('fits on a %s screen, zooms, moves, and says what is outside', async (_, viewport) => {
      await using sandbox = await startSandbox({ logLevel: 'silent' })
      await using tab = await tabOf(sandbox, { viewport })
      const { page } = tab
      await tab.open(`${HOME}/journeys/${FELLS}`)
      const view = page.locator('.canvas-view')
      const outside = page.locator('[data-outside]')
      const inside = async () => {
        const frame = await view.boundingBox()
        const boxes = await page
          .locator('.drawing:visible .node')
          .evaluateAll(nodes => nodes.map(node => node.getBoundingClientRect().toJSON()))
        return boxes.filter(
          box =>
            frame &&
            box.left >= frame.x &&
            box.right <= frame.x + frame.width &&
            box.top >= frame.y &&
            box.bottom <= frame.y + frame.height,
        ).length
      }
      await expect.poll(inside).toBe(18)
      expect(await outside.isHidden()).toBe(true)
      // Along the longer side of the screen.
      const drawing = await page.locator('.drawing:visible svg').boundingBox()
      expect((drawing?.width ?? 0) > (drawing?.height ?? 0)).toBe(viewport === WIDE)

      await view.hover()
      for (let i = 0; i < 2; i++) await page.mouse.wheel(0, -300)
      await expect.poll(() => outside.textContent()).toMatch(/\d+ of 18 nodes outside/)
      const away = await outside.textContent()
      const box = await view.boundingBox()
      await page.mouse.move((box?.x ?? 0) + 100, (box?.y ?? 0) + 100)
      await page.mouse.down()
      await page.mouse.move((box?.x ?? 0) + 320, (box?.y ?? 0) + 320, { steps: 5 })
      await page.mouse.up()
      await expect.poll(() => outside.textContent()).not.toBe(away)
      await view.focus()
      await page.keyboard.press('0')
      await expect.poll(inside).toBe(18)
      await page.keyboard.press('+')
      await page.keyboard.press('ArrowRight')
      await expect.poll(inside).toBeLessThan(18)
      await page.getByRole('button', { name: 'Fit' }).click()
      await expect.poll(inside).toBe(18)
      expect(tab.errors).toEqual([])
    })

    it('opens a node with its rule in words, and sends the event that it waits for', async () => {
      await using sandbox = await startSandbox({ logLevel: 'silent' })
      await using tab = await tabOf(sandbox)
      const { page } = tab
      await tab.open(`${HOME}/journeys/${FELLS}`)
      await page.locator('.drawing:visible').getByRole('link', { name: 'Reviews the boots' }).click()
      const panel = page.locator('#node-panel')
      await panel.getByText('Waits for the event review_written').waitFor()
      await panel.getByText('1 member waits here').waitFor()
      expect(page.url()).toContain('node=')
      await panel.getByRole('button', { name: 'Send event' }).click()
      await page.locator('.toast.good').waitFor()
      await panel.getByText('1 member waits here').waitFor({ state: 'detached' })
      await page.keyboard.press('Escape')
      await panel.getByText('Waits for').waitFor({ state: 'detached' })
      await page.locator('.legend').getByText('reward').click()
      const opacity = (kind: string) =>
        page.evaluate<string>(`getComputedStyle(document.querySelector('.drawing.lr .node.${kind}')).opacity`)
      expect([await opacity('reward'), await opacity('event')]).toEqual(['0.15', '1'])
      expect(tab.errors).toEqual([])
    })

    it('of 60 nodes is readable when it is zoomed, and a node that gets the focus comes into view', async () => {
      await using sandbox = await withHardSite()
      await using tab = await tabOf(sandbox, { viewport: { width: 800, height: 600 } })
      const { page } = tab
      await tab.open(`/sites/hard/journeys/${id(60)}`)
      const nodes = page.locator('.drawing:visible .node')
      expect(await nodes.count()).toBe(60)
      const zoom = page.getByRole('button', { name: 'Zoom in' })
      const height = () =>
        nodes
          .locator('text')
          .nth(1)
          .evaluate(text => text.getBoundingClientRect().height)
      for (let i = 0; i < 20 && (await height()) < 12; i++) await zoom.click()
      expect(await height()).toBeGreaterThan(12)
      await nodes.last().locator('a').focus()
      await page.keyboard.press('Shift+Tab')
      await page.keyboard.press('Tab')
      const visible = async () => {
        const [box, frame] = [
          await nodes.last().boundingBox(),
          await page.locator('.canvas-view').boundingBox(),
        ]
        return box && frame && box.x >= frame.x && box.x + box.width <= frame.x + frame.width
      }
      await expect.poll(visible).toBe(true)
      // Keys that are pressed faster than the drawing moves.
      await nodes.locator('a').evaluateAll(links => {
        for (const link of [links[0], links.at(-1)]) link?.focus()
      })
      await page.waitForTimeout(100)
      await expect.poll(visible).toBe(true)
    })
  })

  it('an event is sent in place: nodes that changed are highlighted, and no effect has a reason', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    await using tab = await tabOf(sandbox)
    const { page } = tab
    await tab.open(`${HOME}/members/started@example.com`)
    await page.locator('.offer').filter({ hasText: 'next' }).first().click()
    await page.getByRole('button', { name: 'Send event' }).click()
    await page.locator('.toast.good').waitFor()
    await page.locator('.node.lit').first().waitFor()
    await page.locator('.outcomes li.good').first().waitFor()
    await page.getByRole('combobox', { name: 'Event' }).fill('purchse')
    await page.getByRole('button', { name: 'Send event' }).click()
    await page.locator('.toast.wait').waitFor()
    await page.locator('.outcomes').getByText('Did you mean purchase?').waitFor()
    expect(await page.locator('.node.lit').count()).toBe(0)
    expect(tab.errors).toEqual([])
  })

  it('a fault rule is built, and only with the fields of its kind', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    await using tab = await tabOf(sandbox)
    const { page } = tab
    await tab.open(`${HOME}/faults`)
    expect(await page.getByLabel('Milliseconds', { exact: true }).isVisible()).toBe(false)
    await page.getByText('Answer late').click()
    expect(await page.getByLabel('Status', { exact: true }).isVisible()).toBe(false)
    await page.getByLabel('Milliseconds', { exact: true }).fill('30')
    await page.getByLabel('Member', { exact: true }).fill('ann@example.com')
    await page.getByLabel('Times', { exact: true }).fill('2')
    await page.getByRole('button', { name: 'Add rule' }).click()
    await page.getByText('The fault rule fault-1 is active.').waitFor()
    expect(demoOf(sandbox).faults.list()).toMatchObject([
      { match: { email: 'ann@example.com' }, times: 2, fault: { kind: 'delay', ms: 30 } },
    ])
    await page.getByRole('link', { name: '1 fault' }).waitFor()
    const [card, button] = [
      page.locator('section').first(),
      page.getByRole('button', { name: 'Remove', exact: true }),
    ]
    const [outer, within] = [await card.boundingBox(), await button.boundingBox()]
    expect((within?.x ?? 0) + (within?.width ?? 0)).toBeLessThan((outer?.x ?? 0) + (outer?.width ?? 0))
    await button.click()
    await page.getByText('The fault rule fault-1 is removed.').waitFor()
    expect(tab.errors).toEqual([])
  })

  it('a seed is edited and uploaded, and its issues are shown beside their lines', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    const site = demoOf(sandbox)
    await using tab = await tabOf(sandbox)
    const { page } = tab
    page.on('dialog', dialog => dialog.accept())
    await tab.open(`${HOME}/data`)
    await page.getByRole('link', { name: 'Edit' }).click()
    const text = page.getByRole('textbox', { name: /^Seed/ })
    const seed = await text.inputValue()
    // To type so much would take minutes.
    const fill = (value: string) =>
      page.evaluate(`document.querySelector('[name=seed]').value = ${JSON.stringify(value)}`)
    expect(JSON.parse(seed).journeys).toHaveLength(14)
    await fill(seed.replace('"Published"', '"Publisht"'))
    await page.getByRole('button', { name: 'Replace the data' }).click()
    await page.getByText('1 issue.').waitFor()
    expect(await page.getByRole('row').nth(1).textContent()).toMatch(
      /^15:17.*"Publisht".*\/journeys\/0\/status/,
    )
    await fill(seed.replaceAll('User Journey 1', 'My Journey'))
    await page.getByRole('button', { name: 'Replace the data' }).click()
    await page.getByText('The site holds the data of the seed.').waitFor()
    expect(site.content.read().journeys[0]?.name).toBe('My Journey')
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download seed' }).click()
    expect((await download).suggestedFilename()).toBe('9991331.seed.json')
    expect(tab.errors).toEqual([])
  })

  it('snapshots are taken and restored, and a reset asks first', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    const site = demoOf(sandbox)
    await using tab = await tabOf(sandbox)
    const { page } = tab
    await tab.open(`${HOME}/data`)
    await page.getByRole('button', { name: 'Take a snapshot' }).click()
    await page.getByRole('button', { name: 'Restore' }).waitFor()
    site.faults.add({ fault: { kind: 'hang' } })
    page.once('dialog', dialog => dialog.accept())
    await page.getByRole('button', { name: 'Restore' }).click()
    await page.getByText('The site is as the snapshot').waitFor()
    expect(site.faults.list()).toEqual([])
    site.clock.set({ frozen: true })
    await tab.open(`${HOME}/clock`)
    page.once('dialog', dialog => dialog.dismiss())
    await page.getByRole('button', { name: 'Reset the site' }).click()
    expect(site.clock.read().frozen).toBe(true)
    page.once('dialog', dialog => dialog.accept())
    await page.getByRole('button', { name: 'Reset the site' }).click()
    await page.getByText('back at its seed').waitFor()
    expect(site.clock.read().frozen).toBe(false)
    expect(tab.errors).toEqual([])
  })

  it('all of it works without a script, too', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent' })
    await ask(sandbox, 'ann@example.com', 'bob@example.com')
    await using tab = await tabOf(sandbox, { javaScriptEnabled: false })
    const { page } = tab
    await tab.open('/')
    await page.getByRole('button', { name: 'Clock of the site' }).click()
    await page.getByRole('button', { name: '+1 d' }).click()
    await page.getByText('The clock of the site is now at').waitFor()
    await page.getByRole('link', { name: 'Requests', exact: true }).click()
    await page.getByRole('searchbox').fill('bound')
    await page.getByRole('button', { name: 'Filter' }).click()
    await page.locator('.call').first().click()
    await page.getByText('Refused by the check').waitFor()
    await page.locator('.tabs').getByText('Python').click()
    await page.getByText('import requests').waitFor()
    await page.getByRole('link', { name: 'Members', exact: true }).click()
    await page.getByRole('searchbox').fill('HOPPER')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByRole('link', { name: 'Grace.Hopper@Example.com' }).click()
    await page.getByRole('combobox', { name: 'Event' }).fill('purchase')
    await page.getByLabel('Attributes').fill('{"amount": }')
    await page.getByRole('button', { name: 'Send event' }).click()
    await page.getByRole('alert').getByText('must be JSON').waitFor()
    expect(await page.getByLabel('Attributes').inputValue()).toBe('{"amount": }')
    await page.locator('.offer').first().click()
    expect(await page.getByLabel('Attributes').inputValue()).not.toBe('{"amount": }')
    await tab.open(`${HOME}/journeys/${FELLS}`)
    await page.locator('.drawing:visible').getByRole('link', { name: 'Reviews the boots' }).click()
    await page.getByText('Waits for the event review_written').waitFor()
    await tab.open(`${HOME}/faults`)
    await page.getByText('Never answer').click()
    await page.getByRole('button', { name: 'Add rule' }).click()
    await page.getByText('fault-1 is active').waitFor()
    await tab.open(`${HOME}/members/nobody@example.com`)
    await page.getByRole('button', { name: 'Create nobody@example.com' }).click()
    await page.getByRole('heading', { name: 'nobody@example.com' }).waitFor()
    expect(await page.getByRole('button', { name: 'Copy' }).count()).toBe(0)
  })

  it('people sign in with the control token, and out again', async () => {
    await using sandbox = await startSandbox({ logLevel: 'silent', controlToken: 'open-sesame' })
    await using tab = await tabOf(sandbox)
    const { page } = tab
    expect(await tab.open(HOME)).toBe(401)
    expect(await violationsOf(page)).toEqual([])
    await page.getByLabel('Control token').fill('open-sesame')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'demo-site' }).waitFor()
    await page.getByRole('button', { name: 'Clock of the site' }).click()
    await page.getByRole('button', { name: 'Freeze' }).click()
    await page.getByText('is frozen at').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.side').getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(tab.errors).toEqual([])
  })

  it('a site that has expired leaves a page with a link to the others', async () => {
    let now = Date.now()
    await using sandbox = await startSandbox({ logLevel: 'silent', clock: { now: () => now } })
    sandbox.createSite({ site_id: 'gone', ttl: 'PT1H', seed: 'empty' })
    await using tab = await tabOf(sandbox)
    expect(await tab.open('/sites/gone')).toBe(200)
    now += 3_600_000
    await tab.page.reload()
    await tab.page.getByRole('heading', { name: 'Not found' }).waitFor()
    await tab.page.getByRole('link', { name: 'All sites', exact: true }).click()
    await tab.page.getByRole('table').getByRole('link', { name: 'demo-site' }).waitFor()
  })
})
