import { html, type SafeHtml } from '@remix-run/html-template'
import type { CheckReport } from '../auth/explain.ts'
import { instantOf, isoOf } from '../clock.ts'
import type { Explanation } from '../sites/credentials.ts'
import type { JournalEntry, RequestRecord } from '../sites/journal.ts'
import type { Site } from '../sites/site.ts'
import { chip, table, time } from './elements.ts'
import type { InspectorOptions } from './options.ts'

const OUTCOMES = { passed: 'good', warning: 'wait', failed: 'bad', skipped: 'off' }

/** The checks of the authentication, one by one. */
export function checks(
  { verdict }: JournalEntry,
  { operation, checks }: Explanation,
  auth: 'strict' | 'off',
): SafeHtml | string {
  if (operation === null) return ''
  const differs = verdict?.ok === true && checks.some(({ outcome }) => outcome === 'failed')
  const remark =
    auth === 'off'
      ? 'The sandbox was started with --auth off, so none of these decided.'
      : differs
        ? 'The request was accepted. As the site is now, it would be refused.'
        : 'In this order; the first that fails decides the response.'
  return html`<div class="checks"><p class="hint">${remark}</p><ol>${checks.map(check)}</ol></div>`
}

const check = ({
  check,
  outcome,
  expected,
  actual,
  hint,
}: CheckReport): SafeHtml => html`<li class="check ${outcome}">
<p>${chip(outcome, OUTCOMES[outcome])} <code>${check}</code></p>
${outcome === 'failed' || outcome === 'warning' ? html`<dl><div><dt>Expected</dt><dd class="value">${expected}</dd></div><div><dt>Sent</dt><dd class="value">${actual}</dd></div>${hint === null ? '' : html`<div><dt>What to do</dt><dd>${hint}</dd></div>`}</dl>` : outcome === 'passed' ? html`<p class="value">${actual}</p>` : ''}
</li>`

/** The claims that were sent beside those of a good token. */
export function comparison(
  { token, time: at }: RequestRecord,
  { operation, identifier, checks }: Explanation,
  { control }: InspectorOptions,
  site?: Site,
): SafeHtml | string {
  if (token === null || typeof token.claims !== 'object' || token.claims === null) return ''
  const claims = token.claims as Record<string, unknown>
  const good: Record<string, unknown> | undefined =
    site && operation && control ? { ...site.sign(identifier ?? undefined).claims } : undefined
  const names = [...new Set(['sub', 'exp', 'site_id', 'hmac', ...Object.keys(claims)])]
  const rows = names.map(name => {
    const report = checks.find(({ check }) => check === name)
    return [
      html`<code>${name}</code>`,
      tell(name, claims[name], at),
      good && name in good ? tell(name, good[name], at) : '',
      report ? chip(report.outcome, OUTCOMES[report.outcome]) : '',
    ]
  })
  return html`<h3>Claims of the token</h3>${table(
    'The claims that were sent, and those of a token made now',
    ['Claim', 'Sent', 'A good one', 'Check'],
    rows,
  )}`
}

/** Unix time in seconds of the year 10000, from which on dates are written otherwise. */
const TOO_LATE = 253_402_300_800

function tell(name: string, value: unknown, at: string): SafeHtml {
  if (value === undefined) return html`<span class="none">missing</span>`
  const seconds = name === 'exp' && value !== null ? Number(value) : Number.NaN
  const shown = html`<code>${typeof value === 'string' ? value : JSON.stringify(value)}</code>`
  if (!(seconds >= 0 && seconds < TOO_LATE)) return shown
  const isOver = seconds * 1000 < instantOf(at)
  return html`${shown} <small>${time(isoOf(seconds * 1000))}${isOver ? ', before the request came' : ''}</small>`
}
