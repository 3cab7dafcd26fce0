import { html, type SafeHtml } from '@remix-run/html-template'
import type { GraphRecord } from '../contract/records.ts'
import { clip } from '../diagram/text.ts'
import { closedReason, inactiveReason } from '../engine/as-of.ts'
import { compileJourney, uptoSteps, waitingStepsOf } from '../engine/graph.ts'
import { nearestName } from '../seed/suggest.ts'
import type { EventResult } from '../sites/events.ts'
import type { Site } from '../sites/site.ts'
import type { ParticipationDetail } from '../store/store.ts'
import { chip, folded, journeyLink, section } from './elements.ts'
import { actionForms, field, optionsOf } from './forms.ts'
import { type SiteView, sitePath, withQuery } from './view.ts'

/** The form that sends an event of a member. */

/** An event that would change something for a member. */
interface UsefulEvent {
  event: string
  /** JSON with which the criteria hold, where that can be read from them; otherwise empty. */
  attributes: string
  journey: string
  effect: keyof typeof EFFECTS
}

const EFFECTS = {
  next: { tone: 'live', meaning: 'Moves the member on' },
  enter: { tone: 'good', meaning: 'Starts the journey' },
  block: { tone: 'bad', meaning: 'Blocks a held reward' },
}

// A member of a big site is not in hundreds of journeys; the first of them are enough.
const MOST_ENTERED = 40

/** The events that a member's journeys wait for, those that block a held reward, and those that start a journey. */
function usefulEvents(site: Site, participations: readonly ParticipationDetail[]): UsefulEvent[] {
  const entered = new Set(participations.map(({ journey_id }) => journey_id))
  const others = site.store
    .journeys()
    .filter(({ id }) => !entered.has(id))
    .slice(0, MOST_ENTERED)
  const events = [
    ...participations.flatMap(participation => eventsInside(site, participation)),
    ...others.flatMap(({ id }) => eventsThatEnter(site, id)),
  ]
  return [...new Map(events.map(each => [`${each.event} ${each.journey}`, each])).values()]
}

function eventsInside(site: Site, participation: ParticipationDetail): UsefulEvent[] {
  const now = site.now()
  const journey = site.store.journey(participation.journey_id) as GraphRecord
  const graph = compileJourney(journey)
  const isOpen = inactiveReason(journey, participation, now) === undefined
  const waiting = isOpen ? waitingStepsOf(graph, participation).map(({ node_id }) => node_id) : []
  const blocking = participation.rewards
    .filter(({ hold_end_datetime: end }) => end !== null && end > now)
    .flatMap(({ node_id }) => {
      const node = graph.nodes.get(node_id)
      return node?.type === 'reward' ? [...node.blockedBy] : []
    })
  return [
    ...eventsAt(journey, waiting, 'next'),
    ...blocking.map(event => ({ event, attributes: '', journey: journey.name, effect: 'block' as const })),
  ]
}

function eventsThatEnter(site: Site, journeyId: string): UsefulEvent[] {
  const journey = site.store.journey(journeyId) as GraphRecord
  const graph = compileJourney(journey)
  if (closedReason(journey, site.now())) return []
  const free = graph.entries.filter(({ criterion }) => criterion === null).map(({ id }) => id)
  const steps = uptoSteps(graph, free).map(({ id }) => id)
  return eventsAt(journey, steps, 'enter')
}

/** The events that these nodes of a journey wait for. */
const eventsAt = (
  { name, nodes }: GraphRecord,
  ids: readonly string[],
  effect: UsefulEvent['effect'],
): UsefulEvent[] =>
  ids.flatMap(id => {
    const { event, criteria } = nodes.find(node => node.id === id)?.config ?? {}
    if (typeof event !== 'string') return []
    return { event, attributes: exampleJson(criteria), journey: name, effect }
  })

/** Attributes that meet a criterion, as JSON; empty where there are none. */
export function exampleJson(criteria: unknown): string {
  const attributes = exampleAttributes(criteria)
  return Object.keys(attributes).length > 0 ? JSON.stringify(attributes) : ''
}

const MOST_NAMES = 200
const MOST_OFFERS = 6

/** Sends an event of a member: it offers those that would change something, and shows the effects of the last one. */
export function eventForm(
  view: SiteView,
  email: string,
  participations: readonly ParticipationDetail[],
): SafeHtml | string {
  const { site, options, notice, query } = view
  if (!options.control) return ''
  const useful = usefulEvents(site, participations)
  const [first] = useful
  const { event, attributes = '' } = query.event === undefined ? (first ?? {}) : query
  const sample = useful.find(each => each.event === event)
  const names = site.store.eventNames(MOST_NAMES)
  const now = site.now().slice(0, 19)
  const fields = html`${field(view, 'Event', 'event', { required: true, maxlength: 200, list: 'event-names', value: event })}
<datalist id="event-names">${optionsOf(names)}</datalist>
${field(view, 'Attributes, as JSON', 'attributes_json', { rows: 2, placeholder: '{"amount": 50}', value: attributes })}
${folded('At another time than now', field(view, 'Time', 'at', { placeholder: now }), Boolean(notice?.form?.at))}`
  return section(
    'Send an event',
    html`${effects(view, names)}<div id="event-form">${offers(view, email, useful)}
${actionForms(view, {
  action: 'postEvent',
  label: 'Send event',
  tone: 'primary',
  back: sitePath(site, 'members', email),
  given: { email },
  fields,
  example: { event: event || 'purchase', attributes_json: sample?.attributes },
})}</div>`,
  )
}

