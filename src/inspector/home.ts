import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyInstance } from 'fastify'
import type { Site } from '../sites/site.ts'
import { requestHref, requestsHref, siteHref } from './addresses.ts'
import { howToCall } from './calls.ts'
import { chip, pageNumber, pager, section, table, time } from './elements.ts'
import { callLine } from './journal-table.ts'
import type { InspectorOptions } from './options.ts'
import { sendPage } from './page.ts'
import { PAGE, type PageOptions, type View, viewOf } from './view.ts'

const PAGE_SIZE = 50

/** The sites, and how to call them. */
export async function homeRoutes(scope: FastifyInstance, page: PageOptions): Promise<void> {
  const { options } = page
  scope.get('/', PAGE, (request, reply) => {
    const view = viewOf(request, page)
    const sites = options.sites.list()
    return sendPage(reply, {
      ...view,
      title: 'Sites',
      content: [
        siteList(sites, options, view),
        strangers(options),
        ...sites.slice(0, 1).map(site => section('How to call it', howToCall(site, options, view.baseUrl))),
        newSite(view),
      ],
    })
  })
}

function siteList(sites: Site[], options: InspectorOptions, { query }: View): SafeHtml {
  const paging = { page: pageNumber(query.page), size: PAGE_SIZE, total: sites.length }
  const shown = sites.slice((paging.page - 1) * PAGE_SIZE, paging.page * PAGE_SIZE)
  const columns = [
    'Site',
    { title: 'Journeys', number: true },
    { title: 'Members', number: true },
    'Clock',
    'Last call',
    'Goes when unused',
  ]
  return html`${table(
    'The sites of this sandbox',
    columns,
    shown.map(site => siteRow(site, options)),
    {
      otherwise: 'There is no site yet. Create one below, or start the sandbox with a seed.',
    },
  )}
${sites.length > PAGE_SIZE ? pager('/', paging) : ''}`
}

function siteRow(site: Site, { sites }: InspectorOptions): SafeHtml {
  const { journeys, members } = site.store.counts()
  const { now, frozen } = site.clock.read()
  const [last] = site.requests.list({ limit: 1 })
  return html`<tr>
<th scope="row"><a href="${siteHref(site.site_id)}">${site.name}</a> <code>${site.site_id}</code></th>
<td class="number">${journeys}</td>
<td class="number">${members}</td>
<td>${time(now)} ${frozen ? chip('frozen', 'wait') : ''}</td>
<td>${last ? html`<a href="${requestHref(site.site_id, last.id)}">${callLine(last)}</a>` : html`<span class="none">none yet</span>`}</td>
<td>${time(sites.expiryOf(site))}</td>
</tr>`
}

/** Those who name no site get their 401 here, and nowhere else. */
function strangers({ sites }: InspectorOptions): SafeHtml {
  const count = sites.unmatched.countKept()
  return count === 0
    ? html``
    : html`<p class="hint"><a href="${requestsHref()}">${count} ${count === 1 ? 'call' : 'calls'} named no site that is here</a>: look there for a call that you miss.</p>`
}

function newSite({ form }: View): SafeHtml {
  const made = form({ action: 'createSite', site: '', label: 'Create it', back: '/', fields: NEW_SITE })
  return made ? section('A new site', made) : html``
}

const NEW_SITE = html`<label>Name <input name="name" maxlength="200" placeholder="my-tests"></label>
<label>Starts with <select name="seed"><option value="demo">the demo</option><option value="empty">nothing</option></select></label>`
