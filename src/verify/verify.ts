import { type Clock, isoOf, systemClock, timestampOf } from '../clock.ts'
import { agrees, type Entry, isSeen, type Ledger, type Verdict } from '../fidelity/entry.ts'
import { authRuleId } from '../fidelity/ledger.ts'
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
  /** What could not be looked at, and why or what to do about it. */
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
      not_seen: count(verdict => !isSeen(verdict)),
    },
  }
}

export const differs = (verdict: Verdict): boolean => isSeen(verdict) && !agrees(verdict)

function toResults(ledger: Ledger, outcomes: Outcome[]): Result[] {
  const byId = new Map(outcomes.map(outcome => [outcome.id, outcome]))
  const known = ledger.entries.map(({ observation: _own, ...entry }) => {
    const outcome = byId.get(entry.id) ?? { operation: null, verdict: 'not seen', expected: null, found: [] }
    byId.delete(entry.id)
    return { ...entry, ...outcome } satisfies Result
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

/** Whether any right call was answered: if not, neither refusals nor failures tell anything of the server. */
const gotIn = (results: Result[]): boolean =>
  results.some(({ id, verdict }) => id === authRuleId('token') && isSeen(verdict))

function uncheckedOf({ emails }: SurveyOptions, results: Result[]): string[] {
  const noJourney = results.some(({ id, verdict }) => id === 'getJourney' && !isSeen(verdict))
  const reasons: [boolean, string][] = [
    [
      !gotIn(results),
      'everything but the calls themselves, none of which got in: check site, secret and base URL',
    ],
    [emails.length === 0, 'members, with their events and rewards: name some with --email'],
    [noJourney, 'a journey with its graph, as none was found: name one with --journey'],
    [true, 'what a POST is answered with, as nothing is sent that would write'],
  ]
  return reasons.filter(([applies]) => applies).map(([, what]) => what)
}

/** What of a report a team may keep as its own observations: entries of the ledger's form. */
export const observationsOf = ({ results, date }: Report): Entry[] =>
  (gotIn(results) ? results : []).flatMap(({ operation, verdict, expected: _expected, found, ...entry }) =>
    isSeen(verdict)
      ? {
          ...entry,
          provenance: differs(verdict) && verdict !== 'extra' ? 'contradicted' : 'observed',
          observation: { date, operation, verdict, found },
        }
      : [],
  )
