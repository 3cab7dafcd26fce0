import { html, type SafeHtml } from '@remix-run/html-template'
import { clip } from '../diagram/text.ts'
import { withQuery } from './paths.ts'

/** The small parts that pages are made of. */

/** A part of a page, or several in a row. Strings are escaped. */
export type Content = SafeHtml | string | (SafeHtml | string)[]

/**
 * A vendor timestamp or RFC 3339 in UTC, to the second; a dash for none. The browser shows it relative to its own clock
 * where `relative` says so.
 */
export function time(text: string | null | undefined, { relative = false } = {}): SafeHtml {
  if (text === null || text === undefined) return html`<span class="none">–</span>`
  const machine = /Z$/.test(text) ? text : `${text.slice(0, 23)}Z`
  return html`<time datetime="${machine}" title="${text}"${relative ? html` data-relative` : ''}>${text.slice(0, 10)} <span class="hour">${text.slice(11, 19)}</span></time>`
}

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

/** A status of a journey, a participation, a reward or a member. */
export const status = (text: string): SafeHtml => chip(text.replaceAll('_', ' '), STATUS_TONES[text])

/** What is known of something: names and values. Those that are undefined are left out. */
export const facts = (
  entries: readonly (readonly [string, SafeHtml | string | number | undefined])[],
): SafeHtml =>
  html`<dl class="facts">${entries.map(([name, value]) =>
    value === undefined ? '' : html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl>`

export interface Column {
  title: string
  /** Numbers are aligned to the right. */
  number?: boolean
}

/** A cell of a table; a row's first cell is its heading. */
export type Cell = SafeHtml | string | number

/**
 * A table that becomes a list of cards on a narrow screen, where each cell says its column. `otherwise` is shown in
 * place of an empty one.
 */
export function table(
  caption: string,
  columns: readonly (Column | string)[],
  rows: readonly (readonly Cell[])[],
  { otherwise = 'None.' }: { otherwise?: string } = {},
): SafeHtml {
  if (rows.length === 0) return html`<p class="empty">${otherwise}</p>`
  const heads = columns.map(column =>
    typeof column === 'string' ? { title: column, number: false } : column,
  )
  const cell = (content: Cell, i: number): SafeHtml => {
    const { title = '', number } = heads[i] ?? {}
    const kind = number ? html` class="number"` : ''
    return i === 0
      ? html`<th scope="row"${kind}>${content}</th>`
      : html`<td data-column="${title}"${kind}>${content}</td>`
  }
  return html`<div class="scroll"><table>
<caption>${caption}</caption>
<thead><tr>${heads.map(({ title, number }) => html`<th scope="col"${number ? html` class="number"` : ''}>${title}</th>`)}</tr></thead>
<tbody>${rows.map(cells => html`<tr>${cells.map(cell)}</tr>`)}</tbody>
</table></div>`
}

export interface Paging {
  /** From 1 on. */
  page: number
  size: number
  total: number
}

/** The number of a page, from a query; 1 for anything else. */
export const pageNumber = (text: string | undefined): number =>
  /^[1-9]\d{0,6}$/.test(text ?? '') ? Number(text) : 1

/** Numbers as people read them: `100,000`. */
export const count = (n: number): string => n.toLocaleString('en-US')

/** Links to the pages before and after; `query` is what else the URL says. */
export function pager(
  path: string,
  { page, size, total }: Paging,
  query: Record<string, string | undefined> = {},
): SafeHtml {
  const last = Math.max(1, Math.ceil(total / size))
  const from = Math.min((page - 1) * size + 1, total)
  const to = (n: number) => withQuery(path, { ...query, page: n === 1 ? undefined : n })
  const range =
    total === 0
      ? 'None'
      : page > last
        ? `Nothing on page ${page}; the last is page ${last}`
        : `${count(from)}–${count(Math.min(page * size, total))} of ${count(total)}`
  return html`<nav class="pager" aria-label="Pages">
<span>${range}</span>
${page > 1 ? html`<a class="button small" rel="prev" href="${to(Math.min(page - 1, last))}">Previous</a>` : ''}
${page < last ? html`<a class="button small" rel="next" href="${to(page + 1)}">Next</a>` : ''}
</nav>`
}

const idOf = (title: string): string => title.toLowerCase().replace(/[^a-z0-9]+/g, '-')

/** A card with a heading, and what can be done about it beside that. */
export const section = (
  title: string,
  content: Content,
  { aside, kind = '' }: { aside?: SafeHtml | undefined; kind?: string } = {},
): SafeHtml => {
  const id = idOf(title)
  return html`<section class="card ${kind}" aria-labelledby="${id}"><div class="heading"><h2 id="${id}">${title}</h2>${aside}</div>${content}</section>`
}

/** A card that is closed at first; `open` opens it. */
export const foldedSection = (
  title: string,
  content: Content,
  { open = false, note }: { open?: boolean; note?: SafeHtml | string | undefined } = {},
): SafeHtml =>
  html`<details class="card folded-card"${open ? html` open` : ''}><summary><h2>${title}</h2>${note === undefined ? '' : html`<span class="note">${note}</span>`}</summary>${content}</details>`

/** A text of any length: the beginning of a long one, with the whole of it folded up. */
export function shortened(text: string, longest = 400): SafeHtml {
  if (text.length <= longest) return html`${text}`
  return html`${clip(text, longest)}<details class="folded"><summary>The whole text</summary><p class="whole">${text}</p></details>`
}

/** A sentence: a capital at its beginning, a full stop at its end. */
export const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/[.!?]$/, '')}.`
