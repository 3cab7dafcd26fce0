import { html, type SafeHtml } from '@remix-run/html-template'
import { clip } from '../diagram/text.ts'
import { nearestName } from '../seed/suggest.ts'
import type { EventResult } from '../sites/events.ts'
import { curls } from './action-forms.ts'
import type { AwaitedEvent } from './awaited.ts'
import { chip, section } from './elements.ts'
import { journeyPath, memberPath, withQuery } from './paths.ts'
import type { SiteView } from './view.ts'

const EFFECTS = {
  next: ['next', 'live', 'Moves the member on'],
  enter: ['enter', 'good', 'Starts the journey'],
  block: ['block', 'bad', 'Blocks a held reward'],
} as const

/** Sends an event of a member: it offers those that would change something, and shows the effects of the last one. */
export function eventForm(
  view: SiteView,
  email: string,
  awaited: readonly AwaitedEvent[],
): SafeHtml | string {
  const { site, options, form, notice, query, origin } = view
  if (!options.control) return ''
  const [first] = awaited
  const prefilled =
    query.event === undefined
      ? { event: first?.event ?? '', attributes_json: jsonOf(first?.attributes) }
      : { event: query.event, attributes_json: query.attributes ?? '' }
  // What was refused is to be corrected; what was sent makes room for the next event.
  const given = notice?.form?.event === undefined ? prefilled : notice.form
  const names = site.store.eventNames(MOST_NAMES)
  const common = { action: 'postEvent', site: site.site_id } as const
  const fields = html`<label>Event <input name="event" required maxlength="200" list="event-names" autocomplete="off" value="${given.event}"></label>
<datalist id="event-names">${names.map(name => html`<option value="${name}"></option>`)}</datalist>
<label>Attributes, as JSON <textarea name="attributes_json" rows="2" spellcheck="false" placeholder='{"amount": 50}'>${given.attributes_json}</textarea></label>
<details class="folded"${notice?.form?.at ? html` open` : ''}><summary>At another time than now</summary><label>Time <input name="at" placeholder="${site.now().slice(0, 19)}" value="${notice?.form?.at}"></label></details>`
  return section(
    'Send an event',
    html`${cameOfIt(view, names)}<div id="event-form">${offers(view, email, awaited)}
${form({ ...common, label: 'Send event', back: memberPath(site.site_id, email), given: { email }, fields, tone: 'primary' })}
${curls(options, origin, [{ ...common, given: { email, event: given.event || 'purchase', attributes_json: validJson(given.attributes_json) } }])}</div>`,
  )
}

const MOST_NAMES = 200
const MOST_OFFERS = 6

const jsonOf = (attributes: Record<string, unknown> = {}): string =>
  Object.keys(attributes).length > 0 ? JSON.stringify(attributes) : ''

const validJson = (text = ''): string => {
  try {
    JSON.parse(text)
    return text
  } catch (error) {
    if (error instanceof SyntaxError) return ''
    throw error
  }
}

/** The events that would change something; each fills in the form. */
function offers({ site }: SiteView, email: string, awaited: readonly AwaitedEvent[]): SafeHtml {
  if (awaited.length === 0) return html`<p class="hint">No journey waits for an event of this member.</p>`
  const offer = ({ event, attributes, journey, effect }: AwaitedEvent) => {
    const [label, tone, meaning] = EFFECTS[effect]
    const path = withQuery(memberPath(site.site_id, email), { event, attributes: jsonOf(attributes) })
    return html`<li><a class="offer" href="${path}" title="${meaning}: ${clip(journey, 80)}">${chip(label, tone)} <code>${event}</code> <small>${clip(journey, 60)}</small></a></li>`
  }
  return html`<ul class="offers" aria-label="Events that change something" hx-boost:inherited="true" hx-target:inherited="#event-form" hx-select:inherited="#event-form" hx-swap:inherited="outerMorph show:none" hx-push-url:inherited="false">${awaited.slice(0, MOST_OFFERS).map(offer)}</ul>${awaited.length > MOST_OFFERS ? html`<p class="hint">and ${awaited.length - MOST_OFFERS} more, in the list of the field</p>` : ''}`
}

/** The effects of the last event, journey by journey, or why there are none. */
function cameOfIt({ site, notice }: SiteView, names: readonly string[]): SafeHtml | string {
  const result = notice?.answer as EventResult | undefined
  if (result?.outcomes === undefined) return ''
  const rows = result.outcomes.flatMap(outcome => {
    if (outcome.type !== 'no_effect')
      return [
        { journey_id: outcome.journey_id, name: outcome.journey_name, message: outcome.message, moved: true },
      ]
    return outcome.reasons.map(({ journey_id, journey_name, message }) => ({
      journey_id,
      name: journey_name,
      message,
      moved: false,
    }))
  })
  const meant = names.includes(result.event) ? undefined : nearestName(result.event, names)
  const unknown = names.includes(result.event)
    ? ''
    : html`<li class="wait"><p>“${result.event}” is awaited nowhere.${meant === undefined ? '' : html` Did you mean <code>${meant}</code>?`}</p></li>`
  return html`<div class="outcomes"><h3>Effects of “${result.event}”</h3><ul>${unknown}${rows.map(
    ({ journey_id, name, message, moved }) =>
      html`<li class="${moved ? 'good' : 'wait'}"><a href="${journeyPath(site.site_id, journey_id)}">${clip(name, 60)}</a><p>${message.startsWith(`${name} `) ? message.slice(name.length + 1) : message}</p></li>`,
  )}</ul></div>`
}
