import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyReply } from 'fastify'
import { clip, LONGEST } from '../diagram/text.ts'
import { version } from '../package-file.ts'
import { ASSETS } from './assets.ts'
import { type Content, shortened } from './elements.ts'
import type { Notice } from './notices.ts'
import { shell, type Tab } from './shell.ts'
import type { View } from './view.ts'

export interface Page {
  title: string
  /** Without one there is no navigation: the page asks to sign in. */
  view?: View
  /** Which item of the navigation it belongs to. */
  tab?: Tab
  /** The pages above this one, within the item of the navigation. */
  crumbs?: readonly (readonly [path: string, label: string])[]
  /** Beside the heading. */
  aside?: SafeHtml | undefined
  notice?: Notice | undefined
  content: Content
  /** Whether the page fills the window and its parts scroll, as a mail program does. */
  fills?: boolean
}

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

/** Answers with a whole page. */
export const sendPage = (reply: FastifyReply, page: Page): FastifyReply =>
  reply.type('text/html; charset=utf-8').send(withPrefix(String(layout(page)), reply.request.pathPrefix))

// In these attributes alone are paths of this server; text from the data cannot look like one, as its quotes are escaped.
const PATHS = /( (?:href|src|action|data-live|data-refresh)=")(?=\/)/g

/** The paths of a page as the caller reaches them, where a proxy serves the sandbox under a prefix. */
export const withPrefix = (page: string, prefix: string): string =>
  prefix === '' ? page : page.replace(PATHS, `$1${prefix}`)

/** Sends the browser on to a path of this server. */
export const redirect = (reply: FastifyReply, path: string, status: 302 | 303 = 303): FastifyReply =>
  reply.redirect(`${reply.request.pathPrefix}${path}`, status)

// What a swap must leave alone: the state that a person gave to the page since it was loaded.
const HTMX_CONFIG = JSON.stringify({
  includeIndicatorCSS: false,
  morphIgnore: ['data-htmx-powered', 'open', 'style', 'hidden'],
})

const layout = ({
  title,
  view,
  tab,
  crumbs = [],
  aside,
  notice = view?.notice,
  content,
  fills = false,
}: Page): SafeHtml => html`<!doctype html>
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
${view ? shell(view, tab) : html`<header class="bar"><a class="brand" href="/"><img src="${ASSETS.icon}" alt="" width="24" height="24"><span>Journeys sandbox</span></a></header>`}
<main id="main" tabindex="-1">
<div class="page-heading">${trail(crumbs)}<div class="heading"><h1>${clip(title)}</h1>${aside}</div></div>
${title.length > LONGEST ? html`<div class="description">${shortened(title)}</div>` : ''}
${content}
</main>
<div id="toasts" class="toasts">${notice && toast(notice)}</div>
<footer>journeys-sandbox ${version}. It keeps no secrets: everyone who sees these pages sees every site.</footer>
</body>
</html>
`

const trail = (crumbs: NonNullable<Page['crumbs']>): SafeHtml | string =>
  crumbs.length === 0
    ? ''
    : html`<nav class="crumbs" aria-label="Breadcrumbs"><ol>${crumbs.map(([path, label]) => html`<li><a href="${path}">${clip(label)}</a></li>`)}</ol></nav>`

const toast = ({
  tone,
  text,
  details = [],
}: Notice): SafeHtml => html`<div class="toast ${tone}" role="${tone === 'bad' ? 'alert' : 'status'}" data-toast="${tone}">
<p>${text}</p>
${details.length > 0 ? html`<ul>${details.map(detail => html`<li>${detail}</li>`)}</ul>` : ''}
<button type="button" class="dismiss" data-dismiss hidden aria-label="Dismiss">×</button>
</div>`
