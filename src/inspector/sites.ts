import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyInstance } from 'fastify'
import { clip } from '../diagram/text.ts'
import type { Site } from '../sites/site.ts'
import { curls } from './action-forms.ts'
import { chip, count, pageNumber, pager, section, table, time } from './elements.ts'
import { redirect, sendPage } from './page.ts'
import { requestPath, requestsPath, SITES_PATH, sitePath } from './paths.ts'
import { requestLine } from './request-list.ts'
import { PAGE, type PageOptions, type View, viewOf } from './view.ts'

const PAGE_SIZE = 50

/** The list of sites; where there is only one, the home page leads to it. */
export async function sitesRoutes(scope: FastifyInstance, page: PageOptions): Promise<void> {
  const { sites } = page.options
  scope.get('/', PAGE, (request, reply) => {
    const [only, ...others] = sites.list()
    const search = new URL(request.url, 'http://sandbox').search
    return redirect(
      reply,
      `${only && others.length === 0 ? sitePath(only.site_id) : SITES_PATH}${search}`,
      302,
    )
  })

  scope.get(SITES_PATH, PAGE, (request, reply) => {
    const view = viewOf(request, page)
    const search = view.query.search?.trim() ?? ''
    const wanted = search.toLowerCase()
    const found = sites
      .list()
      .filter(({ site_id, name }) => `${site_id} ${name}`.toLowerCase().includes(wanted))
    const paging = { page: pageNumber(view.query.page), size: PAGE_SIZE, total: found.length }
    return sendPage(reply, {
      view,
      title: 'Sites',
      tab: 'sites',
      content: html`<form class="filters" role="search" action="${SITES_PATH}" hx-boost="true" hx-target="#site-list" hx-select="#site-list" hx-swap="outerMorph show:none" hx-trigger="input delay:200ms, submit" hx-replace-url="true">
<input type="search" name="search" value="${search}" placeholder="Search by name or id" aria-label="Search sites" autocomplete="off"><button class="small no-script">Search</button></form>
<div id="site-list">${siteTable(found.slice((paging.page - 1) * PAGE_SIZE, paging.page * PAGE_SIZE), view, search)}
${found.length > PAGE_SIZE ? pager(SITES_PATH, paging, { search }) : ''}</div>
${unmatched(view)}
${newSite(view)}`,
    })
  })
}

function siteTable(shown: readonly Site[], { options }: View, search: string): SafeHtml {
  const rows = shown.map(site => {
    const { journeys, members } = site.store.counts()
    const { now, frozen } = site.clock.read()
    const [last] = site.requests.list({ limit: 1 })
    return [
      html`<a class="row-link" href="${sitePath(site.site_id)}">${clip(site.name)}</a> <code>${site.site_id}</code>`,
      count(journeys),
      count(members),
      html`${time(now)} ${frozen ? chip('frozen', 'wait') : ''}`,
      last
        ? html`<a href="${requestPath(site.site_id, last.id)}">${requestLine(last)}</a>`
        : html`<span class="none">none yet</span>`,
      time(options.sites.expiryOf(site)),
    ]
  })
  const columns = [
    'Site',
    { title: 'Journeys', number: true },
    { title: 'Members', number: true },
    'Clock',
    'Last request',
    'Expires when idle',
  ]
  return table('The sites of this sandbox', columns, rows, {
    otherwise:
      search === ''
        ? 'There is no site yet. Create one below, or start the sandbox with a seed.'
        : 'No site has this in its name or id.',
  })
}

/** Requests without a site get their 401 here, and nowhere else. */
function unmatched({ options }: View): SafeHtml | string {
  const n = options.sites.unmatched.countKept()
  return n === 0
    ? ''
    : html`<p class="hint"><a href="${requestsPath()}">${count(n)} ${n === 1 ? 'request' : 'requests'} matched no site</a>: look there for a request that you miss.</p>`
}

function newSite({ form, options, origin, notice }: View): SafeHtml | string {
  const common = { action: 'createSite', site: '' } as const
  const fields = html`<label>Name <input name="name" maxlength="200" placeholder="my-tests" value="${notice?.form?.name}"></label>
<label>Starts with <select name="seed"><option value="demo">the demo</option><option value="empty">nothing</option></select></label>`
  const made = form({ ...common, label: 'Create site', back: SITES_PATH, fields, tone: 'primary' })
  return made
    ? section(
        'New site',
        html`${made}${curls(options, origin, [{ ...common, given: { name: 'my-tests', seed: 'demo' } }])}`,
      )
    : ''
}
