import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { OPERATION_IDS } from '../contract/operations.ts'
import { NotFound } from '../errors.ts'
import type { Journal } from '../sites/journal.ts'
import { curls } from './action-forms.ts'
import { howToCall } from './calls.ts'
import { count, pageNumber } from './elements.ts'
import { sendPage } from './page.ts'
import { requestsPath, withQuery } from './paths.ts'
import { requestDetail } from './request-detail.ts'
import { newest, type RequestQuery, requestList, requestQueryOf } from './request-list.ts'
import { PAGE, type PageOptions, paramOf, siteViewOf, type View, viewOf } from './view.ts'

export const PAGE_SIZE = 50

/** The requests of a site, and those that matched no site: the list on the left, one of them on the right. */
export async function requestRoutes(scope: FastifyInstance, page: PageOptions): Promise<void> {
  const { unmatched } = page.options.sites

  scope.get('/requests', PAGE, (request, reply) => send(reply, viewOf(request, page), unmatched))
  scope.get('/requests/:id', PAGE, (request, reply) =>
    send(reply, viewOf(request, page), unmatched, paramOf(request, 'id')),
  )
  scope.get('/sites/:site_id/requests', PAGE, (request, reply) => {
    const view = siteViewOf(request, page)
    return send(reply, view, view.site.requests)
  })
  scope.get('/sites/:site_id/requests/:id', PAGE, (request, reply) => {
    const view = siteViewOf(request, page)
    return send(reply, view, view.site.requests, paramOf(request, 'id'))
  })
}

async function send(reply: FastifyReply, view: View, journal: Journal, id?: string): Promise<FastifyReply> {
  const query = requestQueryOf(view.query)
  const page = pageNumber(view.query.page)
  const { records, more } = await newest(journal, query, { skip: (page - 1) * PAGE_SIZE, limit: PAGE_SIZE })
  // On a wide screen the newest is shown until another one is chosen.
  const shown = id === undefined ? records[0] : journal.get(id)
  if (id !== undefined && !shown)
    throw new NotFound(`there is no request ${id} in the journal, which keeps the last ${journal.size}`)
  return sendPage(reply, {
    view,
    title: view.site ? 'Requests' : 'Unmatched requests',
    tab: view.site ? 'requests' : 'sites',
    fills: true,
    aside: toolbar(view, journal),
    content: html`<div id="split" class="split ${id === undefined ? '' : 'chosen'}">
<div class="list-pane" hx-boost:inherited="true" hx-target:inherited="#split" hx-select:inherited="#split" hx-swap:inherited="outerMorph show:none" hx-sync:inherited="#split:replace">
${view.site ? '' : UNMATCHED}
${filters(view, query)}
${journal.size === 0 ? html`<p class="hint">The journal is off: the sandbox was started with --journal 0.</p>` : ''}
${requestList(records, view, journal, { query, selected: shown?.id, live: page === 1 })}
${pages(view, query, page, more)}
</div>
<article id="detail" class="detail-pane" data-request="${shown?.id ?? ''}" aria-label="The request">${shown ? requestDetail(view, journal, shown, query) : firstSteps(view)}</article>
</div>`,
  })
}

const UNMATCHED = html`<p class="hint">Requests that named no site, or one that is not here. A missing or mistyped <code>X-AnnexCloud-Site</code> is the usual reason.</p>`

const STATUSES = [
  ['', 'All'],
  ['2xx', '2xx'],
  ['4xx', '4xx'],
  ['5xx', '5xx'],
  ['none', 'No answer'],
] as const

const filters = (
  { site }: View,
  { q = '', status = '', operation = '' }: RequestQuery,
): SafeHtml => html`<form class="filters" action="${requestsPath(site?.site_id)}" role="search" hx-trigger="input delay:200ms, submit" hx-replace-url="true">
<input type="search" name="q" value="${q}" placeholder="Filter: path, email, reason" aria-label="Filter requests" autocomplete="off">
<select name="operation" aria-label="Operation"><option value="">Every operation</option>${OPERATION_IDS.map(
  id => html`<option${id === operation ? html` selected` : ''}>${id}</option>`,
)}</select>
<fieldset class="chips"><legend class="sr">Status</legend>${choices(status).map(
  ([value, label]) =>
    html`<label><input type="radio" name="status" value="${value}"${value === status ? html` checked` : ''}><span>${label}</span></label>`,
)}</fieldset>
<button class="small no-script">Filter</button>
</form>`

/** An exact status, from a link, is a choice of its own. */
const choices = (status: string): readonly (readonly [string, string])[] =>
  STATUSES.some(([value]) => value === status) ? STATUSES : [...STATUSES, [status, status]]

function pages({ path }: View, query: RequestQuery, page: number, more: boolean): SafeHtml | string {
  if (page === 1 && !more) return ''
  const to = (n: number) => withQuery(path, { ...query, page: n === 1 ? undefined : n })
  return html`<nav class="pager" aria-label="Pages">
${page > 1 ? html`<a class="button small" rel="prev" href="${to(page - 1)}">Newer</a>` : ''}
${more ? html`<a class="button small" rel="next" href="${to(page + 1)}">Older</a>` : ''}
</nav>`
}

function toolbar(view: View, journal: Journal): SafeHtml {
  const { form, path, site } = view
  return html`<div class="toolbar">
<span class="feed" role="status" data-feed></span>
<button type="button" class="small" data-pause aria-pressed="false" hidden>Pause</button>
${
  journal.countKept() === 0
    ? ''
    : form({
        action: 'clearRequests',
        site: site?.site_id ?? '',
        label: 'Clear',
        back: path.split(/[?]|\/req-/, 1)[0] as string,
        tone: 'small',
        confirm: 'Remove all requests from the journal?',
      })
}
${site && view.options.control ? html`<a class="button small" href="${requestsPath(site.site_id)}.har" download="${site.site_id}.har">HAR</a>` : ''}
<span class="hint">The last ${count(journal.size)} are kept.</span>
</div>`
}

/** What is shown in place of a request while there is none. */
function firstSteps(view: View): SafeHtml {
  const { site, options, origin } = view
  if (!site) return html`<p class="empty">Nothing was sent to a wrong site.</p>`
  const clear = { action: 'clearRequests', site: site.site_id } as const
  return html`<h2>Make the first request</h2>${howToCall({ ...view, site })}${curls(options, origin, [clear])}`
}
