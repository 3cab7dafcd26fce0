import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyInstance } from 'fastify'
import { OPERATION_IDS } from '../contract/operations.ts'
import { toCurl } from '../sites/credentials.ts'
import type { ActiveFault, Fault } from '../sites/fault-rule.ts'
import { type ActionForm, curls } from './action-forms.ts'
import { folded } from './code.ts'
import { chip, count, section, table } from './elements.ts'
import { sendPage } from './page.ts'
import { PAGE, type PageOptions, type SiteView, siteViewOf } from './view.ts'

/** The fault rules of a site, and forms that add one. */
export async function faultRoutes(scope: FastifyInstance, page: PageOptions): Promise<void> {
  scope.get('/sites/:site_id/faults', PAGE, (request, reply) => {
    const view = siteViewOf(request, page)
    return sendPage(reply, {
      view,
      title: 'Faults',
      tab: 'faults',
      content: [activeRules(view), quickFaults(view), builder(view)],
    })
  })
}

function activeRules(view: SiteView): SafeHtml {
  const { site, form, path, origin, options } = view
  const common = { site: site.site_id, back: path }
  const rules = site.faults.list()
  const rows = rules.map(rule => [
    html`<code>${rule.id}</code>`,
    effectOf(rule),
    matchOf(rule),
    html`${count(rule.used)} of ${count(rule.seen)}`,
    html`${form({ ...common, action: 'removeFault', label: 'Remove', given: { rule: rule.id }, tone: 'small' })}`,
  ])
  const clear =
    rules.length > 1
      ? form({ ...common, action: 'clearFaults', label: 'Remove all', tone: 'small danger' })
      : undefined
  return section(
    'Active rules',
    html`${table(
      'The first rule that applies wins',
      ['Rule', 'Fault', 'Requests', { title: 'Injected', number: true }, 'Action'],
      rows,
      { otherwise: 'No rules: every request is answered as the vendor would.' },
    )}
${options.control && rules.length > 0 ? folded('The same rules with curl', rules.map(rule => ruleAsCurl(site.site_id, rule, origin)).join('\n')) : ''}`,
    { aside: clear },
  )
}

const ruleAsCurl = (siteId: string, { id, seen, used, ...rule }: ActiveFault, origin: string): string =>
  toCurl(
    `${origin}/_sandbox/sites/${encodeURIComponent(siteId)}/faults`,
    { 'Content-Type': 'application/json' },
    { method: 'POST', body: JSON.stringify(rule) },
  )

/** What a rule does, in a line. */
function effectOf({ fault }: ActiveFault): SafeHtml {
  const { kind, ...rest } = fault
  return html`${chip(kind, 'wait')} ${Object.keys(rest).length > 0 ? html`<code>${JSON.stringify(rest)}</code>` : ''}`
}

/** Which requests a rule is for, in words. */
function matchOf({ match, after, times, probability }: ActiveFault): string {
  const words = [
    ...(Object.values(match ?? {}).length > 0 ? Object.values(match ?? {}) : ['every request']),
    ...(after === undefined ? [] : [`after ${after}`]),
    ...(times === undefined ? [] : [times === 1 ? 'once' : `${times} times`]),
    ...(probability === undefined ? [] : [`with probability ${probability}`]),
  ]
  return words.join(', ')
}

const QUICK = [
  ['503', { kind: 'status', status: '503' }],
  ['429 with Retry-After', { kind: 'status', status: '429', headers: 'Retry-After: 5' }],
  ['401', { kind: 'status', status: '401' }],
  ['2 s late', { kind: 'delay', ms: '2000' }],
  ['connection reset', { kind: 'reset' }],
  ['no answer', { kind: 'hang' }],
  ['broken JSON', { kind: 'malformed' }],
] as const

function quickFaults(view: SiteView): SafeHtml | string {
  const { site, form, path, options, origin } = view
  if (!options.control) return ''
  const forms = QUICK.map(
    ([label, given]): ActionForm => ({
      action: 'addFault',
      site: site.site_id,
      back: path,
      label,
      given: { ...given, times: '1' },
    }),
  )
  return section(
    'For the next request',
    html`<div class="buttons">${forms.map(form)}</div>${curls(options, origin, forms)}`,
  )
}

