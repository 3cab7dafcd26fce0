import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyReply } from 'fastify'
import type { GraphRecord, JourneyRecord } from '../contract/records.ts'
import { type Diagram, diagramOf } from '../diagram/diagram.ts'
import { clip } from '../diagram/text.ts'
import { expiryOf } from '../engine/as-of.ts'
import { NotFound } from '../errors.ts'
import { DIAGRAM_FORMATS, waitingMembers } from '../sites/diagrams.ts'
import type { Site } from '../sites/site.ts'
import { callWithToken } from './calls.ts'
import { canvas, legend } from './canvas.ts'
import { chip, count, facts, foldedSection, shortened, status, table, time } from './elements.ts'
import { type NodeCount, nodePanel } from './node-panel.ts'
import { sendPage } from './page.ts'
import { journeyPath, journeysPath } from './paths.ts'
import type { SiteView } from './view.ts'

/** A journey as a canvas; `?node=` opens what is known of a node. */
export async function journeyPage(view: SiteView, id: string, reply: FastifyReply): Promise<FastifyReply> {
  const { site, query } = view
  const journey = site.store.journey(id)
  if (!journey) throw new NotFound(`there is no journey ${id}`)
  const counts = await nodeCounts(site, journey)
  const chosen = journey.nodes.find(node => node.id === query.node)
  const path = journeyPath(site.site_id, journey.id)
  const panel = html`<aside id="node-panel" class="node-panel" aria-label="The chosen node" aria-live="polite">${chosen ? nodePanel(view, journey, chosen, counts.get(chosen.id)) : ''}</aside>`
  return sendPage(reply, {
    view,
    title: journey.name,
    tab: 'journeys',
    crumbs: [[journeysPath(site.site_id), 'Journeys']],
    aside: html`${journeyStatus(site, journey)} ${files(path)}`,
    content: [
      html`${journey.description === '' ? '' : html`<div class="description">${shortened(journey.description, 240)}</div>`}${journeyFacts(site, journey)}`,
      html`<div class="canvas-frame">${await canvas(countedDiagram(journey, counts, path, chosen?.id), {
        label: `Drawing of the journey ${clip(journey.name)}`,
        name: 'journey',
        kind: 'main',
        panel,
      })}
${legend(new Set(journey.nodes.map(({ type }) => type)))}</div>`,
      nodeTable(journey, counts, path),
      connectionTable(journey),
      html`${callWithToken(view, { operation: 'getJourney', identifier: journey.id })}`,
    ],
  })
}

/** What is stored for a node when a member passes it. */
const COUNTED = ['event', 'action', 'reward', 'badge']

async function nodeCounts(site: Site, journey: GraphRecord): Promise<Map<string, NodeCount>> {
  const waiting = await waitingMembers(site, journey)
  const counts = new Map<string, NodeCount>()
  for (const { id, type } of journey.nodes) {
    const at = waiting.get(id) ?? { members: 0, first: [] }
    const passed = COUNTED.includes(type) ? site.store.passedCount(journey.id, id) : undefined
    counts.set(id, { ...at, passed })
    if (counts.size % 5 === 0) await new Promise(setImmediate)
  }
  return counts
}

function countedDiagram(
  journey: GraphRecord,
  counts: ReadonlyMap<string, NodeCount>,
  path: string,
  chosen: string | undefined,
): Diagram {
  return diagramOf(journey, {
    node(id) {
      const { members = 0, passed = 0 } = counts.get(id) ?? {}
      const notes = [
        ...(members > 0 ? [`${count(members)} here`] : []),
        ...(passed > 0 ? [`${count(passed)} passed`] : []),
      ]
      return {
        note: notes.length > 0 ? notes.join(' · ') : undefined,
        marks: [...(members > 0 ? ['here'] : []), ...(id === chosen ? ['chosen'] : [])],
        href: `${path}?node=${id}`,
      }
    },
  })
}

export const journeyStatus = (site: Site, journey: JourneyRecord): SafeHtml =>
  html`${status(journey.status)}${expiryOf(journey, site.now()) === null ? '' : html` ${chip('ended', 'off')}`}`

function journeyFacts(site: Site, journey: GraphRecord): SafeHtml {
  const { entered = 0, completed = 0, expired = 0 } = site.store.journeyCount(journey.id, site.now()) ?? {}
  return html`${facts([
    ['Entered', count(entered)],
    ['In progress', count(entered - completed - expired)],
    ['Completed', count(completed)],
    ['Expired', count(expired)],
    ['Starts', time(journey.start_date)],
    ['Ends', time(journey.end_date)],
  ])}
<details class="folded"><summary>More about this journey</summary>${facts([
    ['Id', html`<code>${journey.id}</code>`],
    ['Published', time(journey.publish_at)],
    ['Open-ended', journey.open_ended ? 'yes' : 'no'],
    ['Created', time(journey.created_at)],
    ['Created by', journey.created_by ?? undefined],
  ])}</details>`
}

const files = (path: string): SafeHtml =>
  html`<span class="files">Drawing as ${Object.keys(DIAGRAM_FORMATS).map(format => html` <a href="${path}.${format}">.${format}</a>`)}</span>`

/** What the drawing shows, in words; and the settings, which it does not show. */
function nodeTable(journey: GraphRecord, counts: ReadonlyMap<string, NodeCount>, path: string): SafeHtml {
  const rows = journey.nodes.map(({ id, type, name, config }) => {
    const { members = 0, passed } = counts.get(id) ?? {}
    return [
      html`<a href="${path}?node=${id}">${clip(name)}</a>`,
      chip(type, `type-${type}`),
      members > 0 ? count(members) : '',
      passed === undefined ? '' : count(passed),
      Object.keys(config).length > 0 ? html`<code>${JSON.stringify(config)}</code>` : '',
    ]
  })
  const columns = [
    'Name',
    'Type',
    { title: 'Members here', number: true },
    { title: 'Passed', number: true },
    'Settings',
  ]
  return foldedSection('Nodes', table('The nodes of the journey', columns, rows), {
    note: String(journey.nodes.length),
  })
}

function connectionTable(journey: GraphRecord): SafeHtml {
  const names = new Map(journey.nodes.map(({ id, name }) => [id, clip(name)]))
  const rows = journey.connections.map(({ source_node_id, target_node_id, condition }) => [
    names.get(source_node_id) ?? '',
    names.get(target_node_id) ?? '',
    condition === null ? '' : html`<code>${condition}</code>`,
  ])
  return foldedSection(
    'Connections',
    table('How the nodes are connected', ['From', 'To', 'Condition'], rows, {
      otherwise: 'No node is connected to another.',
    }),
    { note: String(journey.connections.length) },
  )
}
