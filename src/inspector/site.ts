import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyInstance } from 'fastify'
import type { ActiveFault } from '../sites/fault-rule.ts'
import type { Site } from '../sites/site.ts'
import { type ActionForm, curls } from './action-forms.ts'
import { journeysHref, membersHref, requestsHref } from './addresses.ts'
import { howToCall } from './calls.ts'
import { chip, facts, section, table, time } from './elements.ts'
import { journalTable } from './journal-table.ts'
import { journeyTable } from './journeys.ts'
import { memberSearch, memberTable } from './members.ts'
import type { InspectorOptions } from './options.ts'
import { sendPage } from './page.ts'
import { PAGE, type PageOptions, siteOf, type View, viewOf } from './view.ts'

const FIRST = 10

/** A site: what it holds, what it was asked, and what can be done to it. */
export async function siteRoutes(scope: FastifyInstance, page: PageOptions): Promise<void> {
  const { options } = page
  scope.get('/sites/:site_id', PAGE, (request, reply) => {
    const view = viewOf(request, page)
    const site = siteOf(options, request)
    return sendPage(reply, {
      ...view,
      title: site.name,
      crumbs: [['/', 'Sites']],
      aside: html`<code>${site.site_id}</code>`,
      content: [
        summary(site, options),
        html`<div class="columns">${clock(site, options, view)}${faults(site, options, view)}${snapshots(site, options, view)}</div>`,
        journal(site),
        journeys(site),
        members(site),
        section('How to call it', howToCall(site, options, view.baseUrl)),
      ],
    })
  })
}

function summary(site: Site, { sites }: InspectorOptions): SafeHtml {
  const { journeys, members } = site.store.counts()
  const { created_at, ttl } = site.store.origin()
  return facts([
    ['Journeys', journeys],
    ['Members', members],
    ['Revision', site.store.revision()],
    ['Created', time(created_at)],
    [
      'Goes when unused',
      ttl === null ? undefined : html`${time(sites.expiryOf(site))} <small>(after ${ttl})</small>`,
    ],
  ])
}

/** A part of the page with buttons, and the calls that they make. */
function controls(
  title: string,
  shown: SafeHtml,
  forms: readonly ActionForm[],
  options: InspectorOptions,
  { form, origin }: View,
): SafeHtml {
  const buttons =
    options.control && html`<div class="buttons">${forms.map(form)}</div>${curls(options, origin, forms)}`
  return section(title, html`${shown}${buttons}`)
}

function clock(site: Site, options: InspectorOptions, view: View): SafeHtml {
  const { now, frozen, tokens } = site.clock.read()
  const common = { site: site.site_id, back: view.path }
  const advance = (by: string, label: string) => ({
    ...common,
    action: 'advance' as const,
    label,
    given: { by },
  })
  return controls(
    'Clock',
    html`<p class="large">${time(now)} UTC ${frozen ? chip('frozen', 'wait') : chip('running', 'live')}</p>
<p class="hint">Holds end and journeys expire by it. Tokens expire by ${tokens ? 'it, too' : 'the machine’s clock'}.</p>`,
    [
      advance('PT1H', '+ 1 hour'),
      advance('P1D', '+ 1 day'),
      advance('P30D', '+ 30 days'),
      frozen
        ? { ...common, action: 'unfreeze', label: 'Let it run' }
        : { ...common, action: 'freeze', label: 'Freeze' },
      {
        ...common,
        action: 'reset',
        label: 'Reset the site',
        tone: 'danger',
        confirm: 'Reset the site? Its data, clock, faults and journal go back to the seed.',
      },
    ],
    options,
    view,
  )
}

function faults(site: Site, options: InspectorOptions, view: View): SafeHtml {
  const common = { site: site.site_id, back: view.path }
  const fault = (status: string) => ({
    ...common,
    action: 'addFault' as const,
    label: `${status} for the next call`,
    given: { status },
  })
  const removal = (id: string) =>
    view.form({ ...common, action: 'removeFault', label: 'Remove', given: { id } })
  const rows = site.faults
    .list()
    .map(
      rule =>
        html`<tr><th scope="row">${tell(rule)}</th><td class="number">${rule.used} of ${rule.seen}</td><td>${removal(rule.id)}</td></tr>`,
    )
  return controls(
    'Faults',
    table(
      'Fault rules; the first that applies wins',
      ['What goes wrong', { title: 'Spoiled', number: true }, 'Action'],
      rows,
      {
        otherwise: 'Nothing goes wrong.',
      },
    ),
    [fault('503'), fault('429'), fault('401')],
    options,
    view,
  )
}

/** A fault rule in a line. */
function tell({ fault, match, after, times, probability }: ActiveFault): SafeHtml {
  const { kind, ...rest } = fault
  const about = Object.values(match ?? {})
  const words = [
    after === undefined ? '' : `after ${after}`,
    times === undefined ? '' : `${times} ${times === 1 ? 'time' : 'times'}`,
    probability === undefined ? '' : `with probability ${probability}`,
    ...about,
  ]
  return html`${chip(kind, 'wait')} ${Object.keys(rest).length > 0 ? html`<code>${JSON.stringify(rest)}</code>` : ''} ${words.filter(Boolean).join(', ')}`
}

function snapshots(site: Site, options: InspectorOptions, view: View): SafeHtml {
  const common = { site: site.site_id, back: view.path }
  const restore = (name: string) =>
    view.form({
      ...common,
      action: 'restoreSnapshot',
      label: 'Return to it',
      given: { name },
      confirm: `Return to “${name}”? What changed since is lost.`,
    })
  const rows = site.snapshots
    .list()
    .map(
      ({ name, taken_at }) =>
        html`<tr><th scope="row">${name}</th><td>${time(taken_at)}</td><td>${restore(name)}</td></tr>`,
    )
  const name = html`<label>Name <input name="name" required maxlength="200" value="before"></label>`
  return section(
    'Snapshots',
    html`${table('Points to return to', ['Name', 'Taken', 'Action'], rows, { otherwise: 'None taken.' })}
${view.form({ ...common, action: 'takeSnapshot', label: 'Take a snapshot', fields: name })}
${curls(options, view.origin, [{ ...common, action: 'takeSnapshot', given: { name: 'before' } }])}`,
  )
}

function journeys(site: Site): SafeHtml {
  const all = site.store.journeys()
  return section(
    'Journeys',
    journeyTable(site, all.slice(0, FIRST)),
    all.length > FIRST
      ? html`<a href="${journeysHref(site.site_id)}">All ${all.length} journeys</a>`
      : undefined,
  )
}

function members(site: Site): SafeHtml {
  const { emails, total } = site.store.memberPage({ search: '', limit: FIRST, offset: 0 })
  return section(
    'Members',
    html`${memberSearch(site, '')}${memberTable(site, emails)}`,
    total > FIRST ? html`<a href="${membersHref(site.site_id)}">All ${total} members</a>` : undefined,
  )
}

const journal = (site: Site): SafeHtml =>
  section(
    'Journal',
    journalTable(site.requests.list({ limit: FIRST }), site.site_id, {}),
    html`<a href="${requestsHref(site.site_id)}">The whole journal</a>`,
  )
