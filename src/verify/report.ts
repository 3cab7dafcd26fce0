import { type Clock, isoOf, systemClock, timestampOf } from '../clock.ts'
import { version } from '../package-file.ts'
import {
  agrees,
  describeCall,
  differs,
  FACTS,
  type Fact,
  type FactFinding,
  statusAndCode,
  unknownFacts,
} from './facts.ts'
import type { LiveApi } from './live-api.ts'
import { observedIn } from './rule-checks.ts'
import { type Survey, type SurveyOptions, survey } from './survey.ts'

/** A fact of the contract, with the result of comparing a server. */
interface FactResult extends Fact, FactFinding {}

export interface VerifyReport {
  baseUrl: string
  site_id: string
  /** A day in UTC. */
  date: string
  /** Of the sandbox whose contract this is. */
  version: string
  calls: { purpose: string; operation: string | null; outcome: string; ms: number | null }[]
  /** One for each fact, in the order of the contract; then the properties that only the server has. */
  results: FactResult[]
  /** What could not be compared, and what to do about it. */
  unchecked: string[]
  summary: { agree: number; differ: number; not_seen: number }
}

/**
 * Compares a server with the contract. The report has kinds of values, statuses and error codes, and never a value that may be personal.
 * @throws {LiveApiError} when the server cannot be reached
 */
export async function verify(
  api: LiveApi,
  { clock = systemClock, ...options }: SurveyOptions & { clock?: Clock },
): Promise<VerifyReport> {
  const surveyed = await survey(api, options)
  const observed = observedIn(surveyed, api.siteId, timestampOf(clock.now()))
  const results: FactResult[] = [
    ...FACTS.map(({ check, ...fact }) => ({ ...fact, ...check(observed) })),
    ...unknownFacts(observed),
  ]
  const verdicts = results.map(({ verdict }) => verdict)
  return {
    baseUrl: api.baseUrl,
    site_id: api.siteId,
    date: isoOf(clock.now()).slice(0, 10),
    version,
    calls: surveyed.calls.map(call => {
      const { purpose, operation, answer } = call
      return { purpose, operation, outcome: describeCall(call), ms: answer?.ms ?? null }
    }),
    results,
    unchecked: uncheckedOf(surveyed, results),
    summary: {
      agree: verdicts.filter(agrees).length,
      differ: verdicts.filter(differs).length,
      not_seen: verdicts.filter(verdict => verdict === 'not seen').length,
    },
  }
}

function uncheckedOf({ reads }: Survey, results: FactResult[]): string[] {
  const isUnseen = (id: string) => results.some(result => result.id === id && result.verdict === 'not seen')
  const unanswered = reads.find(
    call => call.operation !== 'getJourney' && / AC1005$/.test(statusAndCode(call)),
  )
  const reasons: [boolean, string][] = [
    [
      isUnseen('auth.token'),
      'everything but the calls themselves, none of which was answered: check site, secret and base URL',
    ],
    [
      reads.every(({ operation }) => operation === 'getJourneys' || operation === 'getJourney'),
      'members, with their events and rewards: name some with --email',
    ],
    [isUnseen('getJourney'), 'a journey with its graph, as none was found: name one with --journey'],
    [
      isUnseen('rule.no-journeys'),
      `a member without journeys: name one with --email-without-journeys${
        unanswered ? `; ${unanswered.purpose} got AC1005, and may be unknown or without journeys` : ''
      }`,
    ],
    [true, 'the answer to a POST, as verify sends nothing that could write'],
  ]
  return reasons.filter(([applies]) => applies).map(([, what]) => what)
}

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
export function reportText(report: VerifyReport): string {
  const { baseUrl, site_id, date, version, results, unchecked, summary } = report
  const width = Math.max(...results.map(({ id }) => id.length))
  const titleOf = ({ kind, id }: FactResult) =>
    kind === 'property' ? `${TITLES.property} ${id.replace(/\..*/, '')}` : TITLES[kind]
  const groups = [...Map.groupBy(results, titleOf)].flatMap(([title, group]) => [
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

function line(result: FactResult, width: number): string {
  const { id, provenance, verdict, kind, what } = result
  const mark = differs(verdict) ? '✗' : agrees(verdict) ? '✓' : '·'
  const explanation = kind === 'property' ? detail(result) : `${what}${detail(result)}`
  return `${mark} ${provenance.padEnd(12)} ${id.padEnd(width)}  ${verdict.padEnd(13)}  ${explanation}`.trimEnd()
}

/** What was expected and what was found, if these differ. */
function detail({ verdict, expected, found, kind }: FactResult): string {
  const both = [expected && `expected ${expected}`, found.length > 0 && `found ${found.join(', ')}`]
  const comparison = both.filter(Boolean).join(', ')
  if (kind === 'property') return differs(verdict) && expected !== null ? comparison : found.join(', ')
  return agrees(verdict) || found.length === 0 ? '' : ` (${comparison})`
}
