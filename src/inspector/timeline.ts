import { html, type SafeHtml } from '@remix-run/html-template'
import type { HistoryRecord } from '../contract/records.ts'
import { clip } from '../diagram/text.ts'
import { participationAsOf } from '../engine/as-of.ts'
import type { Site } from '../sites/site.ts'
import type { ParticipationDetail } from '../store/store.ts'
import { inTime } from './clock.ts'
import { time } from './elements.ts'

interface Moment {
  /** A vendor timestamp. */
  at: string
  tone: 'event' | 'good' | 'wait' | 'bad' | 'live' | 'off'
  text: SafeHtml
  journey?: string
}

const MOST_SHOWN = 100

/** The events of a member and their effects, newest first; above them, what is expected. */
export function timeline(
  site: Site,
  participations: readonly ParticipationDetail[],
  history: readonly HistoryRecord[],
): SafeHtml {
  const now = site.now()
  const moments = [...history.map(sent), ...participations.flatMap(stored => momentsOf(stored, now))]
  if (moments.length === 0) return html`<p class="empty">Nothing has happened yet.</p>`
  // Of moments at the same time, the later ones of this list are shown first.
  const newestFirst = moments.toSorted((a, b) => a.at.localeCompare(b.at)).reverse()
  const ahead = newestFirst.filter(({ at }) => at > now).length
  const shown = newestFirst.slice(0, ahead + MOST_SHOWN)
  const older = moments.length - shown.length
  return html`<ol class="timeline">
${shown.map(moment => row(site, moment))}
</ol>${older > 0 ? html`<p class="hint">${older} older ones are not shown.</p>` : ''}`
}

function row(site: Site, { at, tone, text, journey }: Moment): SafeHtml {
  const isAhead = at > site.now()
  const distance = isAhead ? html`<span class="when">${inTime(site, at)}</span> ` : ''
  return html`<li class="${tone} ${isAhead ? 'ahead' : ''}"><p>${text}</p><p class="hint">${distance}${time(at)}${journey === undefined ? '' : html` · ${clip(journey, 50)}`}</p></li>`
}

const sent = ({ event, attributes, at }: HistoryRecord): Moment => ({
  at,
  tone: 'event',
  text: html`Sent <code>${event}</code>${Object.keys(attributes).length > 0 ? html` <code>${JSON.stringify(attributes)}</code>` : ''}`,
})

function momentsOf(stored: ParticipationDetail, now: string): Moment[] {
  const { journey, started_at, completed_at, events } = participationAsOf(stored, now)
  const moment = (at: string | null, tone: Moment['tone'], text: SafeHtml): Moment[] =>
    at === null ? [] : [{ at, tone, text, journey: journey.name }]
  const end = completed_at === null ? (stored.expired_at ?? journey.end_date) : null
  return [
    ...moment(started_at, 'live', html`Entered the journey`),
    ...events.flatMap(event =>
      moment(event.completed_at, 'good', html`Completed <b>${clip(event.name)}</b>`),
    ),
    ...stored.rewards.flatMap(reward => {
      const name = html`<b>${clip(reward.name)}</b>`
      return [
        ...moment(reward.hold_start_datetime, 'wait', html`Reached ${name}, held`),
        ...moment(reward.hold_end_datetime, 'good', html`${name} is issued: its hold ends`),
        ...moment(reward.blocked_at, 'bad', html`${name} is blocked by <code>${reward.blocked_by}</code>`),
      ]
    }),
    ...moment(completed_at, 'good', html`Completed the journey`),
    ...moment(end, 'off', html`The journey ends for this member`),
  ]
}
