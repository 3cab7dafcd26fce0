import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { GraphRecord, HistoryRecord } from '../contract/records.ts'
import { diagramOf } from '../diagram/diagram.ts'
import { clip } from '../diagram/text.ts'
import { participationAsOf } from '../engine/as-of.ts'
import { compileJourney } from '../engine/graph.ts'
import { pathOf } from '../engine/path.ts'
import { NotFound } from '../errors.ts'
import type { Site } from '../sites/site.ts'
import type { ParticipationDetail } from '../store/store.ts'
import { curls } from './action-forms.ts'
import { journeyHref, membersHref, requestsHref, withQuery } from './addresses.ts'
import { callWithToken } from './calls.ts'
import { drawing } from './drawing.ts'
import { chip, copyable, facts, pageNumber, pager, pretty, section, status, table, time } from './elements.ts'
import type { InspectorOptions } from './options.ts'
import { sendPage } from './page.ts'
import { type PageOptions, paramOf, siteCrumbs, siteOf, type View, viewOf } from './view.ts'

const PAGE_SIZE = 10
const MOST_EVENTS = 200 /** A member: the way through each journey, what was done, and what the API says of it. */
export async function memberPage(
  request: FastifyRequest,
  reply: FastifyReply,
  page: PageOptions,
): Promise<FastifyReply> {
  const { options } = page
  const view = viewOf(request, page)
  const site = siteOf(options, request)
  const given = paramOf(request, 'email')
  const member = site.store.member(given)
  const participations = site.store.participations(given)
  if (!member || !participations) throw new NotFound(`there is no member ${given}`)
  const { email, attributes, history } = member
  const number = pageNumber(view.query.page)
  const paging = { page: number, size: PAGE_SIZE, total: participations.length }
  const shown = participations.slice((number - 1) * PAGE_SIZE, number * PAGE_SIZE)
  const known = Object.keys(attributes).length > 0
  return sendPage(reply, {
    ...view,
    title: email,
    crumbs: [...siteCrumbs(site), [membersHref(site.site_id), 'Members']],
    aside: html`<a href="${withQuery(requestsHref(site.site_id), { email })}">Calls about this member</a>`,
    content: [
      known ? facts([['Attributes', html`<code>${JSON.stringify(attributes)}</code>`]]) : html``,
      options.control ? section('Let something happen', eventForm(site, email, options, view)) : html``,
      section(
        'Journeys',
        shown.length > 0
          ? await Promise.all(shown.map(participation => way(site, participation)))
          : html`<p class="empty">In no journey yet.</p>`,
      ),
      participations.length > PAGE_SIZE ? pager(view.path, paging) : html``,
      section('What was done', events(history)),
      section('What the API answers', await answers(site, email, options)),
      callWithToken(site, options, view.baseUrl, { operation: 'getMemberJourneys', identifier: email }),
    ],
  })
}

/** A participation as the graph of its journey, with the way that the member has come. */
async function way(site: Site, stored: ParticipationDetail): Promise<SafeHtml> {
  const { journey, ...participation } = participationAsOf(stored, site.now())
  const graph = site.store.journey(stored.journey_id) as GraphRecord
  const path = pathOf(compileJourney(graph), stored)
  const rewards = new Map(participation.rewards.map(reward => [reward.node_id, reward]))
  const done = new Map(participation.events.map(event => [event.node_id, event.completed_at]))
  const diagram = diagramOf(graph, {
    node(id) {
      const reward = rewards.get(id)
      if (reward) return { note: rewardNote(reward), marks: ['passed', reward.status] }
      if (path.waiting.has(id)) return { note: 'stands here', marks: ['here'] }
      if (!path.passed.has(id)) return { marks: ['ahead'] }
      const at = done.get(id)
      return { note: at === undefined ? undefined : `✓ ${at.slice(0, 10)}`, marks: ['passed'] }
    },
    connection: connection => ({ marks: [path.took(connection) ? 'taken' : 'ahead'] }),
  })
  return html`<article class="way">
<div class="heading"><h3><a href="${journeyHref(site.site_id, stored.journey_id)}">${clip(journey.name)}</a></h3>
<span>${status(participation.status)} <progress max="100" value="${participation.progress_percentage}" aria-label="Progress"></progress> ${participation.progress_percentage} %</span></div>
${facts([
  ['Started', time(participation.started_at)],
  ['Completed', participation.completed_at === null ? undefined : time(participation.completed_at)],
  ['Expired', participation.expired_at === null ? undefined : time(participation.expired_at)],
])}
${await drawing(diagram, `The way through ${clip(journey.name)}`)}
${steps(graph, path.waiting, participation)}
</article>`
}

