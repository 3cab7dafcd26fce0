import { html, type SafeHtml } from '@remix-run/html-template'
import type { HistoryRecord } from '../contract/records.ts'
import { clip } from '../diagram/text.ts'
import { participationAsOf } from '../engine/as-of.ts'
import type { Site } from '../sites/site.ts'
import type { ParticipationDetail } from '../store/store.ts'
import { inTime } from './clock-panel.ts'
import { time } from './elements.ts'

interface Moment {
  /** A vendor timestamp. */
  at: string
  tone: 'event' | 'good' | 'wait' | 'bad' | 'live' | 'off'
  text: SafeHtml
  journey?: string
}

const MOST = 100

/** The events of a member and their effects, newest first; above them, what is expected. */
export function timeline(
  site: Site,
  participations: readonly ParticipationDetail[],
  history: readonly HistoryRecord[],
): SafeHtml {
  const now = site.now()
  // Of moments at the same time the later ones of this list are told first.
  const moments = [...history.map(sent), ...participations.flatMap(stored => momentsOf(stored, now))]
  const past = moments
    .filter(({ at }) => at <= now)
    .toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  const ahead = moments.filter(({ at }) => at > now).toSorted((a, b) => (a.at < b.at ? 1 : -1))
  if (moments.length === 0) return html`<p class="empty">Nothing has happened yet.</p>`
  return html`<ol class="timeline">
${ahead.slice(-MOST).map(moment => row(moment, html`<span class="when">${inTime(site, moment.at)}</span> ${time(moment.at)}`, 'ahead'))}
${past
  .slice(-MOST)
  .reverse()
  .map(moment => row(moment, time(moment.at)))}
</ol>${past.length > MOST ? html`<p class="hint">${past.length - MOST} older ones are not shown.</p>` : ''}`
}

const row = ({ tone, text, journey }: Moment, when: SafeHtml, kind = ''): SafeHtml =>
  html`<li class="${tone} ${kind}"><p>${text}</p><p class="hint">${when}${journey === undefined ? '' : html` · ${clip(journey, 50)}`}</p></li>`

const sent = ({ event, attributes, at }: HistoryRecord): Moment => ({
  at,
  tone: 'event',
  text: html`Sent <code>${event}</code>${Object.keys(attributes).length > 0 ? html` <code class="soft">${JSON.stringify(attributes)}</code>` : ''}`,
})

function momentsOf(stored: ParticipationDetail, now: string): Moment[] {
  const { journey, ...participation } = participationAsOf(stored, now)
  const { name } = journey
  const moment = (at: string | null, tone: Moment['tone'], text: SafeHtml): Moment[] =>
    at === null ? [] : [{ at, tone, text, journey: name }]
  return [
    ...moment(participation.started_at, 'live', html`Entered the journey`),
    ...participation.events.flatMap(event =>
      moment(event.completed_at, 'good', html`Completed <b>${clip(event.name)}</b>`),
    ),
    ...stored.rewards.flatMap(reward => [
      ...moment(reward.hold_start_datetime, 'wait', html`Reached <b>${clip(reward.name)}</b>, held`),
      ...moment(reward.hold_end_datetime, 'good', html`<b>${clip(reward.name)}</b> is issued: its hold ends`),
      ...moment(
        reward.blocked_at,
        'bad',
        html`<b>${clip(reward.name)}</b> is blocked by <code>${reward.blocked_by}</code>`,
      ),
    ]),
    ...moment(participation.completed_at, 'good', html`Completed the journey`),
    ...(participation.completed_at === null
      ? moment(stored.expired_at ?? stored.journey.end_date, 'off', html`The journey ends for this member`)
      : []),
  ]
}
