import { html, type SafeHtml } from '@remix-run/html-template'
import type { CheckReport } from '../auth/explain.ts'
import { instantOf, isoOf } from '../clock.ts'
import type { Explanation } from '../sites/credentials.ts'
import type { JournalEntry, RequestRecord } from '../sites/journal.ts'
import type { Site } from '../sites/site.ts'
import { chip, section, table, time } from './elements.ts'
import type { InspectorOptions } from './options.ts'

const OUTCOMES = { passed: 'good', warning: 'wait', failed: 'bad', skipped: 'off' }

/** The checks, one by one. */
export function checks(
  { verdict }: JournalEntry,
  { operation, checks }: Explanation,
  auth: 'strict' | 'off',
): SafeHtml {
  if (operation === null) return html``
  const differs = verdict?.ok === true && checks.some(({ outcome }) => outcome === 'failed')
  const remark =
    auth === 'off'
      ? 'The sandbox was started with --auth off, so none of this mattered.'
      : differs
        ? 'The call was let in. By what the site is now, it would be refused.'
        : 'In the order in which they are made; the first that fails is the answer.'
  return section(
    'Authentication',
    html`<p class="hint">${remark}</p>${table('The checks of the authentication', ['Check', 'Outcome', 'Expected', 'Sent', 'What to do'], checks.map(checkRow))}`,
  )
}

const checkRow = ({
  check,
  outcome,
  expected,
  actual,
  hint,
}: CheckReport): SafeHtml => html`<tr class="check ${outcome}">
<th scope="row"><code>${check}</code></th>
<td>${chip(outcome, OUTCOMES[outcome])}</td>
<td class="value">${expected}</td>
<td class="value">${actual}</td>
<td class="hint-cell">${hint}</td>
</tr>`

/** The claims that were sent beside those of a good token. */
export function comparison(
  { token, time: at }: RequestRecord,
  { operation, identifier, checks }: Explanation,
  { control }: InspectorOptions,
  site?: Site,
): SafeHtml {
  if (token === null || typeof token.claims !== 'object' || token.claims === null) return html``
  const claims = token.claims as Record<string, unknown>
  const good: Record<string, unknown> | undefined =
    site && operation && control ? { ...site.sign(identifier ?? undefined).claims } : undefined
  const names = [...new Set(['sub', 'exp', 'site_id', 'hmac', ...Object.keys(claims)])]
  const rows = names.map(name => {
    const report = checks.find(({ check }) => check === name)
    return html`<tr><th scope="row"><code>${name}</code></th>
<td class="value">${tell(name, claims[name], at)}</td>
<td class="value">${good && name in good ? tell(name, good[name], at) : ''}</td>
<td>${report && chip(report.outcome, OUTCOMES[report.outcome])}</td></tr>`
  })
  return section(
    'Claims of the token',
    table(
      'The claims that were sent, and those of a token made now',
      ['Claim', 'Sent', 'A good one', 'Check'],
      rows,
    ),
  )
}

/** Unix time in seconds of the year 10000, from which on dates are written otherwise. */
const TOO_LATE = 253_402_300_800

function tell(name: string, value: unknown, at: string): SafeHtml {
  if (value === undefined) return html`<span class="none">missing</span>`
  const seconds = name === 'exp' && value !== null ? Number(value) : Number.NaN
  const shown = html`<code>${typeof value === 'string' ? value : JSON.stringify(value)}</code>`
  if (!(seconds >= 0 && seconds < TOO_LATE)) return shown
  const isOver = seconds * 1000 < instantOf(at)
  return html`${shown} <small>${time(isoOf(seconds * 1000))}${isOver ? ', before the call came' : ''}</small>`
}
