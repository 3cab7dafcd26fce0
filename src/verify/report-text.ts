import { agrees, differs } from './findings.ts'
import type { FactResult, VerifyReport } from './report.ts'

const TITLES: Record<FactResult['kind'], string> = {
  operation: 'Operations',
  parameter: 'Operations',
  property: 'Properties of',
  rule: 'Rules',
  authentication: 'Authentication',
  code: 'Error codes',
  error: 'Errors',
}

const PROVENANCES = ['inferred', 'observed', 'documented']

/** A report as text, in groups, with inferred facts first and differences marked. */
export function reportText({
  baseUrl,
  site_id,
  date,
  version,
  results,
  unchecked,
  summary,
}: VerifyReport): string {
  const width = Math.max(...results.map(({ id }) => id.length))
  const groups = [...Map.groupBy(results, groupOf)].flatMap(([title, group]) => [
    `\n${title}`,
    ...PROVENANCES.flatMap(provenance => group.filter(result => result.provenance === provenance)).map(
      result => line(result, width),
    ),
  ])
  return [
    `${baseUrl}, site ${site_id}, ${date}, compared with the contract of ${version}`,
    ...groups,
    '',
    ...unchecked.map(text => `not compared: ${text}`),
    `${summary.differ} differ, ${summary.agree} agree, ${summary.not_seen} not seen`,
  ].join('\n')
}

const groupOf = ({ kind, id }: FactResult): string =>
  kind === 'property' ? `${TITLES.property} ${id.replace(/\..*/, '')}` : TITLES[kind]

function line(result: FactResult, width: number): string {
  const { id, provenance, verdict, kind, what } = result
  const mark = differs(verdict) ? '✗' : agrees(verdict) ? '✓' : '·'
  const explanation = kind === 'property' ? detail(result) : `${what}${detail(result)}`
  return `${mark} ${provenance.padEnd(12)} ${id.padEnd(width)}  ${verdict.padEnd(13)}  ${explanation}`.trimEnd()
}

/** What was expected and what was found, if these differ. */
function detail({ verdict, expected, found, kind }: FactResult): string {
  const both = [expected && `expected ${expected}`, found.length > 0 && `found ${found.join(', ')}`]
  const told = both.filter(Boolean).join(', ')
  if (kind === 'property') return differs(verdict) && expected !== null ? told : found.join(', ')
  return agrees(verdict) || found.length === 0 ? '' : ` (${told})`
}
