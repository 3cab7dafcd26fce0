import { type Clock, isoOf, systemClock, timestampOf } from '../clock.ts'
import { agrees, type Entry, type Ledger, type Verdict } from '../fidelity/entry.ts'
import type { Remote } from '../remote/remote.ts'
import { version } from '../version.ts'
import { describeCall, type Outcome, outcomesOf } from './outcomes.ts'
import { seenIn } from './rules.ts'
import { type SurveyOptions, survey } from './survey.ts'

/** An entry of the ledger, and whether the server agrees. */
export interface Result extends Outcome, Omit<Entry, 'id' | 'observation'> {}

export interface Report {
  baseUrl: string
  site_id: string
  /** A day in UTC. */
  date: string
  /** Of the sandbox whose contract this is. */
  version: string
  calls: { purpose: string; operation: string | null; outcome: string; ms: number | null }[]
  /** One for each entry of the ledger, in its order; then what only the server has. */
  results: Result[]
  /** What could not be looked at, and why. */
  unchecked: string[]
  summary: { agree: number; differ: number; not_seen: number }
}

/**
 * Compares a server with the ledger. Says shapes, statuses and error codes, never a value that may be about a person.
 * @throws {RemoteError} when it cannot be reached
 */
export async function verify(
  remote: Remote,
  ledger: Ledger,
  { clock = systemClock, ...options }: SurveyOptions & { clock?: Clock },
): Promise<Report> {
  const found = await survey(remote, options)
  const outcomes = outcomesOf(seenIn(found, remote.siteId, timestampOf(clock.now())))
  const results = toResults(ledger, outcomes)
  const count = (is: (verdict: Verdict) => boolean) => results.filter(({ verdict }) => is(verdict)).length
  return {
    baseUrl: remote.baseUrl,
    site_id: remote.siteId,
    date: isoOf(clock.now()).slice(0, 10),
    version,
    calls: found.calls.map(call => {
      const { purpose, operation, answer } = call
      return { purpose, operation, outcome: describeCall(call), ms: answer?.ms ?? null }
    }),
    results,
    unchecked: uncheckedOf(options, results),
    summary: {
      agree: count(agrees),
      differ: count(differs),
      not_seen: count(verdict => verdict === 'not seen'),
    },
  }
}

export const differs = (verdict: Verdict): boolean => !agrees(verdict) && verdict !== 'not seen'

function toResults(ledger: Ledger, outcomes: Outcome[]): Result[] {
  const byId = new Map(outcomes.map(outcome => [outcome.id, outcome]))
  const known = ledger.entries.map(({ observation: _own, ...entry }): Result => {
    const outcome = byId.get(entry.id)
    byId.delete(entry.id)
    return {
      ...entry,
      ...(outcome ?? { operation: null, verdict: 'not seen', expected: null, found: [] }),
    } as Result
  })
  return [...known, ...[...byId.values()].map(outcome => ({ ...UNKNOWN, ...outcome }))]
}

const UNKNOWN = {
  kind: 'property',
  what: 'a property that the sandbox does not have',
  provenance: 'observed',
  source: 'a live server',
  since: version,
  tested: [],
} satisfies Partial<Entry>

function uncheckedOf({ emails }: SurveyOptions, results: Result[]): string[] {
  const verdictOf = (id: string) => results.find(result => result.id === id)?.verdict
  return [
    ...(emails.length === 0
      ? [
          'no --email was given: nothing was asked about members, and nothing of their events and rewards was seen',
        ]
      : []),
    ...(verdictOf('getJourney') === 'not seen'
      ? ['there was no journey to ask for: name one with --journey']
      : []),
    ...(verdictOf('auth.token') === 'not seen'
      ? [
          'no right call was answered with 200, so that no refusal would tell anything: check site, secret and base URL',
        ]
      : []),
    'requests that would write are never sent, so that what a POST is answered with is not known',
  ]
}

/** What of a report a team may keep as its own observations: entries of the ledger's form. */
export const observationsOf = ({ results, date }: Report): Entry[] =>
  results
    .filter(({ verdict }) => verdict !== 'not seen')
    .map(({ operation, verdict, expected: _expected, found, ...entry }) => ({
      ...entry,
      provenance: agrees(verdict) || verdict === 'extra' ? 'observed' : 'contradicted',
      observation: { date, operation, verdict, found },
    }))
