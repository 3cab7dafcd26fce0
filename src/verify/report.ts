import { type Clock, isoOf, systemClock, timestampOf } from '../clock.ts'
import { version } from '../version.ts'
import { FACTS, type Fact } from './facts.ts'
import {
  agrees,
  describeCall,
  differs,
  type FactFinding,
  type FactVerdict,
  findingsOf,
  statusAndCode,
} from './findings.ts'
import type { LiveApi } from './live-api.ts'
import { observedIn } from './rule-checks.ts'
import { type Survey, type SurveyOptions, survey } from './survey.ts'

/** A fact of the contract, with the result of comparing a server. */
export interface FactResult extends Fact, FactFinding {}

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
  const results = toResults(findingsOf(observedIn(surveyed, api.siteId, timestampOf(clock.now()))))
  const count = (is: (verdict: FactVerdict) => boolean) => results.filter(({ verdict }) => is(verdict)).length
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
      agree: count(agrees),
      differ: count(differs),
      not_seen: count(verdict => verdict === 'not seen'),
    },
  }
}

function toResults(findings: FactFinding[]): FactResult[] {
  const byId = new Map(findings.map(finding => [finding.id, finding]))
  const known = FACTS.map((fact): FactResult => {
    const { verdict, found } = byId.get(fact.id) ?? { verdict: 'not seen', found: [] }
    byId.delete(fact.id)
    return { ...fact, verdict, found }
  })
  const unknown = [...byId.values()].map(
    (finding): FactResult => ({
      ...{ kind: 'property', what: 'a property that the contract does not have', expected: null },
      ...{ provenance: 'observed', ...finding },
    }),
  )
  return [...known, ...unknown]
}

/** What could not be compared, and what to do about it. */
function uncheckedOf({ reads }: Survey, results: FactResult[]): string[] {
  const isUnseen = (id: string) => results.some(result => result.id === id && result.verdict === 'not seen')
  const unanswered = reads.filter(
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
        unanswered.length > 0
          ? `; ${unanswered[0]?.purpose} got AC1005, and may be unknown or without journeys`
          : ''
      }`,
    ],
    [true, 'the answer to a POST, as verify sends nothing that could write'],
  ]
  return reasons.filter(([applies]) => applies).map(([, what]) => what)
}
