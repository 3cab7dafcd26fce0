import { html, type SafeHtml } from '@remix-run/html-template'
import type { GraphRecord, NodeRecord } from '../contract/records.ts'
import { clip } from '../diagram/text.ts'
import { nodeInWords } from '../diagram/words.ts'
import type { NodeMembers } from '../sites/diagrams.ts'
import { curls } from './action-forms.ts'
import { chip, count } from './elements.ts'
import { exampleAttributes } from './example-attributes.ts'
import { journeyPath, memberPath } from './paths.ts'
import type { SiteView } from './view.ts'

/** How many members are at a node, and how many have passed it. */
export interface NodeCount extends NodeMembers {
  /** Undefined for nodes of which nothing is stored when a member passes. */
  passed: number | undefined
}

/** A node of a journey: what it does in words, which members are there, and a way to send them on. */
export function nodePanel(
  view: SiteView,
  journey: GraphRecord,
  node: NodeRecord,
  counted: NodeCount | undefined,
): SafeHtml {
  const { site } = view
  const { members = 0, first = [], passed } = counted ?? {}
  const emails = first.flatMap(key => site.store.emailOf(key) ?? [])
  return html`<a class="dismiss" href="${journeyPath(site.site_id, journey.id)}" data-panel aria-label="Close">×</a>
<p>${chip(node.type, `type-${node.type}`)}</p>
<h2>${clip(node.name)}</h2>
${nodeInWords(node, journey.nodes, journey.connections).map(text => html`<p>${text}</p>`)}
${passed === undefined ? '' : html`<p class="hint">${count(passed)} ${passed === 1 ? 'member has' : 'members have'} passed it.</p>`}
${
  members > 0
    ? html`<h3>${count(members)} ${members === 1 ? 'member waits' : 'members wait'} here</h3>
<ul class="plain">${emails.map(email => html`<li><a href="${memberPath(site.site_id, email)}">${email}</a></li>`)}</ul>
${members > emails.length ? html`<p class="hint">and ${count(members - emails.length)} more</p>` : ''}`
    : ''
}
${typeof node.config.event === 'string' ? sendEvent(view, node.config.event, node.config.criteria, emails) : ''}`
}

function sendEvent(
  view: SiteView,
  event: string,
  criteria: unknown,
  emails: readonly string[],
): SafeHtml | undefined | string {
  const { site, form, path, options, origin } = view
  if (!options.control) return ''
  const example = exampleAttributes(criteria)
  const attributes = Object.keys(example).length > 0 ? JSON.stringify(example) : ''
  const [email = ''] = emails
  const common = { action: 'postEvent', site: site.site_id } as const
  const fields = html`<label>Member <input name="email" type="text" required maxlength="320" value="${email}" list="node-members" autocomplete="off"></label>
<datalist id="node-members">${emails.map(each => html`<option value="${each}"></option>`)}</datalist>
<label>Attributes, as JSON <textarea name="attributes_json" rows="2" spellcheck="false">${attributes}</textarea></label>`
  return html`<h3>Send the event <code>${event}</code></h3>
${form({ ...common, label: 'Send event', back: path, given: { event }, fields, tone: 'primary' })}
${curls(options, origin, [{ ...common, given: { email: email || 'ann@example.com', event, attributes_json: attributes } }])}`
}
