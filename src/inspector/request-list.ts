import { html, type SafeHtml } from '@remix-run/html-template'
import { OPERATION_IDS, type OperationId } from '../contract/operations.ts'
import { clip } from '../diagram/text.ts'
import type { Journal, RequestRecord } from '../sites/journal.ts'
import { chip, time } from './elements.ts'
import { requestPath, requestsPath, withQuery } from './paths.ts'
import type { Query, View } from './view.ts'

/** What the requests are chosen by; as it is in the URL. */
export interface RequestQuery {
  q?: string | undefined
  /** `2xx` to `5xx`, an exact status, or `none` for requests without an answer. */
  status?: string | undefined
  operation?: string | undefined
}

/** What a URL says of the requests that are wanted; what makes no sense is left out. */
export const requestQueryOf = ({ q, status = '', operation = '' }: Query): RequestQuery => ({
  q: q?.trim() || undefined,
  status: /^([2-5]xx|[1-5]\d\d|none)$/.test(status) ? status : undefined,
  operation: OPERATION_IDS.includes(operation as OperationId) ? operation : undefined,
})

/** Whether a request is among those that are wanted. */
export function isWanted({
  q = '',
  status = '',
  operation = '',
}: RequestQuery): (record: RequestRecord) => boolean {
  const wanted = q.toLowerCase()
  const digits = /^([2-5])xx$/.exec(status)?.[1] ?? status
  return record =>
    (operation === '' || record.operation === operation) &&
    (status === 'none' ? record.status === null : String(record.status ?? '').startsWith(digits)) &&
    (wanted === '' || haystack(record).includes(wanted))
}

const haystack = (record: RequestRecord): string =>
  `${record.method} ${record.path} ${decoded(record.path)} ${record.operation} ${reasonOf(record) ?? ''}`.toLowerCase()

// So many are looked at before other requests get their turn.
const CHUNK = 250

/** The newest requests that are wanted, after `skip` of them; `more` says whether there are others. */
export async function newest(
  journal: Journal,
  query: RequestQuery,
  { skip = 0, limit }: { skip?: number; limit: number },
): Promise<{ records: RequestRecord[]; more: boolean }> {
  const wanted = isWanted(query)
  const found: RequestRecord[] = []
  for (let offset = 0; found.length <= skip + limit; offset += CHUNK) {
    const page = journal.list({ offset, limit: CHUNK })
    found.push(...page.filter(wanted))
    if (page.length < CHUNK) break
    await new Promise(setImmediate)
  }
  return { records: found.slice(skip, skip + limit), more: found.length > skip + limit }
}

/** In place of the id of the newest request, where there is none. */
export const NOTHING = 'none'

/** Attributes with which an element follows the requests as they happen. */
export function following(
  { site, run }: Pick<View, 'site' | 'run'>,
  journal: Journal,
  query: RequestQuery = {},
): SafeHtml {
  const [newest] = journal.list({ limit: 1 })
  const stream = withQuery(`${requestsPath(site?.site_id)}/stream`, { ...query })
  return html` data-live="${stream}" data-after="${run} ${newest?.id ?? NOTHING}"`
}

/** The list of requests, newest first; on the first page, new ones are put on top. */
export const requestList = (
  records: readonly RequestRecord[],
  view: Pick<View, 'site' | 'run'>,
  journal: Journal,
  {
    query = {},
    selected,
    live = true,
  }: { query?: RequestQuery; selected?: string | undefined; live?: boolean } = {},
): SafeHtml =>
  html`<ol class="calls" id="calls" aria-label="Requests, newest first"${live ? following(view, journal, query) : ''}>
${records.map(record => requestRow(record, view.site?.site_id, { query, selected }))}
</ol>
<p class="empty calls-empty">${Object.values(query).some(Boolean) ? 'No request matches the filter.' : 'No requests yet. Make one, and it appears here.'}</p>`

/** A row of the list; its `id` is that of the request, so that a later state replaces it. */
export function requestRow(
  record: RequestRecord,
  siteId: string | undefined,
  { query = {}, selected }: { query?: RequestQuery; selected?: string | undefined } = {},
): SafeHtml {
  const reason = reasonOf(record)
  const path = withQuery(requestPath(siteId, record.id), { ...query })
  return html`<li id="call-${record.id}"><a class="call" href="${path}"${record.id === selected ? html` aria-current="true"` : ''}>
${statusChip(record)}
<span class="call-path"><b>${record.method}</b> ${clip(shownPath(record), 200)}</span>
${time(record.time, { relative: true })}
${reason === undefined ? '' : html`<span class="call-reason">${clip(reason, 200)}</span>`}
</a></li>`
}

/** A request in a few words. */
export const requestLine = (record: RequestRecord): SafeHtml =>
  html`${statusChip(record)} ${record.operation ?? record.method} ${time(record.time, { relative: true })}`

export function statusChip({ status }: Pick<RequestRecord, 'status'>): SafeHtml {
  if (status === null) return chip('–', 'off')
  return chip(String(status), status < 400 ? 'good' : status < 500 ? 'wait' : 'bad')
}

/** Why a request was not answered as its client hoped, in words; undefined where it was. */
export function reasonOf(record: RequestRecord): string | undefined {
  const { authentication, explanation, fault, status, operation } = record
  if (fault) return `Fault injected: ${fault.kind}`
  if (authentication && !authentication.ok) return authentication.hint
  if (status !== null && status >= 400) {
    if (explanation !== null) return explanation
    if (operation === null) return 'No operation of the API has this path and method'
    return status === 404 ? `There is no such ${record.email === null ? 'journey' : 'member'}` : undefined
  }
  return authentication?.warnings[0]?.hint ?? explanation ?? undefined
}

/** The path as people read it, without what all of them have in common. */
export const shownPath = ({ path }: Pick<RequestRecord, 'path'>): string =>
  decoded(path).replace(/^\/api\/3\.0(?=\/)/, '')

function decoded(path: string): string {
  try {
    return decodeURI(path)
  } catch (error) {
    if (error instanceof URIError) return path
    throw error
  }
}
