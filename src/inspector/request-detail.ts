import { html, type SafeHtml } from '@remix-run/html-template'
import type { CheckReport } from '../auth/verify.ts'
import { instantOf, isoOf } from '../clock.ts'
import { operationPath } from '../contract/operations.ts'
import { credentialsFor, type Explanation, explainEntry } from '../sites/credentials.ts'
import { toHar } from '../sites/har.ts'
import type { JournalEntry, RequestRecord } from '../sites/journal.ts'
import { copyable, jsonBlock } from './code.ts'
import {
  chip,
  facts,
  folded,
  foldedSection,
  httpStatusChip,
  journeyLink,
  memberLink,
  section,
  sentence,
  table,
  time,
} from './elements.ts'
import { type ActionForm, actionForm } from './forms.ts'
import type { View } from './view.ts'

/** A request: what was sent, what was answered, and above all why it was refused. `list` is the path of the list. */
export function requestDetail(view: View, record: RequestRecord, list: string): SafeHtml | string {
  const { options, site } = view
  const entry = (site?.requests ?? options.sites.unmatched).entry(record.id)
  if (!entry) return ''
  const { status, authentication } = record
  const explanation = explainEntry(options.sites, options.basePath, entry)
  const checks = [checkList(view, entry, explanation), claims(view, record, explanation)]
  const refused = authentication?.ok === false
  const resend: ActionForm = {
    action: 'resend',
    label: 'Send again',
    given: { request: record.id },
    tone: 'small',
  }
  const again = site && record.operation !== null ? actionForm(view, resend) : ''
  return html`<a class="back-link" href="${list}">All requests</a>
<header class="request-head">${httpStatusChip(status)}<h2><b>${record.method}</b> <span>${record.path}</span></h2>${again}</header>
${requestFacts(view, record)}
${conclusion(record)}
${refused ? checks : ''}
${response(record)}
${section('Request', headerList(record.headers))}
${refused ? '' : foldedSection('Authentication', checks, { note: authenticationNote(record) })}
${copyAs(view, record, explanation)}`
}

function authenticationNote({ authentication }: RequestRecord): SafeHtml | undefined {
  if (!authentication?.ok) return undefined
  return authentication.warnings.length > 0 ? chip('warning', 'wait') : chip('passed', 'good')
}

function requestFacts({ site }: View, record: RequestRecord): SafeHtml {
  const { id, time: at, operation, email, journey_id, duration_ms, fault } = record
  const member = email !== null && site ? memberLink(site, email) : email
  const journey = journey_id !== null && site ? journeyLink(site, journey_id, journey_id) : journey_id
  return facts([
    ['Operation', operation === null ? 'none' : html`<code>${operation}</code>`],
    ['Member', member ?? undefined],
    ['Journey', journey ?? undefined],
    ['Time', time(at)],
    ['Duration', duration_ms === null ? undefined : `${duration_ms.toFixed(1)} ms`],
    [
      'Fault',
      fault ? html`${chip(fault.kind, 'wait')} ${fault.id ?? 'requested in X-Sandbox-Fault'}` : undefined,
    ],
    ['Id', html`<code>${id}</code>`],
  ])
}

/** Why the request was refused or warned about, in a sentence or two. */
function conclusion(record: RequestRecord): SafeHtml {
  const { status, authentication, explanation } = record
  if (!authentication)
    return html`<div class="notice wait"><p>Nothing was authenticated. ${unauthenticatedReason(record)}.</p></div>`
  if (!authentication.ok)
    return html`<div class="notice bad"><p><strong>Refused by the check <code>${authentication.check}</code>.</strong> ${sentence(authentication.hint)}</p></div>`
  if (status !== null && status >= 400 && explanation !== null)
    return html`<div class="notice wait"><p>${sentence(explanation)}</p></div>`
  return html`${authentication.warnings.map(({ hint }) => html`<div class="notice wait"><p>Accepted with a warning: ${sentence(hint)}</p></div>`)}`
}

function unauthenticatedReason({ fault, operation, method, status }: RequestRecord): string {
  if (fault) return `The fault ${fault.kind} came first`
  if (operation === null) return `There is no such operation for ${method}`
  return status === null ? 'The request is not answered yet' : 'The request was refused before'
}

const OUTCOMES = { passed: 'good', warning: 'wait', failed: 'bad', skipped: 'off' }

/** The checks of the authentication, one by one. */
function checkList(
  { options }: View,
  { verdict }: JournalEntry,
  { operation, checks }: Explanation,
): SafeHtml | string {
  if (operation === null) return ''
  const differs = verdict?.ok === true && checks.some(({ outcome }) => outcome === 'failed')
  const remark = differs
    ? 'The request was accepted. As the site is now, it would be refused.'
    : 'In this order; the first that fails decides the response.'
  return html`<div class="checks"><p class="hint">${options.auth === 'off' ? 'The sandbox was started with --auth off, so none of these decided.' : remark}</p><ol>${checks.map(checkItem)}</ol></div>`
}

