import { html, type SafeHtml } from '@remix-run/html-template'
import { instantOf } from '../clock.ts'
import type { Site } from '../sites/site.ts'
import type { ActionForm } from './action-forms.ts'
import { chip } from './elements.ts'
import { clockPath } from './paths.ts'
import type { SiteView } from './view.ts'

/** The site's time; the browser lets it run on. */
export function clockReading(site: Site): SafeHtml {
  const { now, frozen } = site.clock.read()
  return html`<time class="reading" datetime="${now}" data-clock="${frozen ? 'frozen' : 'running'}"><span class="date">${now.slice(0, 10)}</span> <span class="hour">${now.slice(11, 16)}<span class="seconds">${now.slice(16, 19)}</span></span></time>${frozen ? html` ${chip('frozen', 'wait')}` : ''}`
}

const STEPS = [
  ['PT1H', '+1 h'],
  ['P1D', '+1 d'],
  ['P14D', '+14 d'],
] as const

/** How the clock is moved: by so much, or to the next moment at which something ends. */
export function clockForms({ site, path }: SiteView): ActionForm[] {
  const { frozen } = site.clock.read()
  const { hold_end, journey_end } = site.store.nextMoments(site.now())
  const common = { site: site.site_id, back: path }
  const advance = (given: Record<string, string>, label: string): ActionForm => ({
    ...common,
    action: 'advance',
    label,
    given,
  })
  return [
    ...STEPS.map(([by, label]) => advance({ by }, label)),
    ...(hold_end === null
      ? []
      : [advance({ to: 'next_hold_end' }, `Next hold ends ${inTime(site, hold_end)}`)]),
    ...(journey_end === null
      ? []
      : [advance({ to: 'next_journey_end' }, `Next journey ends ${inTime(site, journey_end)}`)]),
    { ...common, action: frozen ? 'unfreeze' : 'freeze', label: frozen ? 'Let it run' : 'Freeze' },
  ]
}

/** What opens at the clock, on every page. */
export function clockPanel(view: SiteView): SafeHtml {
  const { site, form, options } = view
  return html`<p class="popover-title">Clock of ${site.name}</p>
<p class="large">${clockReading(site)} UTC</p>
<p class="hint">Holds end and journeys expire by this clock. It only goes forward; a reset of the site brings it back.</p>
${options.control ? html`<div class="buttons">${clockForms(view).map(form)}</div>` : ''}
<p><a href="${clockPath(site.site_id)}">More about the clock</a></p>`
}

const UNITS = [
  ['y', 365 * 24 * 60],
  ['d', 24 * 60],
  ['h', 60],
  ['min', 1],
] as const

/** How far a moment is from the site's present: `in 13 d 4 h`. */
export function inTime(site: Site, moment: string): string {
  const minutes = Math.max(0, Math.ceil((instantOf(moment) - instantOf(site.now())) / 60_000))
  const parts: string[] = []
  let rest = minutes
  for (const [unit, size] of UNITS) {
    const n = Math.floor(rest / size)
    if (n > 0) parts.push(`${n} ${unit}`)
    rest %= size
  }
  return `in ${parts.slice(0, 2).join(' ') || '0 min'}`
}
