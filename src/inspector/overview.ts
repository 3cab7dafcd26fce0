import { html, type SafeHtml } from '@remix-run/html-template'
import { isoOf } from '../clock.ts'
import type { RequestRecord } from '../sites/journal.ts'
import type { JourneyCount } from '../store/overview.ts'
import { count, countOf } from '../text.ts'
import { heldRewards } from './clock.ts'
import { howToCall } from './code.ts'
import { facts, foldedSection, httpTone, idleExpiry, journeyLink, section, time } from './elements.ts'
import { journeyCounts } from './journeys.ts'
import { newest, reasonOf, requestList, requestRow } from './requests.ts'
import { type Page, requestsPath, SITES_PATH, type SiteView, sitePath, withQuery } from './view.ts'

const MOST_READ = 2000
const MOST_RECENT = 6
const MOST_REFUSALS = 4

/** A site at a glance: how to call it, its last requests and refusals, and the state of its members. */
export async function overviewPage(view: SiteView): Promise<Page> {
  const { site, options } = view
  const { records } = await newest(site.requests, { limit: MOST_READ })
  const chart = requestChart(records, options.sites.systemClock.now())
  const list = requestList(records.slice(0, MOST_RECENT), view)
  const allRequests = html`<a href="${requestsPath(site)}">All requests</a>`
  return {
    title: site.name,
    aside: html`<code>${site.site_id}</code>`,
    content: html`<div id="live" data-refresh="${view.path}">
${summary(view)}
${firstSteps(view, records)}
<div class="columns">
${section('Requests', html`${chart}${list}`, { aside: allRequests })}
${refusals(view, records)}
</div>
<div class="columns">
${await membersByJourney(view)}
${heldRewards(view, 5)}
</div>
</div>
${foldedSection('How to call it', howToCall(view), { open: records.length === 0 })}`,
  }
}

function summary({ site, options }: SiteView): SafeHtml {
  const { journeys, members } = site.store.counts()
  const figure = (n: number, path: string) => html`<a class="figure" href="${path}">${count(n)}</a>`
  return facts([
    ['Requests', figure(site.requests.countKept(), requestsPath(site))],
    ['Journeys', figure(journeys, sitePath(site, 'journeys'))],
    ['Members', figure(members, sitePath(site, 'members'))],
    ['Rewards held', html`<span class="figure">${count(site.store.heldCount(site.now()))}</span>`],
    ['Active faults', figure(site.faults.list().length, sitePath(site, 'faults'))],
    ['Test run', html`<a href="${sitePath(site, 'report')}">Report</a>`],
    ['Created', time(site.store.creation().created_at)],
    ['Expires when idle', idleExpiry(options.sites, site)],
  ])
}

/** The first steps with a sandbox, each of which is ticked when it is done; nothing when all are. */
function firstSteps({ site, options }: SiteView, records: readonly RequestRecord[]): SafeHtml | string {
  const steps = [
    {
      done: records.some(({ status }) => status === 200),
      text: html`Get a first 200: paste the request under <a href="#how-to-call-it">How to call it</a>`,
    },
    {
      done: options.sites.list().length > 1,
      text: html`Create a <a href="${SITES_PATH}">site for your tests</a>, isolated from this one`,
    },
    {
      done: site.faults.list().length > 0 || records.some(({ fault }) => fault !== null),
      text: html`Inject a <a href="${sitePath(site, 'faults')}">first fault</a>, and see what your client does`,
    },
  ]
  if (steps.every(({ done }) => done)) return ''
  return html`<ol class="card checklist" aria-label="First steps">${steps.map(
    ({ done, text }) =>
      html`<li class="${done ? 'done' : ''}"><span class="tick" aria-hidden="true">${done ? '✓' : ''}</span><span>${text}<span class="sr">${done ? ' (done)' : ''}</span></span></li>`,
  )}</ol>`
}

/** The last requests that were refused, each with its reason. */
function refusals(view: SiteView, records: readonly RequestRecord[]): SafeHtml {
  const refused = records
    .filter(record => (record.status ?? 0) >= 400 && reasonOf(record) !== undefined)
    .slice(0, MOST_REFUSALS)
  const list =
    refused.length > 0
      ? html`<ol class="calls wrapped" aria-label="Refused requests">${refused.map(record => requestRow(record, view))}</ol>`
      : html`<p class="empty">No request was refused.</p>`
  return section('Last refusals', list, {
    aside: html`<a href="${withQuery(requestsPath(view.site), { status: '4xx' })}">All of them</a>`,
  })
}