function checkItem({ check, outcome, expected, actual, hint }: CheckReport): SafeHtml {
  const isProblem = outcome === 'failed' || outcome === 'warning'
  return html`<li class="check ${outcome}">
<p>${chip(outcome, OUTCOMES[outcome])} <code>${check}</code></p>
${outcome === 'passed' ? html`<p class="value">${actual}</p>` : ''}
${isProblem ? html`<dl><div><dt>Expected</dt><dd class="value">${expected}</dd></div><div><dt>Sent</dt><dd class="value">${actual}</dd></div>${hint === null ? '' : html`<div><dt>What to do</dt><dd>${hint}</dd></div>`}</dl>` : ''}
</li>`
}

/** The claims that were sent beside those of a good token. */
function claims(
  { options, site }: View,
  { token, time: at }: RequestRecord,
  { operation, identifier, checks }: Explanation,
): SafeHtml | string {
  if (token === null || typeof token.claims !== 'object' || token.claims === null) return ''
  const sent = token.claims as Record<string, unknown>
  const signed = site && operation && options.control ? site.sign(identifier ?? undefined) : undefined
  const good: Record<string, unknown> = { ...signed?.claims }
  const names = new Set(['sub', 'exp', 'site_id', 'hmac', ...Object.keys(sent)])
  const rows = [...names].map(name => {
    const report = checks.find(({ check }) => check === name)
    return [
      html`<code>${name}</code>`,
      claim(name, sent[name], at),
      name in good ? claim(name, good[name], at) : '',
      report ? chip(report.outcome, OUTCOMES[report.outcome]) : '',
    ]
  })
  const caption = 'The claims that were sent, and those of a token made now'
  return html`<h3>Claims of the token</h3>${table(caption, ['Claim', 'Sent', 'A good one', 'Check'], rows)}`
}

/** Unix time in seconds of the year 10000, from which on dates are written otherwise. */
const YEAR_10000 = 253_402_300_800

/** The value of a claim of a request that came `at` a moment. */
function claim(name: string, value: unknown, at: string): SafeHtml {
  if (value === undefined) return html`<span class="none">missing</span>`
  const seconds = name === 'exp' && value !== null ? Number(value) : Number.NaN
  const shown = html`<code>${typeof value === 'string' ? value : JSON.stringify(value)}</code>`
  if (!(seconds >= 0 && seconds < YEAR_10000)) return shown
  const isOver = seconds * 1000 < instantOf(at)
  return html`${shown} <small>${time(isoOf(seconds * 1000))}${isOver ? ', before the request came' : ''}</small>`
}

function response({ response, status }: RequestRecord): SafeHtml | string {
  if (!response) return ''
  const { headers, body, truncated } = response
  return section(
    'Response',
    html`${responseBody(body)}${truncated ? html`<p class="hint">The end of the body is left out.</p>` : ''}
${folded('Headers', headerList(headers))}`,
    { aside: httpStatusChip(status) },
  )
}

function responseBody(body: string | null): SafeHtml {
  if (body === null)
    return html`<p class="empty">The body is no longer kept; start the sandbox with a higher --journal-bytes to keep more.</p>`
  if (body === '') return html`<p class="empty">The response has no body.</p>`
  return jsonBlock(body, 'The body of the response')
}

const headerList = (headers: Record<string, string>): SafeHtml =>
  html`<dl class="headers">${Object.entries(headers).map(
    ([name, value]) => html`<dt>${name}</dt><dd class="value">${value}</dd>`,
  )}</dl>`

const toFetch = (url: string, headers: Record<string, string>): string =>
  `const response = await fetch(${JSON.stringify(url)}, ${JSON.stringify({ headers }, null, 2)})
const body = await response.text()`

// An object of strings in JSON is a dictionary in Python, too.
const toPython = (url: string, headers: Record<string, string>): string => `import requests

response = requests.get(${JSON.stringify(url)}, headers=${JSON.stringify(headers, null, 4)})
print(response.status_code, response.text)`

/** The request as HAR, and a similar one that works: for the same site, or for the first where it named none. */
function copyAs(
  { options, baseUrl, origin, site: named }: View,
  record: RequestRecord,
  { operation, identifier }: Explanation,
): SafeHtml {
  const site = named ?? options.sites.list()[0]
  const har = JSON.stringify(toHar([record], origin), null, 2)
  if (!options.control || !site || operation === null) return foldedSection('Copy as', copyTabs({ HAR: har }))
  const { headers, curl } = credentialsFor(site, baseUrl, {
    operation,
    ...(identifier !== null && { identifier }),
  })
  const url = `${baseUrl}${operationPath(operation, identifier ?? undefined)}`
  const snippets = { curl, fetch: toFetch(url, headers), Python: toPython(url, headers), HAR: har }
  const note = named
    ? 'The same request with a fresh token that is valid for an hour. HAR has what was sent, without the signature of its token.'
    : `The same request for the site ${site.name}, with a fresh token.`
  return section('Copy as', html`<p class="hint">${note}</p>${copyTabs(snippets)}`)
}

/** Snippets of which one is shown, chosen by radio buttons, so that it works without a script. */
const copyTabs = (snippets: Record<string, string>): SafeHtml => {
  const tabs = Object.entries(snippets).map(
    ([label, text], i) =>
      html`<label><input type="radio" name="copy-as" value="${i}"${i === 0 ? html` checked` : ''}>${label}</label>
<div class="panel">${copyable(text, label === 'HAR' ? 'The request and its response as HAR' : `A request that works, as ${label}`)}</div>`,
  )
  return html`<fieldset class="tabs"><legend>Copy as</legend>
${tabs}
</fieldset>`
}
