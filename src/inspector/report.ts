import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyInstance } from 'fastify'
import { clip } from '../diagram/text.ts'
import { OUTCOME_KINDS, type Report, type ReportOutcome, reportOf } from '../sites/report.ts'
import { folded } from './code.ts'
import { type Cell, chip, count, foldedSection, section, table } from './elements.ts'
import { sendPage } from './page.ts'
import { journeyPath, memberPath, reportPath, requestPath, requestsPath } from './paths.ts'
import { following } from './request-list.ts'
import { PAGE, type PageOptions, type SiteView, siteViewOf } from './view.ts'

/** What a suite of tests has exercised, as a grid that fills while it runs. */
export async function reportRoutes(scope: FastifyInstance, page: PageOptions): Promise<void> {
  const { sites } = page.options
  scope.get('/sites/:site_id/report', PAGE, (request, reply) => {
    const view = siteViewOf(request, page)
    const { site, query } = view
    const clones = sites.clonesOf(site)
    const together = query.clones !== undefined
    const report = reportOf(together ? [site, ...clones] : [site])
    const path = reportPath(site.site_id)
    return sendPage(reply, {
      view,
      title: 'Report',
      tab: 'report',
      aside: clones.length === 0 ? undefined : scopeLinks(path, clones.length, together),
      content: html`<div id="live" data-refresh="${view.path}">
<p class="hint">What the clients of this site have met since the last reset: of every operation, the outcomes that are possible. A number leads to the first request that met it.</p>
<span hidden${following(view, site.requests)}></span>
${OUTCOME_KINDS.map(kind => grid(view, report, kind))}
${unexpected(view, report)}
${unused(report)}
${neverRead(view, report)}
</div>
${view.options.control ? folded('The same in a pipeline', commands(view)) : ''}`,
    })
  })
}

const scopeLinks = (path: string, clones: number, together: boolean): SafeHtml =>
  html`<a class="button small" href="${together ? path : `${path}?clones=true`}">${together ? 'This site alone' : `With its ${count(clones)} clones`}</a>`

const TITLES: Record<ReportOutcome['kind'], string> = {
  answer: 'Answers',
  error: 'Errors',
  authentication: 'Refused tokens',
  fault: 'Injected faults',
}

/** A row for each outcome, a column for each operation. */
function grid({ site }: SiteView, { operations }: Report, kind: ReportOutcome['kind']): SafeHtml {
  const ofKind = operations.map(({ outcomes }) => outcomes.filter(outcome => outcome.kind === kind))
  const names = [...new Set(ofKind.flat().map(({ outcome }) => outcome))]
  const cell = (outcome: ReportOutcome | undefined): Cell => {
    if (!outcome) return ''
    if (!outcome.first)
      return html`<span class="unmet"><span aria-hidden="true">○</span><span class="sr">not met</span></span>`
    return html`<a class="met" href="${requestPath(site.site_id, outcome.first.id)}">${count(outcome.count)}</a>`
  }
  const rows = names.map(name => [
    name,
    ...ofKind.map(outcomes => cell(outcomes.find(({ outcome }) => outcome === name))),
  ])
  const met = ofKind.flat().filter(outcome => outcome.count > 0).length
  return section(
    TITLES[kind],
    table(
      `${TITLES[kind]} by operation`,
      ['Outcome', ...operations.map(({ operation }) => ({ title: operation, number: true }))],
      rows,
    ),
    { aside: html`<span class="note">${met} of ${ofKind.flat().length} met</span>`, kind: 'grid' },
  )
}

function unexpected({ site }: SiteView, { unexpected_refusals: { count: total, first } }: Report): SafeHtml {
  const rows = first
    .slice(0, MOST_ROWS)
    .map(({ id, path, status, explanation }) => [
      html`<a href="${requestPath(site.site_id, id)}">${clip(path, 100)}</a>`,
      chip(String(status), status < 500 ? 'wait' : 'bad'),
      explanation ?? '',
    ])
  return section(
    'Refusals that no fault was injected for',
    table('The first of them', ['Request', 'Status', 'Reason'], rows, {
      otherwise: 'No request was refused.',
    }),
    { aside: html`<a href="${requestsPath(site.site_id)}?status=4xx">${count(total)} in all</a>` },
  )
}

const MOST_ROWS = 10

const unused = ({ unused_faults }: Report): SafeHtml =>
  section(
    'Fault rules that never fired',
    table(
      'Rules without effect',
      ['Rule', 'Fault'],
      unused_faults.map(({ id, fault }) => [html`<code>${id}</code>`, chip(fault.kind, 'wait')]),
      { otherwise: 'None: every fault rule has fired, or there was none.' },
    ),
  )

/** Journeys and members that no client has read. */
function neverRead({ site }: SiteView, { never_read: { journeys, members, truncated } }: Report): SafeHtml {
  const names = new Map(site.store.journeys().map(({ id, name }) => [id, name]))
  return foldedSection(
    'Never read',
    html`<div class="columns"><div><h3>Journeys</h3><ul class="plain">${journeys.map(id => html`<li><a href="${journeyPath(site.site_id, id)}">${clip(names.get(id) ?? id, 80)}</a></li>`)}</ul></div>
<div><h3>Members</h3><ul class="plain">${members.map(email => html`<li><a href="${memberPath(site.site_id, email)}">${email}</a></li>`)}</ul></div></div>${truncated ? html`<p class="hint">and more</p>` : ''}`,
    { note: `${count(journeys.length)} journeys, ${truncated ? 'many' : count(members.length)} members` },
  )
}

function commands({ site, origin }: SiteView): string {
  const id = encodeURIComponent(site.site_id)
  return `journeys-sandbox report --origin ${origin} --site '${site.site_id.replaceAll("'", "'\\''")}' --junit report.xml --fail-on unused-faults,unexpected-refusals
curl '${origin}/_sandbox/sites/${id}/report'`
}
