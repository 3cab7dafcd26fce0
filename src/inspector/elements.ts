import { html, type SafeHtml } from '@remix-run/html-template'
import { clip } from '../diagram/text.ts'
import type { Site } from '../sites/site.ts'
import type { Sites } from '../sites/sites.ts'
import { count } from '../text.ts'
import { type Content, sitePath, type View, withQuery } from './view.ts'

/** The small parts that pages are made of. */

/**
 * A vendor timestamp or RFC 3339 in UTC, to the second; a dash for none. The browser shows it relative to its own clock
 * where `relative` says so.
 */
export function time(text: string | null | undefined, { relative = false } = {}): SafeHtml {
  if (text === null || text === undefined) return html`<span class="none">–</span>`
  const machine = /Z$/.test(text) ? text : `${text.slice(0, 23)}Z`
  return html`<time datetime="${machine}" title="${text}"${relative ? html` data-relative` : ''}>${text.slice(0, 10)} <span class="hour">${text.slice(11, 19)}</span></time>`
}

/** A sentence: a capital at its beginning, a full stop at its end. */
export const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/[.!?]$/, '')}.`

/** Words in a colour that says the same. */
export const chip = (text: string, tone = ''): SafeHtml => html`<span class="chip ${tone}">${text}</span>`

const STATUS_TONES: Record<string, string> = {
  Published: 'good',
  Completed: 'good',
  issued: 'good',
  InProgress: 'live',
  active: 'good',
  held: 'wait',
  Draft: 'wait',
  opted_out: 'wait',
  blocked: 'bad',
  Expired: 'off',
  Archived: 'off',
}

/** The status of a journey, a participation, a reward or a member. */
export const statusChip = (status: string): SafeHtml =>
  chip(status.replaceAll('_', ' '), STATUS_TONES[status])

/** The status of a response; null for none. */
export const httpStatusChip = (status: number | null): SafeHtml =>
  status === null ? chip('–', 'off') : chip(String(status), httpTone(status))

export function httpTone(status: number | null): 'good' | 'wait' | 'bad' {
  if (status === null || status >= 500) return 'bad'
  return status >= 400 ? 'wait' : 'good'
}

export const memberLink = (site: Site, email: string): SafeHtml =>
  html`<a href="${sitePath(site, 'members', email)}">${email}</a>`

export const journeyLink = (site: Site, id: string, name: string, longest?: number): SafeHtml =>
  html`<a href="${sitePath(site, 'journeys', id)}">${clip(name, longest)}</a>`

/** When a site expires unless it is used; undefined for one that never does. */
export function idleExpiry(sites: Sites, site: Site): SafeHtml | undefined {
  const { ttl } = site.store.creation()
  return ttl === null ? undefined : html`${time(sites.expiryOf(site))} <small>(after ${ttl})</small>`
}

/** Names and values; those that are undefined are left out. */
export const facts = (
  entries: readonly (readonly [string, SafeHtml | string | number | undefined])[],
): SafeHtml =>
  html`<dl class="facts">${entries.map(([name, value]) =>
    value === undefined ? '' : html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl>`

/** The title of a column; `number` aligns numbers to the right. */
type Column = string | { number: string }

/** A cell of a table; a row's first cell is its heading. */
export type Cell = SafeHtml | string | number

/** A table that becomes a list of cards on a narrow screen. `otherwise` is shown in place of an empty one. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  otherwise = 'None.',
): SafeHtml {
  if (rows.length === 0) return html`<p class="empty">${otherwise}</p>`
  const heads = columns.map(column =>
    typeof column === 'string'
      ? { title: column, kind: '' }
      : { title: column.number, kind: html` class="number"` },
  )
  const cell = (content: Cell, i: number): SafeHtml =>
    i === 0
      ? html`<th scope="row"${heads[i]?.kind}>${content}</th>`
      : html`<td data-column="${heads[i]?.title}"${heads[i]?.kind}>${content}</td>`
  return html`<div class="scroll"><table>
<caption>${caption}</caption>
<thead><tr>${heads.map(({ title, kind }) => html`<th scope="col"${kind}>${title}</th>`)}</tr></thead>
<tbody>${rows.map(cells => html`<tr>${cells.map(cell)}</tr>`)}</tbody>
</table></div>`
}

/** The number of the page that a query names; 1 for anything else. */
export const pageNumber = ({ query: { page = '' } }: Pick<View, 'query'>): number =>
  /^[1-9]\d{0,6}$/.test(page) ? Number(page) : 1

/** Links to the pages before and after this one. */
export function pageLinks(
  { path }: Pick<View, 'path'>,
  links: { previous?: number | undefined; next?: number | undefined },
  { previous = 'Previous', next = 'Next', range = '' } = {},
): SafeHtml {
  const link = (rel: string, n: number | undefined, label: string) =>
    n === undefined
      ? ''
      : html`<a class="button small" rel="${rel}" href="${withQuery(path, { page: n === 1 ? undefined : n })}">${label}</a>`
  return html`<nav class="pager" aria-label="Pages">
${range && html`<span>${range}</span>`}
${link('prev', links.previous, previous)}
${link('next', links.next, next)}
</nav>`
}

/** The same for a list whose length is known; says which items are shown. */
export function pager(view: Pick<View, 'path' | 'query'>, size: number, total: number): SafeHtml {
  const page = pageNumber(view)
  const last = Math.max(1, Math.ceil(total / size))
  const links = {
    previous: page > 1 ? Math.min(page - 1, last) : undefined,
    next: page < last ? page + 1 : undefined,
  }
  const range =
    page > last
      ? `Nothing on page ${page}; the last is page ${last}`
      : `${count((page - 1) * size + 1)}–${count(Math.min(page * size, total))} of ${count(total)}`
  return pageLinks(view, links, { range: total === 0 ? 'None' : range })
}

export const PAGE_SIZE = 50

/** What is searched for on the page of a list, and which part of the result is shown. */
export function searchOf({ query }: View): { search: string; limit: number; offset: number } {
  return {
    search: query.search?.trim() ?? '',
    limit: PAGE_SIZE,
    offset: (pageNumber({ query }) - 1) * PAGE_SIZE,
  }
}

/** A list in pages, with a search field that replaces it while a person types. */
export function searchableList(
  view: View,
  { what, by, list, total }: { what: string; by: string; list: Content; total: number },
): SafeHtml {
  const id = `${what}-list`
  return html`<form class="filters" role="search" action="${view.path.split('?', 1)[0]}" hx-boost="true" hx-target="#${id}" hx-select="#${id}" hx-swap="outerMorph show:none" hx-trigger="input delay:200ms, submit" hx-replace-url="true">
<input type="search" name="search" value="${searchOf(view).search}" placeholder="Search by ${by}" aria-label="Search ${what}" autocomplete="off"><button class="small no-script">Search</button></form>
<div id="${id}">${list}
${pager(view, PAGE_SIZE, total)}</div>`
}

/** A card with a heading; `aside` is beside the heading. */
export function section(
  title: string,
  content: Content,
  { aside, kind = '' }: { aside?: Content | undefined; kind?: string } = {},
): SafeHtml {
  const id = title.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  return html`<section class="card ${kind}" aria-labelledby="${id}"><div class="heading"><h2 id="${id}">${title}</h2>${aside}</div>${content}</section>`
}

/** A card that is closed at first, unless it is `open`. */
export const foldedSection = (
  title: string,
  content: Content,
  { open = false, note }: { open?: boolean; note?: SafeHtml | string | undefined } = {},
): SafeHtml =>
  html`<details class="card folded-card"${open ? html` open` : ''}><summary><h2>${title}</h2>${note && html`<span class="note">${note}</span>`}</summary>${content}</details>`

/** A part of a card that is closed at first. */
export const folded = (summary: string, content: Content, open = false): SafeHtml =>
  html`<details class="folded"${open ? html` open` : ''}><summary>${summary}</summary>${content}</details>`

/** A text of any length: the beginning of a long one, with the whole of it folded up. */
export function shortened(text: string, longest = 400): SafeHtml {
  if (text.length <= longest) return html`${text}`
  return html`${clip(text, longest)}${folded('The whole text', html`<p>${text}</p>`)}`
}

/** The icons of the navigation, 20 by 20, drawn in the colour of the text. */
const ICONS = {
  overview: 'M3 11h6V3H3zM11 17h6V9h-6zM3 17h6v-4H3zM11 7h6V3h-6z',
  requests: 'M3 6h11m0 0-3-3m3 3-3 3M17 14H6m0 0 3-3m-3 3 3 3',
  journeys: 'M4 15.5a1.5 1.5 0 1 0 .01 0M16 4.5a1.5 1.5 0 1 0 .01 0M5.5 17C12 17 8 6 14.5 6',
  members: 'M10 9.5a3 3 0 1 0-.01 0M4 17c.6-3.6 3-5 6-5s5.4 1.4 6 5',
  faults: 'M10 3 2.5 16.5h15zM10 8v4.5M10 14.5v.5',
  clock: 'M10 2.5a7.5 7.5 0 1 0 .01 0M10 6v4.5l3 2',
  data: 'M4 5c0-1.3 2.7-2.2 6-2.2S16 3.7 16 5s-2.7 2.2-6 2.2S4 6.3 4 5v10c0 1.3 2.7 2.2 6 2.2s6-.9 6-2.2V5M4 10c0 1.3 2.7 2.2 6 2.2s6-.9 6-2.2',
  report: 'M3 3h14v14H3zM3 7.5h14M7.5 3v14M10.5 12.5l1.5 1.5 3-3.5',
  sites: 'M3 4h14v5H3zM3 11h14v5H3zM6 6.5h.01M6 13.5h.01',
  full: 'M4 8V4h4M16 8V4h-4M4 12v4h4M16 12v4h-4',
  down: 'm5 8 5 5 5-5',
} as const

export type IconName = keyof typeof ICONS

export const icon = (name: IconName): SafeHtml =>
  html`<svg class="icon" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" focusable="false"><path d="${ICONS[name]}" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"/></svg>`