/** The events that would change something; each fills in the form. */
function offers({ site }: SiteView, email: string, useful: readonly UsefulEvent[]): SafeHtml {
  if (useful.length === 0) return html`<p class="hint">No journey waits for an event of this member.</p>`
  const items = useful.slice(0, MOST_OFFERS).map(({ event, attributes, journey, effect }) => {
    const { tone, meaning } = EFFECTS[effect]
    const path = withQuery(sitePath(site, 'members', email), { event, attributes })
    return html`<li><a class="offer" href="${path}" title="${meaning}: ${clip(journey, 80)}">${chip(effect, tone)} <code>${event}</code> <small>${clip(journey, 60)}</small></a></li>`
  })
  const more = useful.length - items.length
  return html`<ul class="offers" aria-label="Events that change something" hx-boost:inherited="true" hx-target:inherited="#event-form" hx-select:inherited="#event-form" hx-swap:inherited="outerMorph show:none" hx-push-url:inherited="false">${items}</ul>${more > 0 ? html`<p class="hint">and ${more} more, in the list of the field</p>` : ''}`
}

/** The effects of the last event, journey by journey, or why there are none. */
function effects({ site, notice }: SiteView, names: readonly string[]): SafeHtml | string {
  const { event = '', outcomes } = (notice?.answer ?? {}) as Partial<EventResult>
  if (outcomes === undefined) return ''
  const items = outcomes.flatMap(outcome => {
    const [tone, messages] = outcome.type === 'no_effect' ? ['wait', outcome.reasons] : ['good', [outcome]]
    return messages.map(({ journey_id, journey_name: name, message }) => {
      const said = message.startsWith(`${name} `) ? message.slice(name.length + 1) : message
      return html`<li class="${tone}">${journeyLink(site, journey_id, name, 60)}<p>${said}</p></li>`
    })
  })
  const meant = nearestName(event, names)
  const unknown = html`<li class="wait"><p>No journey waits for “${event}”.${meant === undefined ? '' : html` Did you mean <code>${meant}</code>?`}</p></li>`
  return html`<div class="outcomes"><h3>Effects of “${event}”</h3><ul>${names.includes(event) ? '' : unknown}${items}</ul></div>`
}

type Attributes = Record<string, unknown>

/** What is added to a value so that the comparison with the value itself holds. */
const OFFSETS: Record<string, number> = { '==': 0, '===': 0, '>=': 0, '<=': 0, '>': 1, '<': -1 }

/** Attributes of an event with which a criterion holds, as far as they can be read from it; `{}` where there are none. */
export function exampleAttributes(rule: unknown): Attributes {
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) return {}
  const [[operator, given] = ['', undefined]] = Object.entries(rule)
  const args: unknown[] = Array.isArray(given) ? given : [given]
  const [first, second, third] = args
  const offset = OFFSETS[operator]
  if (offset !== undefined) {
    // The variable is between two values, before a value, or after it.
    if (third !== undefined) return attribute(second, add(first, -offset))
    return nameOf(first) ? attribute(first, add(second, offset)) : attribute(second, add(first, -offset))
  }
  switch (operator) {
    case 'and':
      return Object.assign({}, ...args.map(exampleAttributes))
    case 'or':
    case '!!':
      return exampleAttributes(first)
    case 'var':
      return attribute(rule, true)
    case 'in':
      return Array.isArray(second) ? attribute(first, second[0]) : attribute(second, first)
    default:
      return {}
  }
}

/** The name of the event's attribute that a variable reads; nested names are rare, and left out. */
function nameOf(variable: unknown): string | undefined {
  const given = (variable as { var?: unknown } | null)?.var
  const path = Array.isArray(given) ? given[0] : given
  return typeof path === 'string' ? /^attributes\.([^.]+)$/.exec(path)?.[1] : undefined
}

function attribute(variable: unknown, value: unknown): Attributes {
  const name = nameOf(variable)
  // A value that is computed is not known.
  const isKnown = value !== undefined && (typeof value !== 'object' || value === null)
  return name !== undefined && isKnown ? { [name]: value } : {}
}

const add = (value: unknown, by: number): unknown => (typeof value === 'number' ? value + by : value)
