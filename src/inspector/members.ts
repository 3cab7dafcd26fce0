import { setImmediate } from 'node:timers/promises'
import { html, type SafeHtml } from '@remix-run/html-template'
import { clip } from '../diagram/text.ts'
import { statusAsOf } from '../engine/as-of.ts'
import type { Site } from '../sites/site.ts'
import { count } from '../text.ts'
import { journeyLink, memberLink, searchableList, searchOf, statusChip, table } from './elements.ts'
import { actionForms, field } from './forms.ts'
import type { Page, SiteView } from './view.ts'

/** The members of a site. */
export async function membersPage(view: SiteView): Promise<Page> {
  const { site } = view
  const { search, limit, offset } = searchOf(view)
  const total = site.store.memberCount(search)
  // Each reads all emails of the site.
  await setImmediate()
  const emails = site.store.memberPage({ search, limit, offset })
  await setImmediate()
  const list = memberTable(site, emails, search)
  return {
    title: 'Members',
    aside: view.options.control
      ? html`<button type="button" class="small" popovertarget="new-member">New member</button>
<div id="new-member" class="popover" popover><p class="popover-title">New member</p>${newMemberForm(view)}</div>`
      : undefined,
    content: searchableList(view, { what: 'members', by: 'a part of the email', list, total }),
  }
}

/** A form that creates a member; without an email, it asks for one. Nothing where the control API is off. */
export function newMemberForm(view: SiteView, email = ''): SafeHtml | string {
  const emailField = field(view, 'Email', 'email', {
    required: true,
    maxlength: 320,
    placeholder: 'new@example.com',
  })
  const attributes = field(view, 'Attributes, as JSON', 'attributes_json', {
    placeholder: '{"tier": "gold"}',
  })
  return actionForms(view, {
    action: 'createMember',
    label: email === '' ? 'Create member' : `Create ${clip(email, 60)}`,
    tone: 'primary',
    given: email === '' ? {} : { email },
    fields: html`${email === '' ? emailField : ''}${attributes}`,
    example: { email: email || 'new@example.com' },
  })
}

/** More journeys than these would hide the next member. */
const MOST_JOURNEYS = 3

/** Members, with the state of their journeys. */
function memberTable(site: Site, emails: readonly string[], search: string): SafeHtml {
  const now = site.now()
  const rows = emails.map(email => {
    const { participations = [] } = site.store.memberWithSummaries(email) ?? {}
    const shown = participations.slice(0, MOST_JOURNEYS).map(each => {
      const link = journeyLink(site, each.journey_id, each.journey.name, 40)
      return html`<span class="mini">${statusChip(statusAsOf(each, now).status)} ${link} <small>${each.progress_percentage} %</small></span> `
    })
    const more = participations.length - shown.length
    return [
      memberLink(site, email),
      count(participations.length),
      html`${shown}${more > 0 ? html`<small>and ${more} more</small>` : ''}`,
    ]
  })
  return table(
    'Members, in the order of their emails',
    ['Email', { number: 'Journeys' }, 'Progress'],
    rows,
    search === '' ? 'There are no members.' : 'No email contains this.',
  )
}
