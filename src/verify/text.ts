import { agrees, STANDINGS } from '../fidelity/entry.ts'
import { differs, type Report, type Result } from './verify.ts'

const TITLES = {
  operation: 'Operations',
  parameter: 'Operations',
  property: 'Properties of',
  rule: 'Rules',
  error: 'Errors',
}

/** A report for people: by what the entries are about, what is inferred first, differences marked and counted. */
export function textOf(report: Report): string {
  const { baseUrl, site_id, date, version, results, unchecked, summary } = report
  const width = Math.max(...results.map(({ id }) => id.length))
  const groups = [...Map.groupBy(results, groupOf)].flatMap(([title, group]) => [
    `\n${title}`,
    ...STANDINGS.flatMap(standing => group.filter(({ provenance }) => provenance === standing)).map(result =>
      line(result, width),
    ),
  ])
  return [
    `${baseUrl}, site ${site_id}, ${date}, against the contract of ${version}`,
    ...groups,
    '',
    ...unchecked.map(text => `not looked at: ${text}`),
    `${summary.differ} differ, ${summary.agree} agree, ${summary.not_seen} not seen`,
  ].join('\n')
}

const groupOf = ({ kind, id }: Result): string =>
  kind === 'property' ? `${TITLES.property} ${id.replace(/\..*/, '')}` : TITLES[kind]

function line(result: Result, width: number): string {
  const { id, provenance, verdict, kind, what } = result
  const mark = differs(verdict) ? '✗' : agrees(verdict) ? '✓' : '·'
  const explanation = kind === 'property' ? detail(result) : `${what}${detail(result)}`
  return `${mark} ${provenance.padEnd(12)} ${id.padEnd(width)}  ${verdict.padEnd(13)}  ${explanation}`.trimEnd()
}

/** What should have been and what was, where there is more to say than that it agrees. */
function detail({ verdict, expected, found, kind }: Result): string {
  const was = found.join(', ')
  if (kind === 'property') return differs(verdict) && expected !== null ? told(expected, was) : was
  return agrees(verdict) || was === '' ? '' : ` (${told(expected, was)})`
}

const told = (expected: string | null, found: string): string =>
  [expected && `expected ${expected}`, found && `found ${found}`].filter(Boolean).join(', ')
