import { html, type SafeHtml } from '@remix-run/html-template'
import { instantOf } from '../clock.ts'
import { LAST_TIMESTAMP } from '../contract/formats.ts'
import { clip } from '../diagram/text.ts'
import type { Site } from '../sites/site.ts'
import { count } from '../text.ts'
import { chip, journeyLink, memberLink, section, time } from './elements.ts'
import { type ActionForm, actionForm, actionForms, field } from './forms.ts'
import { type Page, type SiteView, sitePath, type Values } from './view.ts'

/** The clock of a site: its time, ways to move it, and the rewards that are issued next. */
export const clockPage = (view: SiteView): Page => ({
  title: 'Clock',
  content: html`<div class="columns">${present(view)}${settings(view)}</div>${heldRewards(view)}`,
})

/** The popover of the clock, on every page. */
export const clockPanel = (
  view: SiteView,
): SafeHtml => html`<p class="popover-title">Clock of ${view.site.name}</p>
<p class="large">${clockReading(view.site)} UTC</p>
<p class="hint">Holds end and journeys expire by this clock. It only goes forward; a reset of the site brings it back.</p>
${view.options.control ? html`<div class="buttons">${clockForms(view).map(form => actionForm(view, form))}</div>` : ''}
<p><a href="${sitePath(view.site, 'clock')}">More about the clock</a></p>`

/** The site's time; the browser updates it every second. */
export function clockReading(site: Site): SafeHtml {
  const { now, frozen } = site.clock.read()
  return html`<time datetime="${now}" data-clock="${frozen ? 'frozen' : 'running'}"><span>${now.slice(0, 10)}</span> <span class="hour">${now.slice(11, 16)}<span class="seconds">${now.slice(16, 19)}</span></span></time>${frozen ? html` ${chip('frozen', 'wait')}` : ''}`
}

/** Buttons that move the clock: by a step, or to the next end of a hold or a journey. */
function clockForms({ site }: SiteView): ActionForm[] {
  const { frozen } = site.clock.read()
  const { hold_end, journey_end } = site.store.nextMoments(site.now())
  const advance = (label: string, given: Values): ActionForm => ({ action: 'advance', label, given })
  return [
    advance('+1 h', { by: 'PT1H' }),
    advance('+1 d', { by: 'P1D' }),
    advance('+14 d', { by: 'P14D' }),
    ...(hold_end === null
      ? []
      : [advance(`Next hold ends ${inTime(site, hold_end)}`, { to: 'next_hold_end' })]),
    ...(journey_end === null
      ? []
      : [advance(`Next journey ends ${inTime(site, journey_end)}`, { to: 'next_journey_end' })]),
    frozen ? { action: 'unfreeze', label: 'Let it run' } : { action: 'freeze', label: 'Freeze' },
  ]
}

const UNITS = [
  ['y', 365 * 24 * 60],
  ['d', 24 * 60],
  ['h', 60],
  ['min', 1],
] as const

/** How far a moment is from the site's present: `in 13 d 4 h`. */
export function inTime(site: Site, moment: string): string {
  let minutes = Math.max(0, Math.ceil((instantOf(moment) - instantOf(site.now())) / 60_000))
  const parts: string[] = []
  for (const [unit, size] of UNITS) {
    const n = Math.floor(minutes / size)
    if (n > 0) parts.push(`${n} ${unit}`)
    minutes %= size
  }
  return `in ${parts.slice(0, 2).join(' ') || '0 min'}`
}

function present(view: SiteView): SafeHtml {
  const { site } = view
  const { frozen, tokens } = site.clock.read()
  const others: ActionForm[] = [
    {
      action: 'advance',
      label: 'Advance',
      fields: field(view, 'By a duration', 'by', { required: true, value: 'P3DT4H' }),
      example: { by: 'P3DT4H' },
    },
    {
      action: 'setClock',
      label: 'Set',
      fields: field(view, 'To a moment, UTC', 'now', { required: true, value: site.now().slice(0, 19) }),
      example: { now: '2027-01-01T00:00:00Z' },
    },
  ]
  return section(
    'Now',
    html`<p class="huge">${clockReading(site)} <small>UTC</small> ${frozen ? '' : chip('running', 'live')}</p>
<p class="hint">Holds end and journeys expire by this clock. Tokens expire by ${tokens ? 'it, too' : 'the system clock'}. It only goes forward; a reset brings it back.</p>
${actionForms(view, ...clockForms(view), ...others)}`,
  )
}

function settings(view: SiteView): SafeHtml | string {
  if (!view.options.control) return ''
  const { tokens } = view.site.clock.read()
  const token: ActionForm = {
    action: 'tokenClock',
    label: tokens ? 'Let tokens expire by the system clock' : 'Let tokens expire by this clock',
    given: { tokens: String(!tokens) },
  }
  const reset: ActionForm = {
    action: 'reset',
    label: 'Reset the site',
    tone: 'danger',
    confirm: 'Reset the site? Its data, clock, faults and requests go back to the seed.',
  }
  return section(
    'Tokens and reset',
    html`<p class="hint">With tokens on this clock, moving it makes the tokens of a client expire. A reset takes data, clock, faults and requests back to the seed.</p>
${actionForms(view, token, reset)}`,
  )
}

const MOST_SHOWN = 10

/** The rewards whose hold ends next, and how many are held. */
export function heldRewards({ site }: SiteView, limit = MOST_SHOWN): SafeHtml {
  const now = site.now()
  const total = site.store.heldCount(now)
  const next = site.store.heldRewards({ now, until: LAST_TIMESTAMP, limit })
  const items = next.map(
    ({ email, journey_id, journey_name, node_name, hold_end_datetime }) =>
      html`<li>${memberLink(site, email)}<b>${inTime(site, hold_end_datetime)}</b>
<span class="hint">${clip(node_name, 60)} · ${journeyLink(site, journey_id, journey_name, 40)}</span>${time(hold_end_datetime)}</li>`,
  )
  return section(
    'Rewards held',
    items.length === 0
      ? html`<p class="empty">No reward is held.</p>`
      : html`<ol class="held" aria-label="The next holds to end">${items}</ol>`,
    { aside: total > limit ? html`<span class="note">${count(limit)} of ${count(total)}</span>` : undefined },
  )
}
