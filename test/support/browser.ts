import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where a browser is; undefined on a machine without one. */
export const BROWSER = PLACES.find(existsSync)

/** Whether tests in a browser are to be left out: never where everything must run. */
export const withoutBrowser = BROWSER === undefined && process.env.CI === undefined

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A browser without a window. */
export function openBrowser(): Promise<Browser> {
  if (BROWSER === undefined) throw new Error('there is no browser here; apt-get install chromium')
  return chromium.launch({ executablePath: BROWSER, args: FLAGS })
}
