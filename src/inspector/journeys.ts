import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyInstance } from 'fastify'
import type { GraphRecord, JourneyRecord } from '../contract/records.ts'
import { clip } from '../diagram/text.ts'
import { expiryOf } from '../engine/as-of.ts'
import { NotFound } from '../errors.ts'
import { DIAGRAM_FORMATS, diagramWithCounts, journeyDiagram, waitingMembers } from '../sites/diagrams.ts'
import type { Site } from '../sites/site.ts'
import { journeyHref, journeysHref } from './addresses.ts'
import { callWithToken } from './calls.ts'
import { drawing, legend } from './drawing.ts'
import { chip, facts, pageNumber, pager, section, shortened, status, table, time } from './elements.ts'
import { sendPage } from './page.ts'
import { PAGE, type PageOptions, paramOf, siteCrumbs, siteOf, viewOf } from './view.ts'

const PAGE_SIZE = 50

/** The journeys of a site, and each of them. */
export async function journeyRoutes(scope: FastifyInstance, page: PageOptions): Promise<void> {
  const { options } = page

  scope.get('/sites/:site_id/journeys', PAGE, (request, reply) => {
    const view = viewOf(request, page)
    const site = siteOf(options, request)
    const all = site.store.journeys()
    const paging = { page: pageNumber(view.query.page), size: PAGE_SIZE, total: all.length }
    return sendPage(reply, {
      ...view,
      title: 'Journeys',
      crumbs: siteCrumbs(site),
      content: html`${journeyTable(site, all.slice((paging.page - 1) * PAGE_SIZE, paging.page * PAGE_SIZE))}
${pager(view.path, paging)}`,
    })
  })

  scope.get('/sites/:site_id/journeys/:journey_id', PAGE, async (request, reply) => {
    const view = viewOf(request, page)
    const site = siteOf(options, request)
    const id = paramOf(request, 'journey_id')
    const journey = site.store.journey(id)
    if (!journey) throw new NotFound(`there is no journey ${id}`)
    const { site_id } = site
    const waiting = waitingMembers(site, journey)
    const diagram = await drawing(
      diagramWithCounts(journey, waiting),
      `Drawing of the journey ${clip(journey.name)}`,
    )
    return sendPage(reply, {
      ...view,
      title: journey.name,
      crumbs: [...siteCrumbs(site), [journeysHref(site_id), 'Journeys']],
      aside: statusOf(site, journey),
      content: [
        html`<div class="description">${shortened(journey.description)}</div>${journeyFacts(site, journey)}`,
        section('Graph', html`${diagram}${legend()}`, files(site_id, journey.id)),
        parts(journey, waiting),
        callWithToken(site, options, view.baseUrl, { operation: 'getJourney', identifier: journey.id }),
      ],
    })
  })

  for (const [format, { type, draw }] of Object.entries(DIAGRAM_FORMATS)) {
    scope.get(`/sites/:site_id/journeys/:journey_id.${format}`, PAGE, async (request, reply) => {
      const diagram = journeyDiagram(siteOf(options, request), paramOf(request, 'journey_id'))
      return reply.type(type).send(await draw(diagram))
    })
  }
}

/** Journeys, with how the members fare in them. */
export function journeyTable(site: Site, journeys: readonly JourneyRecord[]): SafeHtml {
  const counts = new Map(site.store.journeyCounts(site.now()).map(count => [count.id, count]))
  const number = (title: string) => ({ title, number: true })
  const columns = [
    'Journey',
    'Status',
    'Starts',
    'Ends',
    number('Entered'),
    number('Under way'),
    number('Completed'),
    number('Expired'),
  ]
  const rows = journeys.map(journey => {
    const { entered = 0, completed = 0, expired = 0 } = counts.get(journey.id) ?? {}
    return html`<tr>
<th scope="row" class="name"><a href="${journeyHref(site.site_id, journey.id)}">${journey.name}</a></th>
<td>${statusOf(site, journey)}</td>
<td>${time(journey.start_date)}</td>
<td>${time(journey.end_date)}</td>
<td class="number">${entered}</td>
<td class="number">${entered - completed - expired}</td>
<td class="number">${completed}</td>
<td class="number">${expired}</td>
</tr>`
  })
  return table('The journeys of this site, oldest first', columns, rows, {
    otherwise: 'There are no journeys.',
  })
}

const statusOf = (site: Site, journey: JourneyRecord): SafeHtml =>
  html`${status(journey.status)}${expiryOf(journey, site.now()) === null ? '' : html` ${chip('ended', 'off')}`}`

function journeyFacts(site: Site, journey: GraphRecord): SafeHtml {
  const count = site.store.journeyCounts(site.now()).find(({ id }) => id === journey.id)
  return facts([
    ['Id', html`<code>${journey.id}</code>`],
    ['Published', time(journey.publish_at)],
    ['Starts', time(journey.start_date)],
    ['Ends', time(journey.end_date)],
    ['Open-ended', journey.open_ended ? 'yes' : 'no'],
    ['Members entered', count?.entered ?? 0],
    ['Completed', count?.completed ?? 0],
    ['Expired', count?.expired ?? 0],
    ['Created', time(journey.created_at)],
    ['Created by', journey.created_by ?? undefined],
  ])
}

const files = (siteId: string, journeyId: string): SafeHtml => html`<span class="files">As a file:
${Object.keys(DIAGRAM_FORMATS).map(format => html` <a href="${journeyHref(siteId, journeyId)}.${format}">.${format}</a>`)}</span>`

/** What the drawing shows, for whoever does not see it; and the settings, which it does not show. */
function parts(journey: GraphRecord, waiting: ReadonlyMap<string, number>): SafeHtml {
  const names = new Map(journey.nodes.map(({ id, name }) => [id, name]))
  const nodes = journey.nodes.map(
    ({ id, type, name, config }) => html`<tr>
<td>${chip(type, `type-${type}`)}</td>
<th scope="row" class="name">${name}</th>
<td class="number">${waiting.get(id) ?? ''}</td>
<td>${Object.keys(config).length > 0 ? html`<code>${JSON.stringify(config)}</code>` : ''}</td>
</tr>`,
  )
  const connections = journey.connections.map(
    ({ source_node_id, target_node_id, condition }) => html`<tr>
<td class="name">${names.get(source_node_id)}</td>
<td class="name">${names.get(target_node_id)}</td>
<td>${condition === null ? '' : html`<code>${condition}</code>`}</td>
</tr>`,
  )
  return html`${section('Nodes', table('The nodes of the journey', ['Type', 'Name', { title: 'Members here', number: true }, 'Settings'], nodes))}
${section('Connections', table('How the nodes are joined', ['From', 'To', 'Condition'], connections, { otherwise: 'No node is joined to another.' }))}`
}
