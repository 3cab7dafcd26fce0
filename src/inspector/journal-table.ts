import { html, type SafeHtml } from '@remix-run/html-template'
import type { RequestRecord } from '../sites/journal.ts'
import { requestHref, requestsHref, withQuery } from './addresses.ts'
import { chip, table, time } from './elements.ts'

/** What the calls are chosen by; as it is in the address. */
export interface CallFilter {
  operation?: string | undefined
  status?: string | undefined
  email?: string | undefined
}

const COLUMNS = ['Time', 'Status', 'Call', 'About', { title: 'Took', number: true }, 'Fault']

/** Calls, newest first. With `live`, those that come are put on top. */
export const journalTable = (
  records: readonly RequestRecord[],
  siteId: string | undefined,
  live?: CallFilter,
): SafeHtml =>
  table(
    'Calls to the API, newest first',
    COLUMNS,
    records.map(record => callRow(record, siteId)),
    {
      otherwise: 'No calls yet. Make one, and it shows up here.',
      ...(live && { live: withQuery(`${requestsHref(siteId)}/stream`, { ...live }) }),
    },
  )

/** A row of the table; its `id` is that of the call, so that a later one takes its place. */
export const callRow = (
  record: RequestRecord,
  siteId: string | undefined,
): SafeHtml => html`<tr id="call-${record.id}">
<td>${time(record.time)}</td>
<td>${statusOf(record)}</td>
<th scope="row"><a href="${requestHref(siteId, record.id)}">${record.operation ?? `${record.method} ${clipped(record.path)}`}</a></th>
<td class="about">${record.email ?? record.journey_id ?? ''}</td>
<td class="number">${record.duration_ms === null ? '' : `${record.duration_ms.toFixed(1)} ms`}</td>
<td>${record.fault ? chip(record.fault.kind, 'wait') : ''}</td>
</tr>`

/** A call in a few words. */
export const callLine = (record: RequestRecord): SafeHtml =>
  html`${statusOf(record)} ${record.operation ?? record.method} ${time(record.time)}`

export function statusOf({ status }: RequestRecord): SafeHtml {
  if (status === null) return chip('no answer', 'off')
  return chip(String(status), status < 400 ? 'good' : status < 500 ? 'wait' : 'bad')
}

const clipped = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text)
