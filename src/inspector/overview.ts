import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyInstance } from 'fastify'
import { clip } from '../diagram/text.ts'
import type { RequestRecord } from '../sites/journal.ts'
import { howToCall } from './calls.ts'
import { participationChart, requestChart } from './charts.ts'
import { heldRewards } from './clock.ts'
import { count, facts, foldedSection, section, time } from './elements.ts'
import { journeyCounts } from './journeys.ts'
import { sendPage } from './page.ts'
import {
  faultsPath,
  journeyPath,
  journeysPath,
  membersPath,
  reportPath,
  requestsPath,
  SITES_PATH,
} from './paths.ts'
import { newest, reasonOf, requestList, requestRow } from './request-list.ts'
import { PAGE, type PageOptions, type SiteView, siteViewOf } from './view.ts'

const RECENT = 6
const REFUSALS = 4
const JOURNEYS = 12

/** A site at a glance: what it is asked, what it refuses, what its members are at, and how to call it. */
export async function overviewRoutes(scope: FastifyInstance, page: PageOptions): Promise<void> {
  scope.get('/sites/:site_id', PAGE, async (request, reply) => {
    const view = siteViewOf(request, page)
    const { site } = view
    const { records } = await newest(site.requests, {}, { limit: RECENT })
    return sendPage(reply, {
      view,
      title: site.name,
      tab: 'overview',
      aside: html`<code>${site.site_id}</code>`,
      content: html`<div id="live" data-refresh="${view.path}">
${summary(view)}
${await checklist(view)}
<div class="columns">
${section('Requests', html`${await requestChart(site.requests, view.options.sites.systemClock.now())}${requestList(records, view, site.requests)}`, { aside: html`<a href="${requestsPath(site.site_id)}">All requests</a>` })}
${await refusals(view)}
</div>
<div class="columns">
${await journeys(view)}
${heldRewards(view, 5)}
</div>
</div>
${foldedSection('How to call it', howToCall(view), { open: records.length === 0 })}`,
    })
  })
}

function summary({ site, options }: SiteView): SafeHtml {
  const { journeys, members } = site.store.counts()
  const { created_at, ttl } = site.store.creation()
  return facts([
    [
      'Requests',
      html`<a class="figure" href="${requestsPath(site.site_id)}">${count(site.requests.countKept())}</a>`,
    ],
    ['Journeys', html`<a class="figure" href="${journeysPath(site.site_id)}">${count(journeys)}</a>`],
    ['Members', html`<a class="figure" href="${membersPath(site.site_id)}">${count(members)}</a>`],
    ['Rewards held', html`<span class="figure">${count(site.store.heldCount(site.now()))}</span>`],
    [
      'Active faults',
      html`<a class="figure" href="${faultsPath(site.site_id)}">${site.faults.list().length}</a>`,
    ],
    ['Test run', html`<a href="${reportPath(site.site_id)}">Report</a>`],
    ['Created', time(created_at)],
    [
      'Expires when idle',
      ttl === null ? undefined : html`${time(options.sites.expiryOf(site))} <small>(after ${ttl})</small>`,
    ],
  ])
}

/** The first steps with a sandbox, each of which ticks itself; it disappears when all are done. */
async function checklist({ site, options }: SiteView): Promise<SafeHtml | string> {
  const done = async (wanted: (record: RequestRecord) => boolean) => {
    const { records } = await newest(site.requests, {}, { limit: 1000 })
    return records.some(wanted)
  }
  const steps = [
    {
      done: await done(({ status }) => status === 200),
      text: html`Get a first 200: paste the request under <a href="#how-to-call-it">How to call it</a>`,
    },
    {
      done: options.sites.list().length > 1,
      text: html`Create a <a href="${SITES_PATH}">site for your tests</a>, isolated from this one`,
    },
    {
      done: site.faults.list().length > 0 || (await done(({ fault }) => fault !== null)),
      text: html`Inject a <a href="${faultsPath(site.site_id)}">first fault</a>, and see what your client does`,
    },
  ]
  if (steps.every(step => step.done)) return ''
  return html`<ol class="card checklist" aria-label="First steps">${steps.map(
    ({ done, text }) =>
      html`<li class="${done ? 'done' : ''}"><span class="tick" aria-hidden="true">${done ? '✓' : ''}</span><span>${text}<span class="sr">${done ? ' (done)' : ''}</span></span></li>`,
  )}</ol>`
}

/** The last requests that were refused, each with what to do. */
async function refusals({ site, options }: SiteView): Promise<SafeHtml> {
  const { records } = await newest(site.requests, {}, { limit: 500 })
  const refused = records.filter(
    record => record.status !== null && record.status >= 400 && reasonOf(record) !== undefined,
  )
  const unmatched = options.sites.unmatched.countKept()
  return section(
    'Last refusals',
    html`${
      refused.length > 0
        ? html`<ol class="calls wrapped" aria-label="Refused requests">${refused.slice(0, REFUSALS).map(record => requestRow(record, site.site_id))}</ol>`
        : html`<p class="empty">No request was refused.</p>`
    }${unmatched > 0 ? html`<p class="hint"><a href="${requestsPath()}">${count(unmatched)} ${unmatched === 1 ? 'request' : 'requests'} matched no site</a></p>` : ''}`,
    { aside: html`<a href="${requestsPath(site.site_id)}?status=4xx">All of them</a>` },
  )
}

/** How many members are in which state, journey by journey. */
async function journeys({ site }: SiteView): Promise<SafeHtml> {
  const all = site.store.journeys()
  const counts = await journeyCounts(site, all.slice(0, MOST_COUNTED))
  const names = new Map(all.map(({ id, name }) => [id, name]))
  const shown = counts.filter(({ entered }) => entered > 0).toSorted((a, b) => b.entered - a.entered)
  return section(
    'Members by journey',
    shown.length === 0
      ? html`<p class="empty">No member has entered a journey.</p>`
      : participationChart(
          shown.slice(0, JOURNEYS).map(each => ({
            ...each,
            label: clip(names.get(each.id) ?? '', 60),
            path: journeyPath(site.site_id, each.id),
          })),
        ),
    { aside: html`<a href="${journeysPath(site.site_id)}">All ${count(all.length)} journeys</a>` },
  )
}

// Each takes a millisecond on a big site.
const MOST_COUNTED = 200
