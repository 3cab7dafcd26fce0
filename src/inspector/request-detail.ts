import { html, type SafeHtml } from '@remix-run/html-template'
import { operationPath } from '../contract/operations.ts'
import { credentialsFor, type Explanation, explainEntry } from '../sites/credentials.ts'
import { toHar } from '../sites/har.ts'
import type { Journal, RequestRecord } from '../sites/journal.ts'
import type { Site } from '../sites/site.ts'
import { checks, comparison } from './authentication.ts'
import { copyable, jsonBlock, tabs } from './code.ts'
import { chip, facts, foldedSection, section, sentence, time } from './elements.ts'
import { journeyPath, memberPath, requestsPath, withQuery } from './paths.ts'
import { type RequestQuery, statusChip } from './request-list.ts'
import { SNIPPETS } from './snippets.ts'
import type { View } from './view.ts'

/** A request: what was sent, what was answered, and above all why it was refused. */
export function requestDetail(
  view: View,
  journal: Journal,
  record: RequestRecord,
  query: RequestQuery,
): SafeHtml | string {
  const { options, site } = view
  const entry = journal.entry(record.id)
  if (!entry) return ''
  const explanation = explainEntry(options.sites, options.basePath, entry)
  const refused = record.authentication?.ok === false
  return html`<a class="back-link" href="${withQuery(requestsPath(site?.site_id), { ...query })}">All requests</a>
<header class="request-head">${statusChip(record)}<h2><b>${record.method}</b> <span>${record.path}</span></h2>${sendAgain(view, record)}</header>
${about(record, site)}
${verdict(record)}
${refused ? checks(entry, explanation, options.auth) : ''}
${refused ? comparison(record, explanation, options, site) : ''}
${answer(record)}
${section('Request', headerList(record.headers))}
${refused ? '' : foldedSection('Authentication', [checks(entry, explanation, options.auth), comparison(record, explanation, options, site)], { note: authenticated(record) })}
${repetition(view, record, explanation)}`
}

/** Sends the request again, with a fresh token, and leads to the new one. */
function sendAgain({ form, site, path }: View, record: RequestRecord): SafeHtml | undefined | string {
  if (!site || record.operation === null) return ''
  return form({
    action: 'resend',
    site: site.site_id,
    label: 'Send again',
    back: path,
    given: { request: record.id },
    tone: 'small',
  })
}

function about(record: RequestRecord, site?: Site): SafeHtml {
  const { id, time: at, operation, email, journey_id, duration_ms, fault } = record
  const subject = email ?? journey_id
  const path = email === null ? journeyPath : memberPath
  return facts([
    ['Operation', operation === null ? 'none' : html`<code>${operation}</code>`],
    [
      email === null ? 'Journey' : 'Member',
      subject === null
        ? undefined
        : site
          ? html`<a href="${path(site.site_id, subject)}">${subject}</a>`
          : subject,
    ],
    ['Time', time(at)],
    ['Duration', duration_ms === null ? undefined : `${duration_ms.toFixed(1)} ms`],
    [
      'Fault',
      fault ? html`${chip(fault.kind, 'wait')} ${fault.id ?? 'requested in X-Sandbox-Fault'}` : undefined,
    ],
    ['Id', html`<code>${id}</code>`],
  ])
}

/** What became of the request, in a sentence or two. */
function verdict({
  status,
  authentication,
  fault,
  operation,
  method,
  explanation,
}: RequestRecord): SafeHtml | string {
  if (authentication && !authentication.ok) {
    return html`<div class="notice bad"><p><strong>Refused by the check <code>${authentication.check}</code>.</strong> ${sentence(authentication.hint)}</p></div>`
  }
  if (authentication && status !== null && status >= 400 && explanation !== null) {
    return html`<div class="notice wait"><p>${sentence(explanation)}</p></div>`
  }
  if (authentication) {
    return html`${authentication.warnings.map(({ hint }) => html`<div class="notice wait"><p>Accepted with a warning: ${sentence(hint)}</p></div>`)}`
  }
  const reason = fault
    ? `The fault ${fault.kind} came first`
    : operation === null
      ? `There is no such operation for ${method}`
      : status === null
        ? 'The request has not come that far'
        : 'The request was refused before'
  return html`<div class="notice wait"><p>Nothing was authenticated. ${reason}.</p></div>`
}

const authenticated = ({ authentication }: RequestRecord): SafeHtml | undefined =>
  authentication === null
    ? undefined
    : authentication.ok && authentication.warnings.length > 0
      ? chip('warning', 'wait')
      : chip('passed', 'good')

function answer({ response, status }: RequestRecord): SafeHtml | string {
  if (!response) return ''
  const { headers, body, truncated } = response
  return section(
    'Response',
    html`${
      body === null
        ? html`<p class="empty">The body is no longer kept; start the sandbox with a higher --journal-bytes to keep more.</p>`
        : body === ''
          ? html`<p class="empty">The response has no body.</p>`
          : jsonBlock(body, 'The body of the response')
    }${truncated ? html`<p class="hint">The end of the body is left out.</p>` : ''}
<details class="folded"><summary>Headers</summary>${headerList(headers)}</details>`,
    { aside: statusChip({ status }) },
  )
}

const headerList = (headers: Record<string, string>): SafeHtml =>
  html`<dl class="headers">${Object.entries(headers).map(
    ([name, value]) => html`<dt>${name}</dt><dd class="value">${value}</dd>`,
  )}</dl>`

/** A request that works: about the same, of the same site, or of the first where it named none. */
function repetition(
  { options, baseUrl, origin, site: named }: View,
  record: RequestRecord,
  { operation, identifier }: Explanation,
): SafeHtml | string {
  const site = named ?? options.sites.list()[0]
  const har: [string, SafeHtml] = [
    'HAR',
    copyable(JSON.stringify(toHar([record], origin), null, 2), 'The request and its response as HAR'),
  ]
  if (!options.control || !site || operation === null)
    return foldedSection('Copy as', tabs('copy-as', 'Copy as', [har]))
  const { headers } = credentialsFor(site, baseUrl, { operation, ...(identifier !== null && { identifier }) })
  const snippet = {
    url: `${baseUrl}${operationPath(operation, identifier ?? undefined)}`,
    method: 'GET',
    headers,
  }
  const note = named
    ? 'The same request with a fresh token that is valid for an hour. HAR has what was sent, without the signature of its token.'
    : `The same request for the site ${site.name}, with a fresh token.`
  return section(
    'Copy as',
    html`<p class="hint">${note}</p>${tabs('copy-as', 'Copy as', [
      ...SNIPPETS.map(
        ([label, write]) => [label, copyable(write(snippet), `A request that works, as ${label}`)] as const,
      ),
      har,
    ])}`,
  )
}
