import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { clip, LONGEST } from '../diagram/text.ts'
import { packageFile, version } from '../package-file.ts'
import type { Site } from '../sites/site.ts'
import { count, countOf } from '../text.ts'
import { clockPanel, clockReading } from './clock.ts'
import { type IconName, icon, shortened } from './elements.ts'
import {
  type Notice,
  type Page,
  requestsPath,
  SITES_PATH,
  type SiteView,
  sitePath,
  type View,
} from './view.ts'

const { resolve } = createRequire(import.meta.url)

const folder = fileURLToPath(packageFile('assets/'))

/** Every file that the pages load, by its name. */
const FILES: Record<string, string> = {
  ...Object.fromEntries(readdirSync(folder).map(name => [name, join(folder, name)])),
  'htmx.min.js': resolve('htmx.org/dist/htmx.min.js'),
  'panzoom.es.js': resolve('@panzoom/panzoom/dist/panzoom.es.js'),
}

const hash = createHash('sha256')
for (const file of Object.values(FILES)) hash.update(readFileSync(file))

/** Changes with the content of the files, so that a browser may cache them for ever. */
const PREFIX = `/assets/${hash.digest('base64url').slice(0, 12)}/`

const asset = (name: string): string => `${PREFIX}${name}`

/** The paths of the files that every page names. */
const ASSETS = {
  styles: ['base.css', 'shell.css', 'pages.css', 'canvas.css'].map(asset),
  htmx: asset('htmx.min.js'),
  script: asset('inspector.js'),
  icon: asset('icon.svg'),
}

