import { setImmediate } from 'node:timers/promises'
import { html, type SafeHtml } from '@remix-run/html-template'
import { NODE_TYPES } from '../contract/journey.ts'
import type { GraphRecord, NodeRecord } from '../contract/records.ts'
import { type Diagram, diagramOf } from '../diagram/diagram.ts'
import { clip } from '../diagram/text.ts'
import { nodeInWords } from '../diagram/words.ts'
import { NotFound } from '../errors.ts'
import { DIAGRAM_FORMATS, type NodeMembers, waitingMembers } from '../sites/diagrams.ts'
import type { Site } from '../sites/site.ts'
import { count, countOf } from '../text.ts'
import { canvas } from './canvas.ts'
import { callWithToken } from './code.ts'
import { chip, facts, folded, foldedSection, memberLink, shortened, table, time } from './elements.ts'
import { exampleJson } from './event-form.ts'
import { actionForms, field, optionsOf } from './forms.ts'
import { journeyStatus } from './journeys.ts'
import { type Page, type SiteView, sitePath } from './view.ts'

/** A journey as a graph; `?node=` opens the panel of a node. */
export async function journeyPage(view: SiteView): Promise<Page> {
  const { site, params, query } = view
  const journey = site.store.journey(params.journey_id ?? '')
  if (!journey) throw new NotFound(`there is no journey ${params.journey_id}`)
  const counts = await nodeCounts(site, journey)
  const chosen = journey.nodes.find(node => node.id === query.node)
  const path = sitePath(site, 'journeys', journey.id)
  const files = Object.keys(DIAGRAM_FORMATS).map(format => html` <a href="${path}.${format}">.${format}</a>`)
  const drawing = await canvas(countedDiagram(journey, counts, path, chosen?.id), {
    label: `Drawing of the journey ${clip(journey.name)}`,
    name: 'journey',
    kind: 'main',
    panel: html`<aside id="node-panel" class="node-panel" aria-label="The chosen node" aria-live="polite">${chosen && nodePanel(view, journey, chosen, counts.get(chosen.id))}</aside>`,
  })
  return {
    title: journey.name,
    parent: [sitePath(site, 'journeys'), 'Journeys'],
    aside: html`${journeyStatus(site, journey)} <span class="files">Drawing as ${files}</span>`,
    content: [
      journey.description === ''
        ? ''
        : html`<div class="description">${shortened(journey.description, 240)}</div>`,
      journeyFacts(site, journey),
      html`<div class="canvas-frame">${drawing}
${legend(journey)}</div>`,
      nodeTable(journey, counts, path),
      callWithToken(view, { operation: 'getJourney', identifier: journey.id }),
    ],
  }
}

/** The types of the nodes; clearing one dims its nodes. */
function legend({ nodes }: GraphRecord): SafeHtml {
  const types = NODE_TYPES.filter(type => nodes.some(node => node.type === type))
  const boxes = types.map(
    type =>
      html`<label class="chip type-${type}"><input type="checkbox" name="type" value="${type}" checked>${type}</label>`,
  )
  return html`<fieldset class="legend"><legend class="sr">Types of nodes to show</legend>${boxes}</fieldset>`
}

/** How many members are at a node, and how many have passed it. */
interface NodeCount extends NodeMembers {
  /** Undefined for nodes of which nothing is stored when a member passes. */
  passed: number | undefined
}

/** The types of nodes for which something is stored when a member passes. */
const COUNTED = ['event', 'action', 'reward', 'badge']

async function nodeCounts(site: Site, journey: GraphRecord): Promise<Map<string, NodeCount>> {
  const waiting = await waitingMembers(site, journey)
  const counts = new Map<string, NodeCount>()
  for (const { id, type } of journey.nodes) {
    const passed = COUNTED.includes(type) ? site.store.passedCount(journey.id, id) : undefined
    counts.set(id, { members: 0, first: [], ...waiting.get(id), passed })
    if (counts.size % 5 === 0) await setImmediate()
  }
  return counts
}

