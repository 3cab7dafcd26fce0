import { html, type SafeHtml } from '@remix-run/html-template'
import { ERROR_CASES, errorBody } from '../contract/errors.ts'
import { operationPath } from '../contract/operations.ts'
import { type GraphRecord, MEMBER_STATUSES, type MemberRecord } from '../contract/records.ts'
import { type Diagram, diagramOf } from '../diagram/diagram.ts'
import { clip } from '../diagram/text.ts'
import { type ParticipationView, participationAsOf } from '../engine/as-of.ts'
import { compileJourney } from '../engine/graph.ts'
import { type Path, pathOf } from '../engine/retrace.ts'
import { memberJourneyView, userJourneyView } from '../engine/views.ts'
import type { EventResult } from '../sites/events.ts'
import type { ParticipationDetail } from '../store/store.ts'
import { canvas } from './canvas.ts'
import { callWithToken, jsonBlock } from './code.ts'
import {
  chip,
  facts,
  folded,
  foldedSection,
  httpStatusChip,
  pageNumber,
  pager,
  section,
  statusChip,
  table,
  time,
} from './elements.ts'
import { eventForm } from './event-form.ts'
import { type ActionForm, actionForms } from './forms.ts'
import { newMemberForm } from './members.ts'
import { timeline } from './timeline.ts'
import { type Page, requestsPath, type SiteView, sitePath, withQuery } from './view.ts'

const JOURNEYS_ON_PAGE = 8

/** A member: the path through each journey, the event history, and a form that sends the next event. */
export async function memberPage(view: SiteView): Promise<Page> {
  const { site, notice } = view
  const { email: given = '' } = view.params
  const member = site.store.member(given)
  const participations = site.store.participations(given)
  if (!member || !participations) return missingMember(view, given)
  const { email, status, attributes } = member
  // Those in progress come first, and of them those that changed last.
  const ordered = participations
    .map(stored => ({ stored, now: participationAsOf(stored, site.now()) }))
    .toSorted((a, b) => (a.stored.updated_at < b.stored.updated_at ? 1 : -1))
    .toSorted((a, b) => Number(b.now.status === 'InProgress') - Number(a.now.status === 'InProgress'))
  const start = (pageNumber(view) - 1) * JOURNEYS_ON_PAGE
  const cards = await Promise.all(
    ordered.slice(start, start + JOURNEYS_ON_PAGE).map(({ stored, now }) => journeyCard(view, stored, now)),
  )
  const all = ordered.map(({ stored }) => stored)
  return {
    title: email,
    parent: [sitePath(site, 'members'), 'Members'],
    // The effects of an event are shown above its form.
    notice: notice?.answer ? { ...notice, details: undefined } : undefined,
    aside: html`${status === 'active' ? '' : statusChip(status)}<a href="${withQuery(requestsPath(site), { q: email })}">Requests about this member</a>`,
    content: [
      Object.keys(attributes).length === 0 ? '' : attributeFacts(attributes),
      html`<div class="member-columns">
<div>${cards.length > 0 ? cards : html`<section class="card"><p class="empty">In no journey yet. Send an event that starts one.</p></section>`}
${all.length > JOURNEYS_ON_PAGE ? pager(view, JOURNEYS_ON_PAGE, all.length) : ''}</div>
<div class="beside">${eventForm(view, email, all)}
${section('Timeline', timeline(site, all, member.history))}</div>
</div>`,
      foldedSection('What the API answers', responses(view, member)),
      callWithToken(view, { operation: 'getMemberJourneys', identifier: email }),
      changes(view, member),
    ],
  }
}

/** A page that offers to create the member. */
const missingMember = (view: SiteView, email: string): Page => ({
  status: 404,
  title: 'No such member',
  parent: [sitePath(view.site, 'members'), 'Members'],
  content: html`<section class="card"><p>There is no member ${clip(email, 320)} on the site ${view.site.name}.</p>${newMemberForm(view, email)}
<p><a href="${sitePath(view.site, 'members')}">All members</a></p></section>`,
})

const attributeFacts = (attributes: Record<string, unknown>): SafeHtml =>
  facts(
    Object.entries(attributes).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : html`<code>${JSON.stringify(value)}</code>`,
    ]),
  )

type Participation = ParticipationView<ParticipationDetail>

/** A participation as the graph of its journey, with the path of the member; closed once it is over. */
async function journeyCard(
  view: SiteView,
  stored: ParticipationDetail,
  participation: Participation,
): Promise<SafeHtml> {
  const { site, notice } = view
  const { journey, status, progress_percentage: progress, rewards } = participation
  const graph = site.store.journey(stored.journey_id) as GraphRecord
  const path = pathOf(compileJourney(graph), stored)
  const { outcomes = [] } = (notice?.answer ?? {}) as Partial<EventResult>
  const changed = outcomes.flatMap(outcome =>
    'node_id' in outcome && outcome.participation_id === stored.id ? [outcome.node_id] : [],
  )
  const link = sitePath(site, 'journeys', stored.journey_id)
  const drawing = await canvas(pathDiagram(graph, path, participation, { changed, link }), {
    label: `The path through ${clip(journey.name)}`,
    name: stored.id,
    kind: 'compact',
  })
  const dates = [
    html`Started ${time(participation.started_at)}`,
    participation.completed_at === null ? '' : html`, completed ${time(participation.completed_at)}`,
    participation.expired_at === null ? '' : html`, expired ${time(participation.expired_at)}`,
  ]
  return html`<details class="card way"${status === 'InProgress' || changed.length > 0 ? html` open` : ''}>
<summary><h2>${clip(journey.name)}</h2> ${statusChip(status)} <span class="progress"><progress max="100" value="${progress}" aria-label="Progress"></progress> ${progress} %</span></summary>
${drawing}
${rewards.length > 0 ? html`<ul class="rewards" aria-label="Rewards">${rewards.map(rewardItem)}</ul>` : ''}
<p class="hint">${dates} · <a href="${link}">The journey</a></p>
${folded('Steps as a table', stepTable(graph, path, participation))}
</details>`
}