/** Serves the files of the pages to everyone: they contain no data. */
export async function assetRoutes(scope: FastifyInstance): Promise<void> {
  scope.addHook('onRoute', route => {
    route.config = { ...route.config, open: true }
    route.schema = { ...route.schema, hide: true }
  })
  await scope.register(fastifyStatic, {
    root: [...new Set(Object.values(FILES).map(file => dirname(file)))],
    prefix: PREFIX,
    decorateReply: false,
    index: false,
    allowedPath: path => Object.hasOwn(FILES, path.replace(/^\//, '')),
    maxAge: '365d',
    immutable: true,
  })
}

/** The frame of every page: head, navigation, clock, faults and notices. */

/** Scripts and styles come from files alone, so that text from the data can be neither. */
export const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

/** Answers with a page; without a view it has no navigation. */
export const sendPage = (reply: FastifyReply, page: Page, view?: View): FastifyReply =>
  reply
    .code(page.status ?? 200)
    .type('text/html; charset=utf-8')
    .send(withPrefix(String(layout(page, view)), reply.request.pathPrefix))

// Only these attributes contain paths of this server. Text from the data cannot look like one, as its quotes are escaped.
const PATHS = /( (?:href|src|action|data-live|data-refresh)=")(?=\/)/g

/** The paths of a page as the caller reaches them, where a proxy serves the sandbox under a prefix. */
export const withPrefix = (page: string, prefix: string): string =>
  prefix === '' ? page : page.replace(PATHS, `$1${prefix}`)

// A swap keeps what a person has changed since the page was loaded, such as what is open.
const HTMX_CONFIG = JSON.stringify({
  includeIndicatorCSS: false,
  morphIgnore: ['data-htmx-powered', 'open', 'style', 'hidden'],
})

const layout = (
  { title, parent, aside, content, fills = false, notice }: Page,
  view: View | undefined,
): SafeHtml => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="htmx-config" content="${HTMX_CONFIG}">
<title>${clip(title)} · Journeys sandbox</title>
<link rel="icon" href="${ASSETS.icon}" type="image/svg+xml">
${ASSETS.styles.map(path => html`<link rel="stylesheet" href="${path}">`)}
<script defer src="${ASSETS.htmx}"></script>
<script type="module" src="${ASSETS.script}"></script>
</head>
<body${fills ? html` class="fills"` : ''}>
<a class="skip" href="#main">Skip to the content</a>
<header class="bar">
<a class="brand" href="/" aria-label="Journeys sandbox"><img src="${ASSETS.icon}" alt="" width="24" height="24"><span>Journeys sandbox</span></a>
${view && [siteSwitcher(view), view.site ? siteStatus({ ...view, site: view.site }) : '']}
</header>
${view && navigation(view)}
<main id="main" tabindex="-1">
<div class="page-heading">${parent && html`<nav class="crumbs" aria-label="Breadcrumbs"><ol><li><a href="${parent[0]}">${parent[1]}</a></li></ol></nav>`}<div class="heading"><h1>${clip(title)}</h1>${aside}</div></div>
${title.length > LONGEST ? html`<div class="description">${shortened(title)}</div>` : ''}
${content}
</main>
<div id="toasts" class="toasts">${toast(notice ?? view?.notice)}</div>
<footer>journeys-sandbox ${version}. It keeps no secrets: everyone who sees these pages sees every site.</footer>
</body>
</html>
`

const toast = (notice: Notice | undefined): SafeHtml | undefined =>
  notice &&
  html`<div class="toast ${notice.tone}" role="${notice.tone === 'bad' ? 'alert' : 'status'}" data-toast="${notice.tone}">
<p>${notice.text}</p>
${notice.details && html`<ul>${notice.details.map(detail => html`<li>${detail}</li>`)}</ul>`}
<button type="button" class="dismiss" data-dismiss hidden aria-label="Dismiss">×</button>
</div>`

const ITEMS = ['overview', 'requests', 'journeys', 'members', 'faults', 'clock', 'data', 'report'] as const

function navigation(view: View): SafeHtml {
  const { site, path } = view
  const [, , , current = 'overview'] = (path.split('?', 1)[0] ?? '').split('/')
  const item = (name: IconName, path: string, isCurrent: boolean) =>
    html`<li><a href="${path}"${isCurrent ? html` aria-current="page"` : ''}>${icon(name)}<span>${name.charAt(0).toUpperCase()}${name.slice(1)}</span></a></li>`
  const items = site
    ? ITEMS.map(name =>
        item(name, name === 'overview' ? sitePath(site) : sitePath(site, name), name === current),
      )
    : item('sites', SITES_PATH, true)
  return html`<nav class="side" aria-label="Site">
<ul>${items}</ul>
${serverLinks(view)}
</nav>`
}

const serverLinks = ({ options }: View): SafeHtml => {
  const unmatched = options.sites.unmatched.countKept()
  return html`<div class="server">
<a href="${requestsPath(undefined)}">Unmatched requests${unmatched > 0 ? html` <span class="badge-count">${count(unmatched)}</span>` : ''}</a>
<a href="/docs">API docs</a>
<a href="/openapi.json">OpenAPI</a>
${options.guard.token === '' ? '' : html`<form method="post" action="/sign-out"><button class="link">Sign out</button></form>`}
</div>`
}

// More would not fit; the list of sites has them all.
const MOST_SITES = 12

/** The name of the site; it opens the list of the others. */
function siteSwitcher(view: View): SafeHtml {
  const { options, site } = view
  const sites = options.sites.list()
  const link = (other: Site) =>
    html`<li><a href="${sitePath(other)}"${other.site_id === site?.site_id ? html` aria-current="true"` : ''}><span>${clip(other.name, 40)}</span> <code>${clip(other.site_id, 20)}</code></a></li>`
  return html`<button type="button" class="switcher" popovertarget="sites"><span>${site ? clip(site.name, 40) : 'Choose a site'}</span>${icon('down')}</button>
<div id="sites" class="popover" popover>
<p class="popover-title">Sites</p>
<ul class="menu">${sites.slice(0, MOST_SITES).map(link)}</ul>
<ul class="menu"><li><a href="${SITES_PATH}">${sites.length > MOST_SITES ? `All ${count(sites.length)} sites` : 'All sites'}, new site</a></li></ul>
${serverLinks(view)}
</div>`
}

/** The site's time and its faults. */
function siteStatus(view: SiteView): SafeHtml {
  const { site } = view
  const faults = site.faults.list().length
  return html`<div class="bar-status">
<a class="pill ${faults > 0 ? 'wait' : ''}" href="${sitePath(site, 'faults')}"><span class="wide">${faults === 0 ? 'No faults' : countOf(faults, 'fault')}</span><span class="narrow" aria-hidden="true">${faults === 0 ? '' : `⚠ ${faults}`}</span></a>
<button type="button" class="pill clock-pill" popovertarget="clock-panel">${icon('clock')}<span class="sr">Clock of the site</span> ${clockReading(site)}</button>
<div id="clock-panel" class="popover clock-popover" popover>${clockPanel(view)}</div>
</div>`
}