const countedDiagram = (
  journey: GraphRecord,
  counts: ReadonlyMap<string, NodeCount>,
  path: string,
  chosen: string | undefined,
): Diagram =>
  diagramOf(journey, {
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

function journeyFacts(site: Site, journey: GraphRecord): SafeHtml {
  const { entered = 0, completed = 0, expired = 0 } = site.store.journeyCount(journey.id, site.now()) ?? {}
  const more = facts([
    ['Id', html`<code>${journey.id}</code>`],
    ['Published', time(journey.publish_at)],
    ['Open-ended', journey.open_ended ? 'yes' : 'no'],
    ['Created', time(journey.created_at)],
    ['Created by', journey.created_by ?? undefined],
  ])
  return html`${facts([
    ['Entered', count(entered)],
    ['In progress', count(entered - completed - expired)],
    ['Completed', count(completed)],
    ['Expired', count(expired)],
    ['Starts', time(journey.start_date)],
    ['Ends', time(journey.end_date)],
  ])}
${folded('More about this journey', more)}`
}

/** The same as the drawing, as a table; and the settings, which it does not show. */
function nodeTable(journey: GraphRecord, counts: ReadonlyMap<string, NodeCount>, path: string): SafeHtml {
  const columns = ['Name', 'Type', { number: 'Members here' }, { number: 'Passed' }, 'Settings', 'Leads to']
  const names = new Map(journey.nodes.map(({ id, name }) => [id, clip(name)]))
  const targetsOf = (id: string) =>
    journey.connections
      .filter(({ source_node_id }) => source_node_id === id)
      .map(
        ({ target_node_id, condition }) =>
          html`<div>${names.get(target_node_id)}${condition === null ? '' : html` <code>${condition}</code>`}</div>`,
      )
  const rows = journey.nodes.map(({ id, type, config }) => {
    const { members = 0, passed } = counts.get(id) ?? {}
    return [
      html`<a href="${path}?node=${id}">${names.get(id)}</a>`,
      chip(type, `type-${type}`),
      members > 0 ? count(members) : '',
      passed === undefined ? '' : count(passed),
      Object.keys(config).length > 0 ? html`<code>${JSON.stringify(config)}</code>` : '',
      html`${targetsOf(id)}`,
    ]
  })
  const note = String(journey.nodes.length)
  return foldedSection('Nodes', table('The nodes of the journey', columns, rows), { note })
}

/** What a node does in words, which members are there, and a form that sends them on. */
function nodePanel(
  view: SiteView,
  journey: GraphRecord,
  node: NodeRecord,
  { members = 0, first = [], passed }: Partial<NodeCount> = {},
): SafeHtml {
  const { site } = view
  const emails = first.flatMap(key => site.store.emailOf(key) ?? [])
  const more = members - emails.length
  return html`<a class="dismiss" href="${sitePath(site, 'journeys', journey.id)}" data-panel aria-label="Close">×</a>
<p>${chip(node.type, `type-${node.type}`)}</p>
<h2>${clip(node.name)}</h2>
${nodeInWords(node, journey.nodes, journey.connections).map(text => html`<p>${text}</p>`)}
${passed === undefined ? '' : html`<p class="hint">${count(passed)} ${passed === 1 ? 'member has' : 'members have'} passed it.</p>`}
${
  members > 0
    ? html`<h3>${countOf(members, 'member')} ${members === 1 ? 'waits' : 'wait'} here</h3>
<ul class="plain">${emails.map(email => html`<li>${memberLink(site, email)}</li>`)}</ul>
${more > 0 ? html`<p class="hint">and ${count(more)} more</p>` : ''}`
    : ''
}
${sendEvent(view, node, emails)}`
}

function sendEvent(view: SiteView, { config }: NodeRecord, emails: readonly string[]): SafeHtml | string {
  const { event, criteria } = config
  if (!view.options.control || typeof event !== 'string') return ''
  const [email = ''] = emails
  const attributes_json = exampleJson(criteria)
  const fields = html`${field(view, 'Member', 'email', { required: true, maxlength: 320, list: 'node-members', value: email })}
<datalist id="node-members">${optionsOf(emails)}</datalist>
${field(view, 'Attributes, as JSON', 'attributes_json', { rows: 2, value: attributes_json })}`
  return html`<h3>Send the event <code>${event}</code></h3>
${actionForms(view, {
  action: 'postEvent',
  label: 'Send event',
  tone: 'primary',
  given: { event },
  fields,
  example: { email: email || 'ann@example.com', attributes_json },
})}`
}