type Reward = ReturnType<typeof participationAsOf<ParticipationDetail>>['rewards'][number]

function rewardNote(reward: Reward): string {
  if ('hold_end_datetime' in reward) return `held until ${reward.hold_end_datetime.slice(0, 10)}`
  return 'blocked_by' in reward ? `blocked by ${reward.blocked_by}` : 'issued'
}

/** The same as the drawing, in words. */
function steps(
  { nodes }: GraphRecord,
  waiting: ReadonlySet<string>,
  { events, rewards }: Pick<ReturnType<typeof participationAsOf<ParticipationDetail>>, 'events' | 'rewards'>,
): SafeHtml {
  const rows = [
    ...events.map(
      ({ name, completed_at }) =>
        html`<tr><th scope="row" class="name">${name}</th><td>${chip('done', 'good')}</td><td>${time(completed_at)}</td></tr>`,
    ),
    ...rewards.map(
      reward =>
        html`<tr><th scope="row" class="name">${reward.name} <small>${reward.type}</small></th><td>${status(reward.status)}</td><td>${rewardTimes(reward)}</td></tr>`,
    ),
    ...nodes
      .filter(({ id }) => waiting.has(id))
      .map(
        ({ name, config }) =>
          html`<tr><th scope="row" class="name">${name}</th><td>${chip('stands here', 'live')}</td><td>${
            typeof config.event === 'string' ? html`waits for <code>${config.event}</code>` : ''
          }</td></tr>`,
      ),
  ]
  return table('Steps done, rewards reached, and where the member stands', ['What', 'Status', 'When'], rows)
}

function rewardTimes(reward: Reward): SafeHtml {
  if ('hold_end_datetime' in reward)
    return html`from ${time(reward.hold_start_datetime)} until ${time(reward.hold_end_datetime)}`
  return 'blocked_by' in reward
    ? html`by <code>${reward.blocked_by}</code> ${time(reward.blocked_at)}`
    : html``
}

/** Newest first. */
function events(history: readonly HistoryRecord[]): SafeHtml {
  const newest = history.slice(-MOST_EVENTS).reverse()
  const rows = newest.map(
    ({ event, attributes, at }) =>
      html`<tr><td>${time(at)}</td><th scope="row" class="name">${event}</th><td>${
        Object.keys(attributes).length > 0 ? html`<code>${JSON.stringify(attributes)}</code>` : ''
      }</td></tr>`,
  )
  const more = history.length - newest.length
  return html`${table('Events, newest first', ['When', 'Event', 'Attributes'], rows, {
    otherwise: 'No events: the seed says where the member is, not how it came about.',
  })}${more > 0 ? html`<p class="hint">${more} older ones are not shown.</p>` : ''}`
}

async function answers(
  { site_id }: Site,
  email: string,
  { api, basePath }: InspectorOptions,
): Promise<SafeHtml> {
  const name = encodeURIComponent(email)
  const paths = [`/user/${name}/journeys`, `/user_journeys/${name}`]
  const shown = paths.map(async path => {
    const { status: code, body } = await api(site_id, path)
    const title = `GET ${basePath}${path}`
    return html`<figure><figcaption><code>${title}</code> ${chip(String(code), code < 400 ? 'good' : 'bad')}</figcaption>${copyable(pretty(body), `Answer of ${title}`)}</figure>`
  })
  return html`<div class="columns answers">${await Promise.all(shown)}</div>`
}

function eventForm(
  site: Site,
  email: string,
  options: InspectorOptions,
  { form, path, notice, origin }: View,
): SafeHtml {
  const given = notice?.form ?? {}
  const names = site.store.eventNames(MOST_NAMES)
  const common = { action: 'postEvent', site: site.site_id } as const
  const fields = html`<label>Event <input name="event" required maxlength="200" list="event-names" autocomplete="off" value="${given.event}"></label>
<datalist id="event-names">${names.map(name => html`<option value="${name}"></option>`)}</datalist>
<label>Attributes, as JSON <textarea name="attributes" rows="2" spellcheck="false" placeholder='{"amount": 50}'>${given.attributes}</textarea></label>
<label>At, if not now <input name="at" placeholder="${site.now().slice(0, 19)}" value="${given.at}"></label>`
  return html`${form({ ...common, label: 'Send', back: path, given: { email }, fields, tone: 'primary' })}
${curls(options, origin, [{ ...common, given: { email, event: names[0] ?? 'purchase', attributes: '{"amount": 50}' } }])}`
}

const MOST_NAMES = 200
