import { html, type SafeHtml } from '@remix-run/html-template'
import { clip } from '../diagram/text.ts'
import { withQuery } from './addresses.ts'

/** The small parts that pages are made of. */

/** A vendor timestamp or RFC 3339 in UTC, to the second; a dash for none. */
export function time(text: string | null | undefined): SafeHtml {
  if (text === null || text === undefined) return html`<span class="none">–</span>`
  const machine = /Z$/.test(text) ? text : `${text.slice(0, 23)}Z`
  return html`<time datetime="${machine}" title="${text}">${text.slice(0, 10)} <span class="hour">${text.slice(11, 19)}</span></time>`
}

/** A command or a document to be copied. */
export const copyable = (text: string, label: string): SafeHtml => html`<div class="copyable">
<pre tabindex="0" role="region" aria-label="${label}"><code>${text}</code></pre>
<button type="button" class="copy" hidden>Copy</button>
</div>`

/** The same, folded up. */
export const folded = (summary: string, text: string): SafeHtml =>
  html`<details class="folded"><summary>${summary}</summary>${copyable(text, summary)}</details>`

/** A text of any length: the beginning of a long one, with the whole of it folded up. */
export function shortened(text: string, longest = 600): SafeHtml {
  if (text.length <= longest) return html`${text}`
  return html`${clip(text, longest)}<details class="folded"><summary>The whole text</summary><p class="whole">${text}</p></details>`
}

/** Words in a colour that says the same. */
export const chip = (text: string, tone = ''): SafeHtml => html`<span class="chip ${tone}">${text}</span>`

const STATUS_TONES: Record<string, string> = {
  Published: 'good',
  Completed: 'good',
  issued: 'good',
  InProgress: 'live',
  held: 'wait',
  Draft: 'wait',
  blocked: 'bad',
  Expired: 'off',
  Archived: 'off',
}

/** A status of the vendor's. */
export const status = (text: string): SafeHtml => chip(text, STATUS_TONES[text])

/** What is known of something: names and values. Those that are undefined are left out. */
export const facts = (
  entries: readonly (readonly [string, SafeHtml | string | number | undefined])[],
): SafeHtml =>
  html`<dl class="facts">${entries.map(([name, value]) =>
    value === undefined ? '' : html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl>`

export interface Column {
  title: string
  /** Numbers stand to the right. */
  number?: boolean
}

/** A table that scrolls by itself where it is too wide. `otherwise` is said in place of an empty one. */
export function table(
  caption: string,
  columns: readonly (Column | string)[],
  rows: SafeHtml[],
  { otherwise = 'None.', live }: { otherwise?: string; live?: string } = {},
): SafeHtml {
  if (rows.length === 0 && live === undefined) return html`<p class="empty">${otherwise}</p>`
  const heads = columns.map(column => (typeof column === 'string' ? { title: column } : column))
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
<table>
<caption>${caption}</caption>
<thead><tr>${heads.map(({ title, number }) => html`<th scope="col"${number ? html` class="number"` : ''}>${title}</th>`)}</tr></thead>
<tbody${live === undefined ? '' : html` data-live="${live}"`}>${rows}</tbody>
</table>
${rows.length === 0 ? html`<p class="empty">${otherwise}</p>` : ''}
</div>`
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

/** Ways to the pages before and after; `query` is what else the address says. */
export function pager(
  href: string,
  { page, size, total }: Paging,
  query: Record<string, string | undefined> = {},
): SafeHtml {
  const last = Math.max(1, Math.ceil(total / size))
  const from = Math.min((page - 1) * size + 1, total)
  const to = (n: number) => withQuery(href, { ...query, page: n === 1 ? undefined : n })
  return html`<nav class="pager" aria-label="Pages">
<span>${total === 0 ? 'None' : page > last ? `Nothing on page ${page}; there are ${last}` : `${from}–${Math.min(page * size, total)} of ${total}`}</span>
${page > 1 ? html`<a rel="prev" href="${to(Math.min(page - 1, last))}">Previous</a>` : ''}
${page < last ? html`<a rel="next" href="${to(page + 1)}">Next</a>` : ''}
</nav>`
}

/** A part of a page, with what can be done about it beside its heading. */
export const section = (title: string, content: SafeHtml | SafeHtml[], aside?: SafeHtml): SafeHtml => {
  const id = title.toLowerCase().replace(/[^a-z]+/g, '-')
  return html`<section aria-labelledby="${id}"><div class="heading"><h2 id="${id}">${title}</h2>${aside}</div>${content}</section>`
}

/** JSON, as one reads it. */
export const pretty = (json: string): string => (json === '' ? '' : JSON.stringify(JSON.parse(json), null, 2))