const MINUTES = 30
const MINUTE_MS = 60_000
const [BAR, GAP, HEIGHT] = [10, 3, 44] as const

/** The requests of the last half hour, a bar for each minute: answered, refused, and failed or without an answer. */
function requestChart(records: readonly RequestRecord[], now: number): SafeHtml {
  const first = Math.floor(now / MINUTE_MS) - MINUTES + 1
  const minutes = Array.from({ length: MINUTES }, () => ({ good: 0, wait: 0, bad: 0 }))
  for (const { time, status } of records) {
    const minute = minutes[Math.floor(Date.parse(time) / MINUTE_MS) - first]
    if (minute) minute[httpTone(status)]++
  }
  const totals = minutes.map(({ good, wait, bad }) => good + wait + bad)
  const most = Math.max(1, ...totals)
  const sum = totals.reduce((a, b) => a + b, 0)
  const bars = minutes.map((minute, i) => {
    const x = i * (BAR + GAP)
    let y = HEIGHT
    const parts = (['good', 'wait', 'bad'] as const).map(tone => {
      const height = (minute[tone] / most) * (HEIGHT - 2)
      y -= height
      return height === 0
        ? ''
        : html`<rect class="mark ${tone}" x="${x}" y="${y.toFixed(1)}" width="${BAR}" height="${height.toFixed(1)}" rx="1"/>`
    })
    const from = isoOf((first + i) * MINUTE_MS).slice(11, 16)
    return html`<g><title>${from}: ${totals[i]}</title><rect class="ground" x="${x}" y="0" width="${BAR}" height="${HEIGHT}"/>${parts}</g>`
  })
  const label = `${countOf(sum, 'request')} in the last ${MINUTES} minutes, at most ${count(most)} a minute`
  return html`<figure class="chart"><svg role="img" aria-label="${label}" viewBox="0 0 ${MINUTES * (BAR + GAP)} ${HEIGHT}" preserveAspectRatio="none">${bars}</svg>
<figcaption>${sum === 0 ? `No requests in the last ${MINUTES} minutes` : label}</figcaption></figure>`
}

// Each takes a millisecond on a big site.
const MOST_COUNTED = 200
const MOST_BARS = 12

/** A bar for each journey, whose parts are the members in progress, completed and expired. */
async function membersByJourney({ site }: SiteView): Promise<SafeHtml> {
  const journeys = site.store.journeys()
  const counts = await journeyCounts(site, journeys.slice(0, MOST_COUNTED))
  const names = new Map(journeys.map(({ id, name }) => [id, name]))
  const shown = counts
    .filter(({ entered }) => entered > 0)
    .toSorted((a, b) => b.entered - a.entered)
    .slice(0, MOST_BARS)
  const most = Math.max(1, ...shown.map(({ entered }) => entered))
  const bars = shown.map(
    journey =>
      html`<li>${journeyLink(site, journey.id, names.get(journey.id) ?? '', 60)}${bar(journey, most)}</li>`,
  )
  return section(
    'Members by journey',
    bars.length === 0
      ? html`<p class="empty">No member has entered a journey.</p>`
      : html`<ul class="bars">${bars}</ul>`,
    { aside: html`<a href="${sitePath(site, 'journeys')}">All ${count(journeys.length)} journeys</a>` },
  )
}

function bar({ entered, completed, expired }: JourneyCount, most: number): SafeHtml {
  const parts = [
    { tone: 'live', n: entered - completed - expired, label: 'in progress' },
    { tone: 'good', n: completed, label: 'completed' },
    { tone: 'off', n: expired, label: 'expired' },
  ].filter(({ n }) => n > 0)
  let x = 0
  const rects = parts.map(({ tone, n }) => {
    const width = (n / most) * 200
    const rect = html`<rect class="mark ${tone}" x="${x.toFixed(1)}" y="0" width="${width.toFixed(1)}" height="8"/>`
    x += width
    return rect
  })
  const labels = parts.map(
    ({ tone, n, label }) => html`<span class="part ${tone}">${count(n)} ${label}</span> `,
  )
  return html`<span class="parts">${labels}</span><svg aria-hidden="true" viewBox="0 0 200 8" preserveAspectRatio="none">${rects}</svg>`
}
