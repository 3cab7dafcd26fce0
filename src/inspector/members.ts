import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyInstance } from 'fastify'
import { statusAsOf } from '../engine/as-of.ts'
import type { Site } from '../sites/site.ts'
import { memberHref, membersHref } from './addresses.ts'
import { pageNumber, pager, status, table } from './elements.ts'
import { memberPage } from './member.ts'
import { sendPage } from './page.ts'
import { PAGE, type PageOptions, siteCrumbs, siteOf, viewOf } from './view.ts'

const PAGE_SIZE = 50
/** More statuses than these would hide the next member. */
const STATUSES = 6

/** The members of a site, and each of them. */
export async function memberRoutes(scope: FastifyInstance, page: PageOptions): Promise<void> {
  const { options } = page

  scope.get('/sites/:site_id/members', PAGE, (request, reply) => {
    const view = viewOf(request, page)
    const site = siteOf(options, request)
    const search = view.query.search?.trim() ?? ''
    const number = pageNumber(view.query.page)
    const { emails, total } = site.store.memberPage({
      search,
      limit: PAGE_SIZE,
      offset: (number - 1) * PAGE_SIZE,
    })
    return sendPage(reply, {
      ...view,
      title: 'Members',
      crumbs: siteCrumbs(site),
      content: html`${memberSearch(site, search)}
${memberTable(site, emails, search)}
${pager(view.path, { page: number, size: PAGE_SIZE, total }, { search })}`,
    })
  })

  scope.get('/sites/:site_id/members/:email', PAGE, (request, reply) => memberPage(request, reply, page))
}

export const memberSearch = (
  site: Site,
  search: string,
): SafeHtml => html`<form class="search" role="search" action="${membersHref(site.site_id)}">
<label>A part of the email <input type="search" name="search" value="${search}"></label>
<button>Search</button>
</form>`

/** Members, with how they fare in their journeys. */
export function memberTable(site: Site, emails: readonly string[], search = ''): SafeHtml {
  const now = site.now()
  const rows = emails.map(email => {
    const { participations = [] } = site.store.memberWithSummaries(email) ?? {}
    const shown = participations.slice(0, STATUSES)
    return html`<tr>
<th scope="row" class="name"><a href="${memberHref(site.site_id, email)}">${email}</a></th>
<td class="number">${participations.length}</td>
<td>${shown.map(each => html`${status(statusAsOf(each, now).status)} <small>${each.progress_percentage} %</small> `)}${participations.length > STATUSES ? '…' : ''}</td>
</tr>`
  })
  return table(
    'Members, in the order of creation',
    ['Email', { title: 'Journeys', number: true }, 'How they fare'],
    rows,
    {
      otherwise: search === '' ? 'There are no members.' : 'No email has this part.',
    },
  )
}
