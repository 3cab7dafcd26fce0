import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { foldEmail } from '../contract/formats.ts'
import { OPERATION_IDS, type OperationId } from '../contract/operations.ts'
import type { Journal, RequestFilter } from '../sites/journal.ts'
import type { Site } from '../sites/site.ts'
import { curls } from './action-forms.ts'
import { pageNumber, pager } from './elements.ts'
import { type CallFilter, journalTable } from './journal-table.ts'
import { sendPage } from './page.ts'
import { requestPage } from './request.ts'
import { PAGE, type PageOptions, type Query, siteCrumbs, siteOf, viewOf } from './view.ts'

export const PAGE_SIZE = 50

/** The journal of a site, that of the calls that named no site that is here, and each call. */
export async function requestRoutes(scope: FastifyInstance, page: PageOptions): Promise<void> {
  const { options } = page
  const { unmatched } = options.sites

  scope.get('/requests', PAGE, (request, reply) => journalPage(request, reply, page, unmatched))
  scope.get('/requests/:id', PAGE, (request, reply) => requestPage(request, reply, page, unmatched))
  scope.get('/sites/:site_id/requests', PAGE, (request, reply) => {
    const site = siteOf(options, request)
    return journalPage(request, reply, page, site.requests, site)
  })
  scope.get('/sites/:site_id/requests/:id', PAGE, (request, reply) => {
    const site = siteOf(options, request)
    return requestPage(request, reply, page, site.requests, site)
  })
}

function journalPage(
  request: FastifyRequest,
  reply: FastifyReply,
  page: PageOptions,
  journal: Journal,
  site?: Site,
): FastifyReply {
  const view = viewOf(request, page)
  const { operation, status, email } = view.query
  const chosen: CallFilter = { operation, status, email }
  const filter = filterOf(view.query)
  const number = pageNumber(view.query.page)
  const paging = { page: number, size: PAGE_SIZE, total: journal.countKept(filter) }
  const records = journal.list({ ...filter, offset: (number - 1) * PAGE_SIZE, limit: PAGE_SIZE })
  const clear = {
    action: 'clearRequests',
    site: site?.site_id ?? '',
    label: 'Empty the journal',
    back: view.path,
  } as const
  return sendPage(reply, {
    ...view,
    title: site ? 'Journal' : 'Unknown callers',
    crumbs: site ? siteCrumbs(site) : [['/', 'Sites']],
    content: html`${site ? '' : STRANGERS}
${journal.size === 0 ? html`<p class="hint">The journal is off: the sandbox was started with --journal 0.</p>` : ''}
${filters(view.path, chosen)}
${journalTable(records, site?.site_id, number === 1 ? chosen : undefined)}
${pager(view.path, paging, { ...chosen })}
<p class="hint">The last ${journal.size} calls are kept.</p>
${view.form(clear)}${curls(page.options, view.origin, [clear])}`,
  })
}

const STRANGERS = html`<p>Calls that named no site, or one that is not here. A missing or mistyped <code>X-AnnexCloud-Site</code> is the usual reason.</p>`

/** What an address says of the calls that are wanted; what makes no sense is left out. */
export function filterOf({ operation, status, email }: Query): RequestFilter {
  return {
    ...(OPERATION_IDS.includes(operation as OperationId) && { operation: operation as OperationId }),
    ...(/^\d{3}$/.test(status ?? '') && { status: Number(status) }),
    ...(email?.trim() && { email: foldEmail(email.trim()) }),
  }
}

const filters = (
  path: string,
  { operation = '', status = '', email = '' }: CallFilter,
): SafeHtml => html`<form class="search" action="${path}">
<label>Operation <select name="operation"><option value="">any</option>${OPERATION_IDS.map(
  id => html`<option${id === operation ? html` selected` : ''}>${id}</option>`,
)}</select></label>
<label>Status <input name="status" inputmode="numeric" pattern="[1-5][0-9][0-9]" size="4" value="${status}"></label>
<label>Email <input type="search" name="email" value="${email}"></label>
<button>Show</button>
</form>`
