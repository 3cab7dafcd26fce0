import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyReply } from 'fastify'
import {
  type GraphRecord,
  MEMBER_STATUSES,
  type MemberRecord,
  type MemberStatus,
} from '../contract/records.ts'
import { diagramOf } from '../diagram/diagram.ts'
import { clip } from '../diagram/text.ts'
import { participationAsOf } from '../engine/as-of.ts'
import { compileJourney } from '../engine/graph.ts'
import { pathOf } from '../engine/path.ts'
import type { EventResult } from '../sites/events.ts'
import type { Site } from '../sites/site.ts'
import type { ParticipationDetail } from '../store/store.ts'
import { type ActionForm, curls } from './action-forms.ts'
import { awaitedEvents } from './awaited.ts'
import { callWithToken } from './calls.ts'
import { canvas } from './canvas.ts'
import { jsonBlock } from './code.ts'
import { chip, facts, foldedSection, pageNumber, pager, section, status, table, time } from './elements.ts'
import { eventForm } from './event-form.ts'
import { creation } from './new-member.ts'
import { sendPage } from './page.ts'
import { journeyPath, memberPath, membersPath, requestsPath, withQuery } from './paths.ts'
import { timeline } from './timeline.ts'
import type { SiteView } from './view.ts'

const PAGE_SIZE = 8

/** A member: the way through each journey beside what happened, and a form to let the next event happen. */
export async function memberPage(view: SiteView, given: string, reply: FastifyReply): Promise<FastifyReply> {
  const { site } = view
  const member = site.store.member(given)
  const participations = site.store.participations(given)
  if (!member || !participations) return sendMissing(view, given, reply)
  const { email } = member
  const now = site.now()
  // Those in progress come first, and of them those that moved last.
  const ordered = participations.toSorted(
    (a, b) => rank(a, now) - rank(b, now) || (a.updated_at < b.updated_at ? 1 : -1),
  )
  const number = pageNumber(view.query.page)
  const shown = ordered.slice((number - 1) * PAGE_SIZE, number * PAGE_SIZE)
  const paging = { page: number, size: PAGE_SIZE, total: participations.length }
  return sendPage(reply, {
    view,
    title: email,
    // The effects of an event are shown above its form.
    notice: view.notice?.answer ? { ...view.notice, details: [] } : view.notice,
    tab: 'members',
    crumbs: [[membersPath(site.site_id), 'Members']],
    aside: html`${memberStatus(member)}<a href="${withQuery(requestsPath(site.site_id), { q: email })}">Requests about this member</a>`,
    content: [
      attributesOf(member),
      html`<div class="member-columns">
<div class="ways">${shown.length > 0 ? await Promise.all(shown.map(stored => way(view, stored))) : html`<section class="card"><p class="empty">In no journey yet. Send an event that starts one.</p></section>`}
${participations.length > PAGE_SIZE ? pager(memberPath(site.site_id, email), paging) : ''}</div>
<div class="beside">${eventForm(view, email, awaitedEvents(site, ordered))}
${section('Timeline', timeline(site, ordered, member.history))}</div>
</div>`,
      foldedSection('What the API answers', await answers(view, email)),
      html`${callWithToken(view, { operation: 'getMemberJourneys', identifier: email })}
${changes(view, email, member.status)}`,
    ],
  })
}

const rank = (stored: ParticipationDetail, now: string): number =>
  participationAsOf(stored, now).status === 'InProgress' ? 0 : 1

/** A page that offers to create the member. */
const sendMissing = (view: SiteView, email: string, reply: FastifyReply): FastifyReply =>
  sendPage(reply.code(404), {
    view,
    title: 'No such member',
    tab: 'members',
    crumbs: [[membersPath(view.site.site_id), 'Members']],
    content: html`<section class="card"><p>There is no member ${clip(email, 320)} on the site ${view.site.name}.</p>${view.options.control ? creation(view, email) : ''}
<p><a href="${membersPath(view.site.site_id)}">All members</a></p></section>`,
  })

/** Members who are blocked or have opted out get an error from the vendor API. */
const memberStatus = (member: MemberRecord): SafeHtml | string =>
  member.status === 'active' ? '' : status(member.status)

const attributesOf = ({ attributes }: MemberRecord): SafeHtml =>
  Object.keys(attributes).length === 0
    ? html``
    : facts(
        Object.entries(attributes).map(([name, value]) => [
          name,
          typeof value === 'string' ? value : html`<code>${JSON.stringify(value)}</code>`,
        ]),
      )

/** A participation as the graph of its journey, with the way that the member has come; closed once it is over. */
async function way(view: SiteView, stored: ParticipationDetail): Promise<SafeHtml> {
  const { site } = view
  const { journey, ...participation } = participationAsOf(stored, site.now())
  const open = participation.status === 'InProgress' || litNodes(view, stored.id).size > 0
  return html`<details class="card way"${open ? html` open` : ''}>
<summary><h2>${clip(journey.name)}</h2> ${status(participation.status)} <span class="progress"><progress max="100" value="${participation.progress_percentage}" aria-label="Progress"></progress> ${participation.progress_percentage} %</span></summary>
${await wayDrawing(view, stored)}
${rewardList(participation.rewards)}
<p class="hint">Started ${time(participation.started_at)}${participation.completed_at === null ? '' : html`, completed ${time(participation.completed_at)}`}${participation.expired_at === null ? '' : html`, expired ${time(participation.expired_at)}`} · <a href="${journeyPath(site.site_id, stored.journey_id)}">The journey</a></p>
${steps(site, stored)}
</details>`
}

