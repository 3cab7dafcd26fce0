import { setImmediate } from 'node:timers/promises'
import { html, type SafeHtml } from '@remix-run/html-template'
import { OPERATION_IDS, type OperationId } from '../contract/operations.ts'
import { clip } from '../diagram/text.ts'
import { NotFound } from '../errors.ts'
import type { Journal, RequestRecord } from '../sites/journal.ts'
import { count } from '../text.ts'
import { howToCall } from './code.ts'
import { httpStatusChip, PAGE_SIZE, pageLinks, pageNumber, time } from './elements.ts'
import { type ActionForm, actionForm, optionsOf } from './forms.ts'
import { requestDetail } from './request-detail.ts'
import { type Page, requestsPath, type Values, type View, withQuery } from './view.ts'

/** The requests of a site, or the unmatched requests: the list on the left, one of them on the right. */
export async function requestsPage(view: View): Promise<Page> {
  const {
    site,
    params: { id },
  } = view
  const journal = journalOf(view)
  const filter = requestFilterOf(view.query)
  const page = pageNumber(view)
  const { records, more } = await newest(journal, { filter, skip: (page - 1) * PAGE_SIZE, limit: PAGE_SIZE })
  // On a wide screen the newest is shown until another one is chosen.
  const shown = id === undefined ? records[0] : journal.get(id)
  if (id !== undefined && !shown)
    throw new NotFound(`there is no request ${id} in the journal, which keeps the last ${journal.size}`)
  const links = { previous: page > 1 ? page - 1 : undefined, next: more ? page + 1 : undefined }
  const list = withQuery(requestsPath(site), filter)
  return {
    title: site ? 'Requests' : 'Unmatched requests',
    fills: true,
    aside: toolbar(view),
    content: html`<div id="split" class="split ${id === undefined ? '' : 'chosen'}">
<div class="list-pane" hx-boost:inherited="true" hx-target:inherited="#split" hx-select:inherited="#split" hx-swap:inherited="outerMorph show:none" hx-sync:inherited="#split:replace">
${site ? '' : UNMATCHED}
${filterForm(view, filter)}
${journal.size === 0 ? html`<p class="hint">The journal is off: the sandbox was started with --journal 0.</p>` : ''}
${requestList(records, view, { selected: shown?.id, live: page === 1 })}
${page > 1 || more ? pageLinks(view, links, { previous: 'Newer', next: 'Older' }) : ''}
</div>
<article id="detail" class="detail-pane" data-request="${shown?.id}" aria-label="The request">${shown ? requestDetail(view, shown, list) : firstSteps(view)}</article>
</div>`,
  }
}

const UNMATCHED = html`<p class="hint">Requests that named no site, or one that is not here. A missing or mistyped <code>X-AnnexCloud-Site</code> is the usual reason.</p>`

const STATUSES = ['', '2xx', '4xx', '5xx', 'none']
const STATUS_LABELS: Record<string, string> = { '': 'All', none: 'No answer' }

function filterForm({ site }: View, { q = '', status = '', operation = '' }: RequestFilter): SafeHtml {
  // The exact status of a link gets a radio button of its own.
  const radios = [...new Set([...STATUSES, status])].map(
    value =>
      html`<label><input type="radio" name="status" value="${value}"${value === status ? html` checked` : ''}><span>${STATUS_LABELS[value] ?? value}</span></label>`,
  )
  return html`<form class="filters" action="${requestsPath(site)}" role="search" hx-trigger="input delay:200ms, submit" hx-replace-url="true">
<input type="search" name="q" value="${q}" placeholder="Filter: path, email, reason" aria-label="Filter requests" autocomplete="off">
<select name="operation" aria-label="Operation"><option value="">Every operation</option>${optionsOf(OPERATION_IDS, operation)}</select>
<fieldset class="chips"><legend class="sr">Status</legend>${radios}</fieldset>
<button class="small no-script">Filter</button>
</form>`
}

function toolbar(view: View): SafeHtml {
  const { site, options } = view
  const journal = journalOf(view)
  const clear: ActionForm = {
    action: site ? 'clearRequests' : 'clearUnmatched',
    label: 'Clear',
    back: requestsPath(site),
    tone: 'small',
    confirm: 'Remove all requests from the journal?',
  }
  return html`<div class="toolbar">
<span class="feed" role="status" data-feed></span>
<button type="button" class="small" data-pause aria-pressed="false" hidden>Pause</button>
${journal.countKept() === 0 ? '' : actionForm(view, clear)}
${site && options.control ? html`<a class="button small" href="${requestsPath(site)}.har">HAR</a>` : ''}
<span class="hint">The last ${count(journal.size)} are kept.</span>
</div>`
}

/** What is shown in place of a request while there is none. */
function firstSteps(view: View): SafeHtml {
  const { site } = view
  if (!site) return html`<p class="empty">Every request named a site that is here.</p>`
  return html`<h2>Make the first request</h2>${howToCall({ ...view, site })}`
}

export const journalOf = ({ site, options }: Pick<View, 'site' | 'options'>): Journal =>
  site?.requests ?? options.sites.unmatched

