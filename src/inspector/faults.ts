import { html, type SafeHtml } from '@remix-run/html-template'
import { OPERATION_IDS } from '../contract/operations.ts'
import type { ActiveFault } from '../sites/fault-rule.ts'
import { count } from '../text.ts'
import { foldedCode } from './code.ts'
import { chip, section, table } from './elements.ts'
import { type FaultField, type FaultFields, FREQUENCY, KINDS, MATCH } from './fault-form.ts'
import { type ActionForm, actionForm, actionForms, curlOf, field, optionsOf } from './forms.ts'
import type { Page, SiteView, Values } from './view.ts'

/** The fault rules of a site, and forms that add one. */
export const faultsPage = (view: SiteView): Page => ({
  title: 'Faults',
  content: [
    activeRules(view),
    ...(view.options.control
      ? [section('For the next request', actionForms(view, ...QUICK)), ruleForm(view)]
      : []),
  ],
})

function activeRules(view: SiteView): SafeHtml {
  const rules = view.site.faults.list()
  const columns = ['Rule', 'Fault', 'Requests', { number: 'Injected' }, 'Action']
  const rows = rules.map(rule => [
    html`<code>${rule.id}</code>`,
    effectOf(rule),
    requestsOf(rule),
    `${count(rule.used)} of ${count(rule.seen)}`,
    html`${actionForm(view, { action: 'removeFault', label: 'Remove', given: { rule: rule.id }, tone: 'small' })}`,
  ])
  const commands = rules.map(({ id, seen, used, ...body }) => {
    const path = `/_sandbox/sites/${encodeURIComponent(view.site.site_id)}/faults`
    return curlOf(view, { method: 'POST', path, body })
  })
  const clear: ActionForm = { action: 'clearFaults', label: 'Remove all', tone: 'small danger' }
  return section(
    'Active rules',
    html`${table('The first rule that applies wins', columns, rows, 'No rules: every request is answered as the vendor would.')}
${view.options.control && rules.length > 0 ? foldedCode('The same rules with curl', commands.join('\n')) : ''}`,
    { aside: rules.length > 1 ? actionForm(view, clear) : undefined },
  )
}

function effectOf({ fault: { kind, ...settings } }: ActiveFault): SafeHtml {
  const written = Object.keys(settings).length > 0 && html`<code>${JSON.stringify(settings)}</code>`
  return html`${chip(kind, 'wait')} ${written || ''}`
}

/** Which requests a rule is for, in words. */
function requestsOf({ match, after, times, probability }: ActiveFault): string {
  const wanted = Object.values(match ?? {})
  const words = [
    ...(wanted.length > 0 ? wanted : ['every request']),
    ...(after === undefined ? [] : [`after ${after}`]),
    ...(times === undefined ? [] : [times === 1 ? 'once' : `${times} times`]),
    ...(probability === undefined ? [] : [`with probability ${probability}`]),
  ]
  return words.join(', ')
}

const once = (label: string, fault: Values): ActionForm => ({
  action: 'addFault',
  label,
  given: { ...fault, times: '1' },
})

const QUICK = [
  once('503', { kind: 'status', status: '503' }),
  once('429 with Retry-After', { kind: 'status', status: '429', headers: 'Retry-After: 5' }),
  once('401', { kind: 'status', status: '401' }),
  once('2 s late', { kind: 'delay', ms: '2000' }),
  once('connection reset', { kind: 'reset' }),
  once('no answer', { kind: 'hang' }),
  once('broken JSON', { kind: 'malformed' }),
]

/** A form for every kind of fault and every match. Only the fields of the chosen kind are shown. */
function ruleForm(view: SiteView): SafeHtml {
  const form = view.notice?.form ?? {}
  const { kind: chosen = 'status' } = form
  const input = ({ name, label, attributes }: FaultField) =>
    name === 'operation'
      ? html`<label>${label} <select name="operation"><option value="">every operation</option>${optionsOf(OPERATION_IDS, form.operation)}</select></label>`
      : field(view, label, name, attributes)
  const fieldset = (kind: string, { legend, fields = [] }: Partial<FaultFields>) =>
    html`<fieldset class="${kind}"><legend>${legend}</legend>${fields.map(input)}</fieldset>`
  const kinds = Object.entries(KINDS)
  return section(
    'Build a rule',
    actionForms(view, {
      action: 'addFault',
      label: 'Add rule',
      tone: 'primary',
      fields: html`<div class="fault-builder">
<fieldset class="kinds"><legend>Kind of fault</legend>${kinds.map(
        ([kind, { label }]) =>
          html`<label><input type="radio" name="kind" value="${kind}"${kind === chosen ? html` checked` : ''}><span><code>${kind}</code> ${label}</span></label>`,
      )}</fieldset>
${kinds.filter(([, { fields }]) => fields).map(([kind, own]) => fieldset(`of-kind of-${kind}`, own))}
${fieldset('', MATCH)}
${fieldset('', FREQUENCY)}
</div>`,
      example: {
        kind: 'status',
        status: '503',
        operation: 'getMemberJourneys',
        email: 'ann@example.com',
        times: '2',
      },
    }),
  )
}
