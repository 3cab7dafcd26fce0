import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyInstance } from 'fastify'
import type { JourneyRecord } from '../contract/records.ts'
import { clip } from '../diagram/text.ts'
import { DIAGRAM_FORMATS, journeyDiagram } from '../sites/diagrams.ts'
import type { Site } from '../sites/site.ts'
import type { JourneyCount } from '../store/overview.ts'
import { count, pageNumber, pager, table, time } from './elements.ts'
import { journeyPage, journeyStatus } from './journey.ts'
import { sendPage } from './page.ts'
import { journeyPath } from './paths.ts'
import { PAGE, type PageOptions, paramOf, siteOf, siteViewOf } from './view.ts'

const PAGE_SIZE = 50

/** The journeys of a site, and each of them. */
export async function journeyRoutes(scope: FastifyInstance, page: PageOptions): Promise<void> {
  scope.get('/sites/:site_id/journeys', PAGE, async (request, reply) => {
    const view = siteViewOf(request, page)
    const { site, query } = view
    const search = query.search?.trim() ?? ''
    const found = site.store
      .journeys()
      .filter(({ name }) => name.toLowerCase().includes(search.toLowerCase()))
    const paging = { page: pageNumber(query.page), size: PAGE_SIZE, total: found.length }
    const shown = found.slice((paging.page - 1) * PAGE_SIZE, paging.page * PAGE_SIZE)
    return sendPage(reply, {
      view,
      title: 'Journeys',
      tab: 'journeys',
      content: html`<form class="filters" role="search" action="${view.path.split('?', 1)[0]}" hx-boost="true" hx-target="#journeys" hx-select="#journeys" hx-swap="outerMorph show:none" hx-trigger="input delay:200ms, submit" hx-replace-url="true">
<input type="search" name="search" value="${search}" placeholder="Search by name" aria-label="Search journeys" autocomplete="off"><button class="small no-script">Search</button></form>
<div id="journeys">${await journeyTable(site, shown, search === '' ? 'There are no journeys.' : 'No name contains this.')}
${pager(view.path, paging, { search })}</div>`,
    })
  })

  scope.get('/sites/:site_id/journeys/:journey_id', PAGE, (request, reply) =>
    journeyPage(siteViewOf(request, page), paramOf(request, 'journey_id'), reply),
  )

  for (const [format, { type, draw }] of Object.entries(DIAGRAM_FORMATS)) {
    scope.get(`/sites/:site_id/journeys/:journey_id.${format}`, PAGE, async (request, reply) => {
      const diagram = await journeyDiagram(siteOf(page.options, request), paramOf(request, 'journey_id'))
      return reply.type(type).send(await draw(diagram))
    })
  }
}

/** How many members have come how far in each of these journeys, counted one by one, so that other requests get their turn. */
export async function journeyCounts(
  { store, now }: Site,
  journeys: readonly JourneyRecord[],
): Promise<JourneyCount[]> {
  const counts: JourneyCount[] = []
  for (const { id } of journeys) {
    counts.push(store.journeyCount(id, now()) ?? { id, entered: 0, completed: 0, expired: 0 })
    if (counts.length % 10 === 0) await new Promise(setImmediate)
  }
  return counts
}

/** Journeys, with how many members are in which state. */
export async function journeyTable(
  site: Site,
  journeys: readonly JourneyRecord[],
  otherwise = 'There are no journeys.',
): Promise<SafeHtml> {
  const counts = await journeyCounts(site, journeys)
  const number = (title: string) => ({ title, number: true })
  const columns = [
    'Journey',
    'Status',
    'Starts',
    'Ends',
    number('Entered'),
    number('In progress'),
    number('Completed'),
    number('Expired'),
  ]
  const rows = journeys.map((journey, i) => {
    const { entered, completed, expired } = counts[i] as JourneyCount
    return [
      html`<a class="row-link" href="${journeyPath(site.site_id, journey.id)}">${clip(journey.name)}</a>`,
      journeyStatus(site, journey),
      time(journey.start_date),
      time(journey.end_date),
      count(entered),
      count(entered - completed - expired),
      count(completed),
      count(expired),
    ]
  })
  return table('The journeys of this site, oldest first', columns, rows, { otherwise })
}
