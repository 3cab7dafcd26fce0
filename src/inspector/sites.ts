import { html, type SafeHtml } from '@remix-run/html-template'
import { clip } from '../diagram/text.ts'
import type { Site } from '../sites/site.ts'
import { count, countOf } from '../text.ts'
import { chip, idleExpiry, searchableList, searchOf, section, table, time } from './elements.ts'
import { actionForms, field } from './forms.ts'
import { requestLine } from './requests.ts'
import { type Page, requestsPath, SITES_PATH, sitePath, type View } from './view.ts'

/** The sites of this sandbox. */
export function sitesPage(view: View): Page {
  const { search, limit, offset } = searchOf(view)
  const found = view.options.sites
    .list()
    .filter(({ site_id, name }) => `${site_id} ${name}`.toLowerCase().includes(search.toLowerCase()))
  const list = siteTable(found.slice(offset, offset + limit), view, search)
  return {
    title: 'Sites',
    content: html`${searchableList(view, { what: 'sites', by: 'name or id', list, total: found.length })}
${unmatchedHint(view)}
${newSite(view)}`,
  }
}

function siteTable(shown: readonly Site[], { options }: View, search: string): SafeHtml {
  const columns = [
    'Site',
    { number: 'Journeys' },
    { number: 'Members' },
    'Clock',
    'Last request',
    'Expires when idle',
  ]
  const rows = shown.map(site => {
    const { journeys, members } = site.store.counts()
    const { now, frozen } = site.clock.read()
    const [last] = site.requests.list({ limit: 1 })
    return [
      html`<a href="${sitePath(site)}">${clip(site.name)}</a> <code>${site.site_id}</code>`,
      count(journeys),
      count(members),
      html`${time(now)} ${frozen ? chip('frozen', 'wait') : ''}`,
      last
        ? html`<a href="${requestsPath(site, last.id)}">${requestLine(last)}</a>`
        : html`<span class="none">none yet</span>`,
      idleExpiry(options.sites, site) ?? time(null),
    ]
  })
  const otherwise =
    search === ''
      ? 'There is no site yet. Create one below, or start the sandbox with a seed.'
      : 'No site has this in its name or id.'
  return table('The sites of this sandbox', columns, rows, otherwise)
}

/** Requests without a site are listed here, and nowhere else. */
function unmatchedHint({ options }: View): SafeHtml | string {
  const n = options.sites.unmatched.countKept()
  return n === 0
    ? ''
    : html`<p class="hint"><a href="${requestsPath(undefined)}">${countOf(n, 'request')} matched no site</a>: look there for a request that you miss.</p>`
}

function newSite(view: View): SafeHtml | string {
  if (!view.options.control) return ''
  const name = field(view, 'Name', 'name', {
    maxlength: 200,
    placeholder: 'my-tests',
  })
  return section(
    'New site',
    actionForms(view, {
      action: 'createSite',
      label: 'Create site',
      tone: 'primary',
      back: SITES_PATH,
      fields: html`${name}
<label>Starts with <select name="seed"><option value="demo">the demo</option><option value="empty">nothing</option></select></label>`,
      example: { name: 'my-tests', seed: 'demo' },
    }),
  )
}