const pathDiagram = (
  graph: GraphRecord,
  path: Path,
  { rewards, events }: Participation,
  { changed, link }: { changed: readonly string[]; link: string },
): Diagram =>
  diagramOf(graph, {
    node(id) {
      const href = `${link}?node=${id}`
      const marks = changed.includes(id) ? ['lit'] : []
      const reward = rewards.find(({ node_id }) => node_id === id)
      if (reward) return { href, note: rewardNote(reward), marks: ['passed', reward.status, ...marks] }
      if (path.waiting.has(id)) return { href, note: 'waits here', marks: ['here', ...marks] }
      if (!path.passed.has(id)) return { href, marks: ['ahead'] }
      const step = events.findLast(({ node_id }) => node_id === id)
      return { href, note: step && `✓ ${step.completed_at.slice(0, 10)}`, marks: ['passed', ...marks] }
    },
    connection: connection => ({ marks: [path.took(connection) ? 'taken' : 'ahead'] }),
  })

type Reward = Participation['rewards'][number]

function rewardNote(reward: Reward): string {
  if (reward.status === 'held') return `held until ${reward.hold_end_datetime.slice(0, 10)}`
  return reward.status === 'blocked' ? `blocked by ${reward.blocked_by}` : 'issued'
}

function rewardItem(reward: Reward): SafeHtml {
  const item = html`${statusChip(reward.status)} <b>${clip(reward.name)}</b> <small>${reward.type}</small>`
  if (reward.status === 'held')
    return html`<li>${item} <span class="hint">until ${time(reward.hold_end_datetime)}</span></li>`
  if (reward.status === 'blocked')
    return html`<li>${item} <span class="hint">by <code>${reward.blocked_by}</code> ${time(reward.blocked_at)}</span></li>`
  return html`<li>${item}</li>`
}

/** The same as the drawing, as a table. */
function stepTable(graph: GraphRecord, { waiting }: Path, { events }: Participation): SafeHtml {
  const done = events.map(({ name, completed_at }) => [clip(name), chip('done', 'good'), time(completed_at)])
  const ahead = graph.nodes
    .filter(({ id }) => waiting.has(id))
    .map(({ name, config: { event } }) => [
      clip(name),
      chip('waits here', 'live'),
      typeof event === 'string' ? html`waits for <code>${event}</code>` : '',
    ])
  return table('Steps done, and where the member waits', ['Step', 'Status', 'When'], [...done, ...ahead])
}

/** The responses of the vendor API about the member, without a request: nothing is recorded, and no fault is injected. */
function responses({ site, options }: SiteView, { email, status }: MemberRecord): SafeHtml {
  const now = site.now()
  const details = site.store.memberWithParticipations(email)
  const summaries = site.store.memberWithSummaries(email)
  const bodies = {
    getMemberJourneys: {
      journeys: details?.participations.map(each => memberJourneyView(each, now)),
      ...details?.extra,
    },
    getUserJourneysByEmail: {
      journeys: summaries?.participations.map(each => userJourneyView(each, site.site_id, now)),
      ...summaries?.extra,
    },
  }
  const refusal = { active: undefined, blocked: ERROR_CASES.blocked, opted_out: ERROR_CASES.optedOut }[status]
  const figures = (['getMemberJourneys', 'getUserJourneysByEmail'] as const).map(operation => {
    const title = `GET ${options.basePath}${operationPath(operation, email)}`
    const body = refusal ? errorBody(refusal.errorCode) : bodies[operation]
    return html`<figure><figcaption><code>${title}</code> ${httpStatusChip(refusal?.status ?? 200)}</figcaption>${jsonBlock(JSON.stringify(body), `Response of ${title}`)}</figure>`
  })
  return html`<div class="columns">${figures}</div>`
}

const STATUS_LABELS = { active: 'Make active', blocked: 'Block', opted_out: 'Opt out' }

/** Buttons that change the status of the member, or remove the member. */
function changes(view: SiteView, { email, status: current }: MemberRecord): SafeHtml | string {
  if (!view.options.control) return ''
  const member = JSON.stringify(view.site.content.member(email))
  const forms: ActionForm[] = [
    ...MEMBER_STATUSES.filter(status => status !== current).map(
      (status): ActionForm => ({
        action: 'setMemberStatus',
        label: STATUS_LABELS[status],
        given: { email, status, member },
      }),
    ),
    {
      action: 'removeMember',
      label: 'Remove',
      given: { email },
      tone: 'danger',
      confirm: `Remove ${email} with all journeys and events?`,
    },
  ]
  return foldedSection(
    'Change this member',
    html`<p class="hint">The vendor answers an error for members who are blocked or have opted out.</p>${actionForms(view, ...forms)}`,
    { note: current.replace('_', ' ') },
  )
}