const KINDS = [
  ['status', 'Answer with an error status'],
  ['delay', 'Answer late'],
  ['drip', 'Answer slowly, in small pieces'],
  ['reset', 'Reset the connection'],
  ['hang', 'Never answer'],
  ['truncate', 'Break off the body'],
  ['malformed', 'Answer with broken JSON'],
  ['patch', 'Change the right answer'],
] as const satisfies [Fault['kind'], string][]

/** A form for every kind of fault and every match. Only the fields of the chosen kind are shown. */
function builder(view: SiteView): SafeHtml | string {
  const { site, form, path, options, origin, notice } = view
  if (!options.control) return ''
  const given = notice?.form?.kind === undefined ? {} : notice.form
  const kind = given.kind ?? 'status'
  const text = (name: string, label: string, rest: Record<string, string> = {}) =>
    html`<label>${label} <input name="${name}" value="${given[name] ?? rest.value}" placeholder="${rest.placeholder}" inputmode="${rest.inputmode ?? 'text'}" autocomplete="off"></label>`
  const digits = { inputmode: 'numeric' }
  const fields = html`<div class="fault-builder">
<fieldset class="kinds"><legend>What goes wrong</legend>${KINDS.map(
    ([value, label]) =>
      html`<label><input type="radio" name="kind" value="${value}"${value === kind ? html` checked` : ''}><span><code>${value}</code> ${label}</span></label>`,
  )}</fieldset>
<fieldset class="of-kind of-status"><legend>The answer</legend>${text('status', 'Status', { value: '503', ...digits })}
<label>Body, JSON or text <textarea name="body" rows="2" spellcheck="false" placeholder="the vendor's error body">${given.body}</textarea></label>
<label>Headers, one a line <textarea name="headers" rows="2" spellcheck="false" placeholder="Retry-After: 5">${given.headers}</textarea></label></fieldset>
<fieldset class="of-kind of-delay"><legend>How late</legend>${text('ms', 'Milliseconds', { value: '2000', ...digits })}${text('ms_max', 'At most, for a random delay', digits)}</fieldset>
<fieldset class="of-kind of-drip"><legend>How slowly</legend>${text('bytes', 'Bytes at a time', { value: '16', ...digits })}${text('every_ms', 'Every so many milliseconds', { value: '200', ...digits })}</fieldset>
<fieldset class="of-kind of-patch"><legend>The change</legend><label>JSON Patch <textarea name="patch" rows="5" spellcheck="false" placeholder='[{"op": "replace", "path": "/journeys/0/status", "value": "Paused"}]'>${given.patch}</textarea></label></fieldset>
<fieldset><legend>Which requests</legend>
<label>Operation <select name="operation"><option value="">every operation</option>${OPERATION_IDS.map(id => html`<option${id === given.operation ? html` selected` : ''}>${id}</option>`)}</select></label>
${text('email', 'About this member', { placeholder: 'ann@example.com' })}
${text('journey_id', 'About this journey', { placeholder: 'id of the journey' })}</fieldset>
<fieldset><legend>How often</legend>
${text('after', 'Let so many pass first', { placeholder: '0', ...digits })}
${text('times', 'So many times', { placeholder: 'until removed', ...digits })}
${text('probability', 'With probability', { placeholder: '1', inputmode: 'decimal' })}
${text('seed', 'Random seed', { placeholder: 'of the rule', ...digits })}</fieldset>
</div>`
  const common = { action: 'addFault', site: site.site_id } as const
  const example = {
    kind: 'status',
    status: '503',
    operation: 'getMemberJourneys',
    email: 'ann@example.com',
    times: '2',
  }
  return section(
    'Build a rule',
    html`${form({ ...common, label: 'Add rule', back: path, fields, tone: 'primary' })}${curls(options, origin, [{ ...common, given: example }])}`,
  )
}
