import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyInstance } from 'fastify'
import { LAST_TIMESTAMP } from '../contract/formats.ts'
import { clip } from '../diagram/text.ts'
import type { ActionForm } from './action-forms.ts'
import { curls } from './action-forms.ts'
import { clockForms, clockReading, inTime } from './clock-panel.ts'
import { chip, count, section, table, time } from './elements.ts'
import { sendPage } from './page.ts'
import { journeyPath, memberPath } from './paths.ts'
import { PAGE, type PageOptions, type SiteView, siteViewOf } from './view.ts'

/** The clock of a site: where it is, what will happen next, and ways to move it there. */
export async function clockRoutes(scope: FastifyInstance, page: PageOptions): Promise<void> {
  scope.get('/sites/:site_id/clock', PAGE, (request, reply) => {
    const view = siteViewOf(request, page)
    return sendPage(reply, {
      view,
      title: 'Clock',
      tab: 'clock',
      content: [
        html`<div class="columns">${present(view)}${settings(view)}</div>`,
        heldRewards(view),
        journeyEnds(view),
      ],
    })
  })
}

function present(view: SiteView): SafeHtml {
  const { site, form, options, origin, path, notice } = view
  const { frozen, tokens } = site.clock.read()
  const common = { site: site.site_id, back: path }
  const forms: ActionForm[] = clockForms(view)
  const by: ActionForm = {
    ...common,
    action: 'advance',
    label: 'Advance',
    fields: html`<label>By a duration <input name="by" required value="${notice?.form?.by ?? 'P3DT4H'}" autocomplete="off" spellcheck="false"></label>`,
  }
  const to: ActionForm = {
    ...common,
    action: 'setClock',
    label: 'Set',
    fields: html`<label>To a moment, UTC <input name="now" required value="${notice?.form?.now ?? site.now().slice(0, 19)}" autocomplete="off" spellcheck="false"></label>`,
  }
  return section(
    'Now',
    html`<p class="huge">${clockReading(site)} <small>UTC</small> ${frozen ? '' : chip('running', 'live')}</p>
<p class="hint">Holds end and journeys expire by this clock. Tokens expire by ${tokens ? 'it, too' : 'the system clock'}. It only goes forward; a reset brings it back.</p>
${options.control ? html`<div class="buttons">${forms.map(form)}</div><div class="buttons">${form(by)}${form(to)}</div>` : ''}
${curls(options, origin, [...forms, { ...by, given: { by: 'P3DT4H' } }, { ...to, given: { now: '2027-01-01T00:00:00Z' } }])}`,
  )
}

function settings(view: SiteView): SafeHtml | string {
  const { site, form, options, origin, path } = view
  if (!options.control) return ''
  const { tokens } = site.clock.read()
  const common = { site: site.site_id, back: path }
  const token: ActionForm = {
    ...common,
    action: 'tokenClock',
    label: tokens ? 'Let tokens expire by the system clock' : 'Let tokens expire by this clock',
    given: { tokens: String(!tokens) },
  }
  const reset: ActionForm = {
    ...common,
    action: 'reset',
    label: 'Reset the site',
    tone: 'danger',
    confirm: 'Reset the site? Its data, clock, faults and requests go back to the seed.',
  }
  return section(
    'Tokens and reset',
    html`<p class="hint">With tokens on this clock, moving it makes the tokens of a client expire.</p>
<div class="buttons">${form(token)}</div>
<p class="hint">A reset takes data, clock, faults and requests back to the seed.</p>
<div class="buttons">${form(reset)}</div>
${curls(options, origin, [token, reset])}`,
  )
}

const SHOWN = 10

/** The rewards whose hold ends next, and how many are held. */
export function heldRewards({ site }: SiteView, limit = SHOWN): SafeHtml {
  const now = site.now()
  const held = site.store.heldCount(now)
  const next = site.store.heldRewards({ now, until: LAST_TIMESTAMP, limit })
  const item = ({ email, journey_id, journey_name, node_name, hold_end_datetime }: (typeof next)[number]) =>
    html`<li><a href="${memberPath(site.site_id, email)}">${email}</a><b>${inTime(site, hold_end_datetime)}</b>
<span class="hint">${clip(node_name, 60)} · <a href="${journeyPath(site.site_id, journey_id)}">${clip(journey_name, 40)}</a></span>${time(hold_end_datetime)}</li>`
  return section(
    'Rewards held',
    next.length === 0
      ? html`<p class="empty">No reward is held.</p>`
      : html`<ol class="held" aria-label="The next holds to end">${next.map(item)}</ol>`,
    { aside: held > limit ? html`<span class="note">${count(limit)} of ${count(held)}</span>` : undefined },
  )
}

function journeyEnds({ site }: SiteView): SafeHtml {
  const now = site.now()
  const dated = site.store
    .journeys()
    .flatMap(({ id, name, start_date, end_date }) => [
      ...(start_date !== null && start_date > now ? [{ id, name, at: start_date, what: 'starts' }] : []),
      ...(end_date !== null && end_date > now ? [{ id, name, at: end_date, what: 'ends' }] : []),
    ])
    .toSorted((a, b) => (a.at < b.at ? -1 : 1))
    .slice(0, SHOWN)
  const rows = dated.map(({ id, name, at, what }) => [
    html`<a class="row-link" href="${journeyPath(site.site_id, id)}">${clip(name, 80)}</a>`,
    what,
    html`${time(at)} <small>${inTime(site, at)}</small>`,
  ])
  return section(
    'Journeys that start or end',
    table('The next ones', ['Journey', 'What', 'When'], rows, {
      otherwise: 'No journey starts or ends by itself.',
    }),
  )
}
