import { html, type SafeHtml } from '@remix-run/html-template'
import { clip } from '../diagram/text.ts'
import type { Site } from '../sites/site.ts'
import { ASSETS } from './assets.ts'
import { clockPanel, clockReading } from './clock-panel.ts'
import { count } from './elements.ts'
import { type IconName, icon } from './icons.ts'
import {
  clockPath,
  dataPath,
  faultsPath,
  journeysPath,
  membersPath,
  reportPath,
  requestsPath,
  SITES_PATH,
  sitePath,
} from './paths.ts'
import type { SiteView, View } from './view.ts'

/** What stays in its place on every page: the site, the navigation, the clock and the faults. */

export type Tab =
  | 'overview'
  | 'requests'
  | 'journeys'
  | 'members'
  | 'faults'
  | 'clock'
  | 'data'
  | 'report'
  | 'sites'

const TABS: readonly [Tab & IconName, string, (siteId: string) => string][] = [
  ['overview', 'Overview', sitePath],
  ['requests', 'Requests', requestsPath],
  ['journeys', 'Journeys', journeysPath],
  ['members', 'Members', membersPath],
  ['faults', 'Faults', faultsPath],
  ['clock', 'Clock', clockPath],
  ['data', 'Data', dataPath],
  ['report', 'Report', reportPath],
]

export const shell = (view: View, tab: Tab | undefined): SafeHtml => {
  const { site } = view
  return html`<header class="bar">
<a class="brand" href="/" aria-label="Journeys sandbox"><img src="${ASSETS.icon}" alt="" width="24" height="24"><span>Journeys sandbox</span></a>
${switcher(view)}
${site ? status({ ...view, site }) : ''}
</header>
<nav class="side" aria-label="Site">
${site ? html`<ul>${TABS.map(([name, label, path]) => item(name, label, path(site.site_id), name === tab))}</ul>` : html`<ul>${item('sites', 'Sites', SITES_PATH, tab === 'sites')}</ul>`}
${serverLinks(view)}
</nav>`
}

const item = (name: IconName, label: string, path: string, current: boolean): SafeHtml =>
  html`<li><a href="${path}"${current ? html` aria-current="page"` : ''}>${icon(name)}<span>${label}</span></a></li>`

const serverLinks = ({ options }: View): SafeHtml => {
  const unmatched = options.sites.unmatched.countKept()
  return html`<div class="server">
<a href="${requestsPath()}">Unmatched requests${unmatched > 0 ? html` <span class="badge-count">${count(unmatched)}</span>` : ''}</a>
<a href="/docs">API docs</a>
<a href="/openapi.json">OpenAPI</a>
${options.guard.token === '' ? '' : html`<form method="post" action="/sign-out"><button class="link">Sign out</button></form>`}
</div>`
}

// More would not fit; the list of sites has them all.
const SHOWN = 12

/** The name of the site; it opens the list of the others. */
function switcher(view: View): SafeHtml {
  const { options, site } = view
  const sites = options.sites.list()
  const link = ({ site_id, name }: Site) =>
    html`<li><a href="${sitePath(site_id)}"${site_id === site?.site_id ? html` aria-current="true"` : ''}><span>${clip(name, 40)}</span> <code>${clip(site_id, 20)}</code></a></li>`
  return html`<button type="button" class="switcher" popovertarget="sites" ><span>${site ? clip(site.name, 40) : 'Choose a site'}</span>${icon('down')}</button>
<div id="sites" class="popover" popover>
<p class="popover-title">Sites</p>
<ul class="menu">${sites.slice(0, SHOWN).map(link)}</ul>
<ul class="menu"><li><a href="${SITES_PATH}">${sites.length > SHOWN ? `All ${count(sites.length)} sites` : 'All sites'}, new site</a></li></ul>
${serverLinks(view)}
</div>`
}

/** The site's time and its faults, always in view. */
function status(view: SiteView): SafeHtml {
  const { site } = view
  const faults = site.faults.list().length
  return html`<div class="bar-status">
<a class="pill ${faults > 0 ? 'wait' : ''}" href="${faultsPath(site.site_id)}"><span class="wide">${faults === 0 ? 'No faults' : faults === 1 ? '1 fault' : `${faults} faults`}</span><span class="narrow" aria-hidden="true">${faults === 0 ? '' : `⚠ ${faults}`}</span></a>
<button type="button" class="pill clock-pill" popovertarget="clock-panel">${icon('clock')}<span class="sr">Clock of the site</span> ${clockReading(site)}</button>
<div id="clock-panel" class="popover clock-popover" popover>${clockPanel(view)}</div>
</div>`
}
