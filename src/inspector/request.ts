import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { NotFound } from '../errors.ts'
import { credentialsFor, type Explanation, explainEntry, toCurl } from '../sites/credentials.ts'
import type { Journal, RequestRecord } from '../sites/journal.ts'
import type { Site } from '../sites/site.ts'
import { journeyHref, memberHref, requestsHref, siteHref } from './addresses.ts'
import { checks, comparison } from './authentication.ts'
import { chip, copyable, facts, folded, section, table, time } from './elements.ts'
import { statusOf } from './journal-table.ts'
import { sendPage } from './page.ts'
import { type PageOptions, paramOf, siteCrumbs, type View, viewOf } from './view.ts'

/** A call: what was sent, what became of it, and above all why it was refused. */
export function requestPage(
  request: FastifyRequest,
  reply: FastifyReply,
  page: PageOptions,
  journal: Journal,
  site?: Site,
): FastifyReply {
  const view = viewOf(request, page)
  const id = paramOf(request, 'id')
  const [entry, record] = [journal.entry(id), journal.get(id)]
  if (!entry || !record)
    throw new NotFound(`there is no call ${id} in the journal, which keeps the last ${journal.size}`)
  const explanation = explainEntry(page.options.sites, page.options.basePath, entry)
  const base = site ? siteCrumbs(site) : ([['/', 'Sites']] as const)
  return sendPage(reply, {
    ...view,
    title: record.operation ?? `${record.method} ${record.path.slice(0, 100)}`,
    crumbs: [...base, [requestsHref(site?.site_id), site ? 'Journal' : 'Unknown callers']],
    aside: statusOf(record),
    content: [
      sent(record, site),
      verdict(record),
      checks(entry, explanation, page.options.auth),
      comparison(record, explanation, page.options, site),
      repetition(explanation, page, view, site),
      section(
        'What was sent',
        html`${headers(record)}${folded('As curl, without the signature of its token', toCurl(`${view.origin}${record.path}`, record.headers, record))}`,
      ),
    ],
  })
}

function sent(
  { id, time: at, method, path, email, journey_id, duration_ms, fault }: RequestRecord,
  site?: Site,
): SafeHtml {
  const subject = email ?? journey_id
  const href =
    site && subject !== null ? (email === null ? journeyHref : memberHref)(site.site_id, subject) : undefined
  return facts([
    ['Request', html`<code>${method} ${path}</code>`],
    ['Site', site ? html`<a href="${siteHref(site.site_id)}">${site.name}</a>` : 'none that is here'],
    [
      'About',
      subject === null ? undefined : href === undefined ? subject : html`<a href="${href}">${subject}</a>`,
    ],
    ['Came', time(at)],
    ['Took', duration_ms === null ? undefined : `${duration_ms.toFixed(1)} ms`],
    [
      'Fault',
      fault ? html`${chip(fault.kind, 'wait')} ${fault.id ?? 'asked for in X-Sandbox-Fault'}` : undefined,
    ],
    ['Id', html`<code>${id}</code>`],
  ])
}

/** What became of the call, in a sentence or two. */
function verdict({ status, authentication, fault, operation, method }: RequestRecord): SafeHtml {
  if (authentication && !authentication.ok) {
    return html`<div class="notice bad"><p><strong>Refused by the check <code>${authentication.check}</code>.</strong> ${capital(authentication.hint)}.</p></div>`
  }
  if (authentication) {
    return html`${authentication.warnings.map(({ hint }) => html`<div class="notice wait"><p>Let in, with a warning: ${hint}.</p></div>`)}`
  }
  const reason = fault
    ? `The fault ${fault.kind} came first`
    : operation === null
      ? `There is no such operation for ${method}`
      : status === null
        ? 'The call has not come that far'
        : 'The call was refused before'
  return html`<div class="notice wait"><p>Nothing was authenticated. ${reason}.</p></div>`
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

/** A call that works: about the same, of the same site, or of the first where it named none. */
function repetition(
  { operation, identifier }: Explanation,
  { options }: PageOptions,
  { baseUrl }: View,
  named?: Site,
): SafeHtml {
  const site = named ?? options.sites.list()[0]
  if (!options.control || !site || operation === null) return html``
  const wish = { operation, ...(identifier !== null && { identifier }) }
  const note = named
    ? 'The same call with a fresh token: the journal keeps no signature, so that what it shows cannot be used again.'
    : `The same call for the site ${site.name}, with a fresh token.`
  return section(
    'Repeat it',
    html`<p class="hint">${note}</p>${copyable(credentialsFor(site, baseUrl, wish).curl, 'A call that works')}`,
  )
}

const headers = ({ headers }: RequestRecord): SafeHtml =>
  table(
    'The headers of the request',
    ['Header', 'Value'],
    Object.entries(headers).map(
      ([name, value]) =>
        html`<tr><th scope="row"><code>${name}</code></th><td class="value">${value}</td></tr>`,
    ),
  )
