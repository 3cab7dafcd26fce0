import { html, type SafeHtml } from '@remix-run/html-template'
import { isoOf } from '../clock.ts'
import type { Journal } from '../sites/journal.ts'
import type { JourneyCount } from '../store/overview.ts'
import { count } from './elements.ts'
import { newest } from './request-list.ts'

const MINUTES = 30
const MINUTE = 60_000
const [BAR, GAP, HEIGHT] = [10, 3, 44] as const

/** The requests of the last half hour, a bar for each minute: answered, refused, and failed or without an answer. */
export async function requestChart(journal: Journal, now: number): Promise<SafeHtml> {
  const { records } = await newest(journal, {}, { limit: 2000 })
  const last = Math.floor(now / MINUTE)
  const minutes = Array.from({ length: MINUTES }, () => ({ good: 0, wait: 0, bad: 0 }))
  for (const { time, status } of records) {
    const minute = minutes[MINUTES - 1 - (last - Math.floor(Date.parse(time) / MINUTE))]
    if (minute) minute[status === null || status >= 500 ? 'bad' : status >= 400 ? 'wait' : 'good']++
  }
  const totals = minutes.map(({ good, wait, bad }) => good + wait + bad)
  const most = Math.max(1, ...totals)
  const sum = totals.reduce((a, b) => a + b, 0)
  const bars = minutes.map((minute, i) => {
    let y = HEIGHT
    const parts = (['good', 'wait', 'bad'] as const).map(tone => {
      const height = (minute[tone] / most) * (HEIGHT - 2)
      y -= height
      return height === 0
        ? ''
        : html`<rect class="mark ${tone}" x="${i * (BAR + GAP)}" y="${y.toFixed(1)}" width="${BAR}" height="${height.toFixed(1)}" rx="1"/>`
    })
    const from = isoOf((last - MINUTES + 1 + i) * MINUTE).slice(11, 16)
    return html`<g><title>${from}: ${totals[i]}</title><rect class="ground" x="${i * (BAR + GAP)}" y="0" width="${BAR}" height="${HEIGHT}"/>${parts}</g>`
  })
  const label = `${count(sum)} ${sum === 1 ? 'request' : 'requests'} in the last ${MINUTES} minutes, at most ${count(most)} a minute`
  return html`<figure class="chart"><svg role="img" aria-label="${label}" viewBox="0 0 ${MINUTES * (BAR + GAP)} ${HEIGHT}" preserveAspectRatio="none">${bars}</svg>
<figcaption>${sum === 0 ? `No requests in the last ${MINUTES} minutes` : label}</figcaption></figure>`
}

/** A bar for each journey, whose parts are the members in progress, completed and expired. */
export function participationChart(
  journeys: readonly (JourneyCount & { label: string; path: string })[],
): SafeHtml {
  const most = Math.max(1, ...journeys.map(({ entered }) => entered))
  const row = ({ label, path, entered, completed, expired }: (typeof journeys)[number]) => {
    const parts = [
      ['live', entered - completed - expired, 'in progress'],
      ['good', completed, 'completed'],
      ['off', expired, 'expired'],
    ] as const
    let x = 0
    const bars = parts.map(([tone, n]) => {
      const width = (n / most) * 200
      const bar =
        n === 0
          ? ''
          : html`<rect class="mark ${tone}" x="${x.toFixed(1)}" y="0" width="${width.toFixed(1)}" height="8"/>`
      x += width
      return bar
    })
    const said = parts
      .filter(([, n]) => n > 0)
      .map(([tone, n, what]) => html`<span class="part ${tone}">${count(n)} ${what}</span> `)
    return html`<li><a href="${path}">${label}</a><span class="parts">${said}</span><svg aria-hidden="true" viewBox="0 0 200 8" preserveAspectRatio="none">${bars}</svg></li>`
  }
  return html`<ul class="bars">${journeys.map(row)}</ul>`
}