/** The nodes of a participation that the last event changed. */
function litNodes({ notice }: SiteView, participationId: string): Set<string> {
  const { outcomes = [] } = (notice?.answer ?? {}) as Partial<EventResult>
  return new Set(
    outcomes.flatMap(outcome =>
      'node_id' in outcome && outcome.participation_id === participationId ? [outcome.node_id] : [],
    ),
  )
}

function wayDrawing(view: SiteView, stored: ParticipationDetail): Promise<SafeHtml> {
  const { site } = view
  const { journey, ...participation } = participationAsOf(stored, site.now())
  const graph = site.store.journey(stored.journey_id) as GraphRecord
  const path = pathOf(compileJourney(graph), stored)
  const lit = litNodes(view, stored.id)
  const rewards = new Map(participation.rewards.map(reward => [reward.node_id, reward]))
  const done = new Map(participation.events.map(event => [event.node_id, event.completed_at]))
  const link = journeyPath(site.site_id, graph.id)
  const diagram = diagramOf(graph, {
    node(id) {
      const marks = lit.has(id) ? ['lit'] : []
      const href = `${link}?node=${id}`
      const reward = rewards.get(id)
      if (reward) return { href, note: rewardNote(reward), marks: ['passed', reward.status, ...marks] }
      if (path.waiting.has(id)) return { href, note: 'waits here', marks: ['here', ...marks] }
      if (!path.passed.has(id)) return { href, marks: ['ahead'] }
      const at = done.get(id)
      return {
        href,
        note: at === undefined ? undefined : `✓ ${at.slice(0, 10)}`,
        marks: ['passed', ...marks],
      }
    },
    connection: connection => ({ marks: [path.took(connection) ? 'taken' : 'ahead'] }),
  })
  return canvas(diagram, { label: `The way through ${clip(journey.name)}`, name: stored.id, kind: 'compact' })
}

type Reward = ReturnType<typeof participationAsOf<ParticipationDetail>>['rewards'][number]

function rewardNote(reward: Reward): string {
  if ('hold_end_datetime' in reward) return `held until ${reward.hold_end_datetime.slice(0, 10)}`
  return 'blocked_by' in reward ? `blocked by ${reward.blocked_by}` : 'issued'
}

function rewardList(rewards: readonly Reward[]): SafeHtml | string {
  if (rewards.length === 0) return ''
  return html`<ul class="rewards" aria-label="Rewards">${rewards.map(
    reward =>
      html`<li>${status(reward.status)} <b>${clip(reward.name)}</b> <small>${reward.type}</small>${rewardTimes(reward)}</li>`,
  )}</ul>`
}

function rewardTimes(reward: Reward): SafeHtml | string {
  if ('hold_end_datetime' in reward)
    return html` <span class="hint">until ${time(reward.hold_end_datetime)}</span>`
  if ('blocked_by' in reward)
    return html` <span class="hint">by <code>${reward.blocked_by}</code> ${time(reward.blocked_at)}</span>`
  return ''
}

/** The same as the drawing, in words. */
function steps(site: Site, stored: ParticipationDetail): SafeHtml {
  const { events } = participationAsOf(stored, site.now())
  const graph = site.store.journey(stored.journey_id) as GraphRecord
  const { waiting } = pathOf(compileJourney(graph), stored)
  const rows = [
    ...events.map(({ name, completed_at }) => [clip(name), chip('done', 'good'), time(completed_at)]),
    ...graph.nodes
      .filter(({ id }) => waiting.has(id))
      .map(({ name, config }) => [
        clip(name),
        chip('waits here', 'live'),
        typeof config.event === 'string' ? html`waits for <code>${config.event}</code>` : '',
      ]),
  ]
  return html`<details class="folded"><summary>Steps as a table</summary>${table('Steps done, and where the member waits', ['Step', 'Status', 'When'], rows)}</details>`
}

async function answers({ site, options }: SiteView, email: string): Promise<SafeHtml> {
  const name = encodeURIComponent(email)
  const paths = [`/user/${name}/journeys`, `/user_journeys/${name}`]
  const shown = paths.map(async path => {
    const { status: code, body } = await options.api(site.site_id, path)
    const title = `GET ${options.basePath}${path}`
    return html`<figure><figcaption><code>${title}</code> ${chip(String(code), code < 400 ? 'good' : 'bad')}</figcaption>${jsonBlock(body, `Response of ${title}`)}</figure>`
  })
  return html`<div class="columns">${await Promise.all(shown)}</div>`
}

const STATUS_LABELS = { active: 'Make active', blocked: 'Block', opted_out: 'Opt out' }

/** Buttons that change whether the member takes part, or remove the member. */
function changes(view: SiteView, email: string, current: MemberStatus): SafeHtml | string {
  const { form, site, path, options, origin } = view
  if (!options.control) return ''
  const document = JSON.stringify(site.content.member(email))
  const common = { site: site.site_id, back: path }
  const statuses = MEMBER_STATUSES.filter(each => each !== current).map(
    (each): ActionForm => ({
      ...common,
      action: 'setMemberStatus',
      label: STATUS_LABELS[each],
      given: { email, status: each, member: document },
    }),
  )
  const removal: ActionForm = {
    ...common,
    action: 'removeMember',
    label: 'Remove',
    given: { email },
    tone: 'danger',
    confirm: `Remove ${email} with all journeys and events?`,
  }
  return foldedSection(
    'Change this member',
    html`<p class="hint">The vendor answers an error for members who are blocked or have opted out.</p><div class="buttons">${[...statuses, removal].map(form)}</div>${curls(options, origin, [...statuses, removal])}`,
    { note: current.replace('_', ' ') },
  )
}