/** Which requests are shown, as it is in the URL. */
type RequestFilter = {
  q: string | undefined
  /** `2xx` to `5xx`, an exact status, or `none` for requests without an answer. */
  status: string | undefined
  operation: string | undefined
}

/** The filter that a query names; what is not valid is left out. */
export const requestFilterOf = ({ q, status = '', operation = '' }: Values): RequestFilter => ({
  q: q?.trim() || undefined,
  status: /^([2-5]xx|[1-5]\d\d|none)$/.test(status) ? status : undefined,
  operation: OPERATION_IDS.includes(operation as OperationId) ? operation : undefined,
})

/** Whether a request passes the filter. */
export function matcherOf({ q = '', status = '', operation = '' }: Partial<RequestFilter>) {
  const wanted = q.toLowerCase()
  const digits = status.replace('xx', '')
  return (record: RequestRecord): boolean =>
    (operation === '' || record.operation === operation) &&
    (status === 'none' ? record.status === null : String(record.status ?? '').startsWith(digits)) &&
    (wanted === '' || searchableText(record).includes(wanted))
}

const searchableText = (record: RequestRecord): string =>
  `${record.method} ${record.path} ${decoded(record.path)} ${record.operation} ${reasonOf(record) ?? ''}`.toLowerCase()

// So many are read at once; other requests get their turn in between.
const CHUNK = 250

/** The newest requests that pass the filter, after `skip` of them; `more` says whether there are others. */
export async function newest(
  journal: Journal,
  { filter = {}, skip = 0, limit }: { filter?: Partial<RequestFilter>; skip?: number; limit: number },
): Promise<{ records: RequestRecord[]; more: boolean }> {
  const matches = matcherOf(filter)
  const found: RequestRecord[] = []
  for (let offset = 0; found.length <= skip + limit; offset += CHUNK) {
    const chunk = journal.list({ offset, limit: CHUNK })
    found.push(...chunk.filter(matches))
    if (chunk.length < CHUNK) break
    await setImmediate()
  }
  return { records: found.slice(skip, skip + limit), more: found.length > skip + limit }
}

/** In place of the id of the newest request, where there is none. */
export const NOTHING = 'none'

/** Attributes with which an element follows the requests as they happen. */
export function following(view: View): SafeHtml {
  const [newest] = journalOf(view).list({ limit: 1 })
  const path = withQuery(requestsPath(view.site, 'stream'), requestFilterOf(view.query))
  return html` data-live="${path}" data-after="${view.run} ${newest?.id ?? NOTHING}"`
}

/** The list of requests, newest first; where it is `live`, new ones are put on top. */
export function requestList(
  records: readonly RequestRecord[],
  view: View,
  { selected, live = true }: { selected?: string | undefined; live?: boolean } = {},
): SafeHtml {
  const isFiltered = Object.values(requestFilterOf(view.query)).some(Boolean)
  return html`<ol class="calls" id="calls" aria-label="Requests, newest first"${live ? following(view) : ''}>
${records.map(record => requestRow(record, view, selected))}
</ol>
<p class="empty calls-empty">${isFiltered ? 'No request matches the filter.' : 'No requests yet. Make one, and it appears here.'}</p>`
}

/** A row of the list; its `id` is that of the request, so that a later state replaces it. */
export function requestRow(
  record: RequestRecord,
  { site, query }: Pick<View, 'site' | 'query'>,
  selected?: string,
): SafeHtml {
  const reason = reasonOf(record)
  const link = withQuery(requestsPath(site, record.id), requestFilterOf(query))
  // What all paths have in common is left out.
  const path = decoded(record.path).replace(/^\/api\/3\.0(?=\/)/, '')
  return html`<li id="call-${record.id}"><a class="call" href="${link}"${record.id === selected ? html` aria-current="true"` : ''}>
${httpStatusChip(record.status)}
<span class="call-path"><b>${record.method}</b> ${clip(path, 200)}</span>
${time(record.time, { relative: true })}
${reason === undefined ? '' : html`<span class="call-reason">${clip(reason, 200)}</span>`}
</a></li>`
}

/** A request in a few words. */
export const requestLine = ({ status, operation, method, time: at }: RequestRecord): SafeHtml =>
  html`${httpStatusChip(status)} ${operation ?? method} ${time(at, { relative: true })}`

/** Why a request was not answered as its client expected; undefined where it was. */
export function reasonOf(record: RequestRecord): string | undefined {
  const { authentication, explanation, fault, status, operation } = record
  if (fault) return `Fault injected: ${fault.kind}`
  if (authentication && !authentication.ok) return authentication.hint
  if (status === null || status < 400) return authentication?.warnings[0]?.hint ?? explanation ?? undefined
  if (explanation !== null) return explanation
  if (operation === null) return 'No operation of the API has this path and method'
  return status === 404 ? `There is no such ${record.email === null ? 'journey' : 'member'}` : undefined
}

function decoded(path: string): string {
  try {
    return decodeURI(path)
  } catch (error) {
    if (error instanceof URIError) return path
    throw error
  }
}
