import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyReply } from 'fastify'
import { clip, LONGEST } from '../diagram/text.ts'
import { version } from '../version.ts'
import { ASSETS } from './assets.ts'
import { shortened } from './elements.ts'
import type { Notice } from './notices.ts'

export interface Page {
  title: string
  /** The pages above this one, from the home page down: where, and what it is called. */
  crumbs?: readonly (readonly [href: string, label: string])[]
  /** Beside the heading. */
  aside?: SafeHtml | undefined
  notice?: Notice | undefined
  content: SafeHtml | SafeHtml[]
  /** Whether the person is signed in, and so can sign out. */
  signedIn?: boolean
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
  reply.type('text/html; charset=utf-8').send(String(layout(page)))

const layout = ({
  title,
  crumbs = [],
  aside,
  notice,
  content,
  signedIn = false,
}: Page): SafeHtml => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${clip(title)} · Journeys sandbox</title>
<link rel="icon" href="${ASSETS.icon}" type="image/svg+xml">
<link rel="stylesheet" href="${ASSETS.style}">
<script type="module" src="${ASSETS.script}"></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<a class="brand" href="/"><img src="${ASSETS.icon}" alt="" width="22" height="22">Journeys sandbox</a>
<nav aria-label="Server">
<a href="/requests">Unknown callers</a>
<a href="/docs">API docs</a>
<a href="/openapi.json">OpenAPI</a>
${signedIn ? html`<form method="post" action="/sign-out"><button class="link">Sign out</button></form>` : ''}
</nav>
</header>
${crumbs.length > 0 ? trail(crumbs, title) : ''}
<main id="main" tabindex="-1">
<div class="heading"><h1>${clip(title)}</h1>${aside}</div>
${title.length > LONGEST ? html`<div class="description">${shortened(title)}</div>` : ''}
${notice && banner(notice)}
${content}
</main>
<footer>journeys-sandbox ${version}. It keeps no secrets: whoever sees these pages sees every site.</footer>
</body>
</html>
`

const trail = (
  crumbs: NonNullable<Page['crumbs']>,
  title: string,
): SafeHtml => html`<nav class="crumbs" aria-label="Breadcrumbs"><ol>
${crumbs.map(([href, label]) => html`<li><a href="${href}">${label}</a></li>`)}
<li aria-current="page">${clip(title)}</li>
</ol></nav>`

const banner = ({
  tone,
  text,
  details = [],
}: Notice): SafeHtml => html`<div class="notice ${tone}" role="${tone === 'bad' ? 'alert' : 'status'}">
<p>${text}</p>
${details.length > 0 ? html`<ul>${details.map(detail => html`<li>${detail}</li>`)}</ul>` : ''}
</div>`
