import { html, type SafeHtml } from '@remix-run/html-template'
import { clip } from '../diagram/text.ts'
import { OUTCOME_KINDS, type Report, type ReportOutcome, reportOf } from '../sites/report.ts'
import { count, countOf } from '../text.ts'
import { foldedCode } from './code.ts'
import {
  type Cell,
  chip,
  foldedSection,
  httpStatusChip,
  journeyLink,
  memberLink,
  section,
  table,
} from './elements.ts'
import { curlOf } from './forms.ts'
import { following } from './requests.ts'
import { type Page, requestsPath, type SiteView, sitePath, withQuery } from './view.ts'

/** What a suite of tests has exercised, as a grid that fills while it runs. */
export function reportPage(view: SiteView): Page {
  const { site, query, options } = view
  const clones = options.sites.clonesOf(site)
  const withClones = query.clones !== undefined
  const report = reportOf(withClones ? [site, ...clones] : [site])
  const path = sitePath(site, 'report')
  const link = withClones
    ? html`<a class="button small" href="${path}">This site alone</a>`
    : html`<a class="button small" href="${path}?clones=true">With its ${countOf(clones.length, 'clone')}</a>`
  return {
    title: 'Report',
    aside: clones.length === 0 ? '' : link,
    content: html`<div id="live" data-refresh="${view.path}">
<p class="hint">The outcomes that are possible for every operation, and how often the clients of this site have met them since the last reset. A number leads to the first request that met the outcome.</p>
<span hidden${following(view)}></span>
${OUTCOME_KINDS.map(kind => grid(view, report, kind))}
${unexpectedRefusals(view, report)}
${unusedFaults(report)}
${neverRead(view, report)}
</div>
${options.control ? foldedCode('The same in a pipeline', commands(view)) : ''}`,
  }
}

const TITLES: Record<ReportOutcome['kind'], string> = {
  answer: 'Answers',
  error: 'Errors',
  authentication: 'Refused tokens',
  fault: 'Injected faults',
}

/** A row for each outcome, a column for each operation. */
function grid({ site }: SiteView, { operations }: Report, kind: ReportOutcome['kind']): SafeHtml {
  const columns = operations.map(({ outcomes }) => outcomes.filter(outcome => outcome.kind === kind))
  const all = columns.flat()
  const names = new Set(all.map(({ outcome }) => outcome))
  const cell = (outcome: ReportOutcome | undefined): Cell => {
    if (!outcome) return ''
    if (!outcome.first)
      return html`<span class="unmet"><span aria-hidden="true">○</span><span class="sr">not met</span></span>`
    return html`<a class="met" href="${requestsPath(site, outcome.first.id)}">${count(outcome.count)}</a>`
  }
  const rows = [...names].map(name => [
    name,
    ...columns.map(outcomes => cell(outcomes.find(({ outcome }) => outcome === name))),
  ])
  const heads = ['Outcome', ...operations.map(({ operation }) => ({ number: operation }))]
  const met = all.filter(({ count }) => count > 0).length
  return section(TITLES[kind], table(`${TITLES[kind]} by operation`, heads, rows), {
    aside: html`<span class="note">${met} of ${all.length} met</span>`,
    kind: 'grid',
  })
}

const MOST_REFUSALS = 10

function unexpectedRefusals({ site }: SiteView, { unexpected_refusals }: Report): SafeHtml {
  const rows = unexpected_refusals.first
    .slice(0, MOST_REFUSALS)
    .map(({ id, path, status, explanation }) => [
      html`<a href="${requestsPath(site, id)}">${clip(path, 100)}</a>`,
      httpStatusChip(status),
      explanation ?? '',
    ])
  const link = withQuery(requestsPath(site), { status: '4xx' })
  return section(
    'Refusals that no fault was injected for',
    table('The first of them', ['Request', 'Status', 'Reason'], rows, 'No request was refused.'),
    { aside: html`<a href="${link}">${count(unexpected_refusals.count)} in all</a>` },
  )
}

const unusedFaults = ({ unused_faults }: Report): SafeHtml =>
  section(
    'Fault rules that never fired',
    table(
      'Rules without effect',
      ['Rule', 'Fault'],
      unused_faults.map(({ id, fault }) => [html`<code>${id}</code>`, chip(fault.kind, 'wait')]),
      'None: every fault rule has fired, or there was none.',
    ),
  )

/** Journeys and members that no client has read. */
function neverRead({ site }: SiteView, { never_read: { journeys, members, truncated } }: Report): SafeHtml {
  const names = new Map(site.store.journeys().map(({ id, name }) => [id, name]))
  const list = (title: string, links: SafeHtml[]) =>
    html`<div><h3>${title}</h3><ul class="plain">${links.map(link => html`<li>${link}</li>`)}</ul></div>`
  const journeyLinks = journeys.map(id => journeyLink(site, id, names.get(id) ?? id, 80))
  const memberLinks = members.map(email => memberLink(site, email))
  return foldedSection(
    'Never read',
    html`<div class="columns">${list('Journeys', journeyLinks)}
${list('Members', memberLinks)}</div>${truncated ? html`<p class="hint">and more</p>` : ''}`,
    { note: `${count(journeys.length)} journeys, ${truncated ? 'many' : count(members.length)} members` },
  )
}

function commands(view: SiteView): string {
  const { site_id } = view.site
  const path = `/_sandbox/sites/${encodeURIComponent(site_id)}/report`
  const name = site_id.replaceAll("'", "'\\''")
  return `journeys-sandbox report --origin ${view.origin} --site '${name}' --junit report.xml --fail-on unused-faults,unexpected-refusals
${curlOf(view, { method: 'GET', path })}`
}
