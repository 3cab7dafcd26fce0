import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyInstance } from 'fastify'
import { clip } from '../diagram/text.ts'
import { statusAsOf } from '../engine/as-of.ts'
import type { Site } from '../sites/site.ts'
import { count, pageNumber, pager, status, table } from './elements.ts'
import { memberPage } from './member.ts'
import { creation } from './new-member.ts'
import { sendPage } from './page.ts'
import { journeyPath, memberPath } from './paths.ts'
import { PAGE, type PageOptions, paramOf, type SiteView, siteViewOf } from './view.ts'

const PAGE_SIZE = 50
/** More journeys than these would hide the next member. */
const SHOWN = 3

/** The members of a site, and each of them. */
export async function memberRoutes(scope: FastifyInstance, page: PageOptions): Promise<void> {
  scope.get('/sites/:site_id/members', PAGE, async (request, reply) => {
    const view = siteViewOf(request, page)
    const { site, query } = view
    const search = query.search?.trim() ?? ''
    const number = pageNumber(query.page)
    const total = site.store.memberCount(search)
    // Each reads all emails of the site.
    await new Promise(setImmediate)
    const emails = site.store.memberPage({ search, limit: PAGE_SIZE, offset: (number - 1) * PAGE_SIZE })
    await new Promise(setImmediate)
    return sendPage(reply, {
      view,
      title: 'Members',
      tab: 'members',
      aside: view.options.control && newMember(view),
      content: html`<form class="filters" role="search" action="${view.path.split('?', 1)[0]}" hx-boost="true" hx-target="#members" hx-select="#members" hx-swap="outerMorph show:none" hx-trigger="input delay:200ms, submit" hx-replace-url="true">
<input type="search" name="search" value="${search}" placeholder="Search by a part of the email" aria-label="Search members" autocomplete="off"><button class="small no-script">Search</button></form>
<div id="members">${memberTable(site, emails, search)}
${pager(view.path, { page: number, size: PAGE_SIZE, total }, { search })}
${total === 0 && search.includes('@') ? creation(view, search) : ''}</div>
`,
    })
  })

  scope.get('/sites/:site_id/members/:email', PAGE, (request, reply) =>
    memberPage(siteViewOf(request, page), paramOf(request, 'email'), reply),
  )
}

/** A button that opens the form of a new member. */
const newMember = (view: SiteView): SafeHtml =>
  html`<button type="button" class="small" popovertarget="new-member">New member</button>
<div id="new-member" class="popover below-heading" popover><p class="popover-title">New member</p>${creation(view, '')}</div>`

/** Members, with the state of their journeys. */
function memberTable(site: Site, emails: readonly string[], search = ''): SafeHtml {
  const now = site.now()
  const rows = emails.map(email => {
    const { participations = [] } = site.store.memberWithSummaries(email) ?? {}
    const shown = participations
      .slice(0, SHOWN)
      .map(
        each =>
          html`<span class="mini">${status(statusAsOf(each, now).status)} <a href="${journeyPath(site.site_id, each.journey_id)}">${clip(each.journey.name, 40)}</a> <small>${each.progress_percentage} %</small></span> `,
      )
    return [
      html`<a class="row-link" href="${memberPath(site.site_id, email)}">${email}</a>`,
      count(participations.length),
      html`${shown}${participations.length > SHOWN ? html`<small>and ${participations.length - SHOWN} more</small>` : ''}`,
    ]
  })
  return table(
    'Members, in the order of their emails',
    ['Email', { title: 'Journeys', number: true }, 'Progress'],
    rows,
    { otherwise: search === '' ? 'There are no members.' : 'No email contains this.' },
  )
}
