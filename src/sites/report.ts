import { type Static, Type } from '@sinclair/typebox'
import { CHECKS } from '../auth/verdict.ts'
import { isoOf } from '../clock.ts'
import { ERROR_CASES } from '../contract/errors.ts'
import { foldEmail, OneOf } from '../contract/formats.ts'
import { JOURNEY_STATUSES } from '../contract/journey.ts'
import { isObject, objectsIn } from '../contract/json.ts'
import { errorsOf, OPERATION_IDS, type OperationId, operations } from '../contract/operations.ts'
import { PARTICIPATION_STATUSES, REWARD_STATUSES } from '../contract/participation.ts'
import type { SiteStore } from '../store/store.ts'
import { ActiveFault, FAULT_KINDS } from './fault-rule.ts'
import type { JournalEntry } from './journal.ts'

/** What a suite of tests has exercised of the API of a site, and what it has not: counted since the last reset. */

const FirstRequest = Type.Object(
  {
    id: Type.String({ description: 'The id of the request in the journal' }),
    time: Type.String({ description: 'RFC 3339, by the system clock' }),
    path: Type.String(),
  },
  { description: 'The first request that met an outcome' },
)

export const OUTCOME_KINDS = ['answer', 'error', 'authentication', 'fault'] as const

export const ReportOutcome = Type.Object(
  {
    outcome: Type.String({
      description: 'For example `200 InProgress`, `404 AC1005 memberNotFound` or `delay`',
    }),
    kind: OneOf(OUTCOME_KINDS),
    count: Type.Integer({ description: 'How many requests met it' }),
    first: Type.Union([FirstRequest, Type.Null()]),
  },
  { title: 'ReportOutcome', description: 'An outcome that a client of the operation can meet' },
)
export type ReportOutcome = Static<typeof ReportOutcome>

const ReportOperation = Type.Object({
  operation: OneOf(OPERATION_IDS),
  calls: Type.Integer({ description: 'How many requests there were' }),
  outcomes: Type.Array(ReportOutcome),
})

const Refusal = Type.Object(
  {
    id: Type.String(),
    path: Type.String(),
    status: Type.Integer(),
    explanation: Type.Union([Type.String(), Type.Null()]),
  },
  { description: 'A refused request' },
)

/** How many entries a list of the report has at most; the counts beside them are whole. */
const MAX_LISTED = 100

/** Reasons for which a run can be failed. */
export const FAIL_ON = ['unused-faults', 'unexpected-refusals', 'never-called'] as const
export type FailOn = (typeof FAIL_ON)[number]

export const Report = Type.Object(
  {
    site_ids: Type.Array(Type.String(), { description: 'The sites that are counted' }),
    operations: Type.Array(ReportOperation),
    unused_faults: Type.Array(ActiveFault, { description: 'Fault rules that never fired' }),
    unexpected_refusals: Type.Object({
      count: Type.Integer({ description: 'Refusals that no fault was injected for' }),
      first: Type.Array(Refusal, { description: `The first ${MAX_LISTED}` }),
    }),
    never_read: Type.Object({
      journeys: Type.Array(Type.String(), { description: `Ids of journeys, at most ${MAX_LISTED}` }),
      members: Type.Array(Type.String(), { description: `Emails of members, at most ${MAX_LISTED}` }),
      truncated: Type.Boolean({ description: 'Whether there are more' }),
    }),
  },
  { title: 'Report', description: 'What a suite of tests has exercised, and what it has not' },
)
export type Report = Static<typeof Report>

/** The outcomes that a client of an operation can meet. */
function possibleOutcomes(operation: OperationId): Pick<ReportOutcome, 'outcome' | 'kind'>[] {
  const isAboutMember = operations[operation].identifier === 'email_id'
  const answers = [
    ...(isAboutMember ? PARTICIPATION_STATUSES : JOURNEY_STATUSES),
    ...(operation === 'getJourney' ? [] : ['empty list']),
    ...(operation === 'getMemberJourneys' ? REWARD_STATUSES.map(status => `reward ${status}`) : []),
  ]
  const ofKind = (kind: ReportOutcome['kind'], outcomes: readonly string[]) =>
    outcomes.map(outcome => ({ outcome, kind }))
  return [
    ...ofKind(
      'answer',
      answers.map(answer => `200 ${answer}`),
    ),
    ...ofKind('error', [...new Set(errorsOf(operation).map(name => errorOutcome(ERROR_CASES[name])))]),
    ...ofKind('authentication', CHECKS),
    ...ofKind('fault', FAULT_KINDS),
  ]
}

const errorOutcome = ({ status, errorCode }: { status: number; errorCode: string }) =>
  `${status} ${errorCode}`

interface Count {
  count: number
  first: Static<typeof FirstRequest>
}

/** The counters behind a report. */
interface Coverage {
  /** Counts a request that was answered. `body` is the answer of the operation; undefined for a refusal. */
  record(entry: JournalEntry, body: unknown): void
  /** Counts a fault rule that was removed before it fired. */
  recordUnused(fault: ActiveFault): void
  clear(): void
}

export interface ReadableCoverage extends Coverage {
  readonly calls: ReadonlyMap<OperationId, number>
  /** By operation, kind and outcome. */
  readonly counts: ReadonlyMap<string, Count>
  readonly refusals: Report['unexpected_refusals']
  readonly removedFaults: readonly ActiveFault[]
  /** Folded emails and journey ids. */
  readonly read: ReadonlySet<string>
}

const keyOf = (operation: OperationId, kind: string, outcome: string) => `${operation} ${kind} ${outcome}`

export function createCoverage(): ReadableCoverage {
  const calls = new Map<OperationId, number>()
  const counts = new Map<string, Count>()
  const refusals: Report['unexpected_refusals'] = { count: 0, first: [] }
  const removedFaults: ActiveFault[] = []
  const read = new Set<string>()

  function count(
    entry: JournalEntry,
    operation: OperationId,
    kind: ReportOutcome['kind'],
    outcome: string,
  ): void {
    const key = keyOf(operation, kind, outcome)
    const known = counts.get(key)
    if (known) known.count++
    else counts.set(key, { count: 1, first: { id: entry.id, time: isoOf(entry.time), path: entry.url } })
  }

  return {
    calls,
    counts,
    refusals,
    removedFaults,
    read,
    record(entry, body) {
      const { operation, status = 0, fault, verdict, explanation = null } = entry
      if (status >= 400 && !fault) {
        refusals.count++
        if (refusals.first.length < MAX_LISTED)
          refusals.first.push({ id: entry.id, path: entry.url, status, explanation })
      }
      if (!operation) return
      calls.set(operation, (calls.get(operation) ?? 0) + 1)
      if (fault) count(entry, operation, 'fault', fault.kind)
      if (verdict && !verdict.ok) count(entry, operation, 'authentication', verdict.check)
      if (status >= 400 && isObject(body))
        count(entry, operation, 'error', errorOutcome({ status, errorCode: String(body.errorCode) }))
      if (status !== 200) return
      for (const outcome of outcomesOf(operation, body)) count(entry, operation, 'answer', `200 ${outcome}`)
      for (const id of idsIn(operation, entry, body)) read.add(id)
    },
    recordUnused: fault => removedFaults.push(fault),
    clear() {
      for (const counter of [calls, counts, read]) counter.clear()
      refusals.count = 0
      refusals.first.length = 0
      removedFaults.length = 0
    },
  }
}

/** The outcomes that an answer shows: the statuses in it, or that its list is empty. */
function outcomesOf(operation: OperationId, body: unknown): Set<string> {
  if (!isObject(body)) return new Set()
  if (operation === 'getJourney') return new Set([String(body.status)])
  const journeys = objectsIn(body.journeys)
  if (journeys.length === 0) return new Set(['empty list'])
  const rewards =
    operation === 'getMemberJourneys' ? journeys.flatMap(({ rewards }) => objectsIn(rewards)) : []
  return new Set([
    ...journeys.map(({ status }) => String(status)),
    ...rewards.map(({ status }) => `reward ${status}`),
  ])
}

function idsIn(operation: OperationId, { identifier = '' }: JournalEntry, body: unknown): string[] {
  if (operations[operation].identifier === 'email_id') return [foldEmail(identifier)]
  if (operation === 'getJourney') return [identifier.toLowerCase()]
  return objectsIn(isObject(body) ? body.journeys : []).map(({ id }) => String(id))
}

interface ReportedSite {
  site_id: string
  store: SiteStore
  coverage: ReadableCoverage
  faults: { list(): ActiveFault[] }
}

/** The report of a site, or of a site and its clones together: something one of them has read counts as read. */
export function reportOf(sites: readonly ReportedSite[]): Report {
  const read = new Set(sites.flatMap(({ coverage }) => [...coverage.read]))
  const [{ store } = { store: undefined }] = sites
  const journeys = (store?.journeyIds() ?? []).filter(id => !read.has(id))
  // Enough emails to find one more unread member than are listed.
  const members = (store?.emails(read.size + MAX_LISTED + 1) ?? []).filter(
    email => !read.has(foldEmail(email)),
  )
  return {
    site_ids: sites.map(({ site_id }) => site_id),
    operations: OPERATION_IDS.map(operation => ({
      operation,
      calls: sum(sites, ({ coverage }) => coverage.calls.get(operation) ?? 0),
      outcomes: possibleOutcomes(operation).map(({ outcome, kind }) => {
        const found = sites.flatMap(
          ({ coverage }) => coverage.counts.get(keyOf(operation, kind, outcome)) ?? [],
        )
        const [first = null] = found.map(count => count.first).sort((a, b) => a.time.localeCompare(b.time))
        return { outcome, kind, count: sum(found, ({ count }) => count), first }
      }),
    })),
    unused_faults: sites.flatMap(({ faults, coverage }) => [
      ...faults.list().filter(({ used }) => used === 0),
      ...coverage.removedFaults,
    ]),
    unexpected_refusals: {
      count: sum(sites, ({ coverage }) => coverage.refusals.count),
      first: sites.flatMap(({ coverage }) => coverage.refusals.first).slice(0, MAX_LISTED),
    },
    never_read: {
      journeys: journeys.slice(0, MAX_LISTED),
      members: members.slice(0, MAX_LISTED),
      truncated: Math.max(journeys.length, members.length) > MAX_LISTED,
    },
  }
}

/** What fails a run, by reason, a line each. */
export const failuresIn = ({
  operations,
  unused_faults,
  unexpected_refusals,
}: Report): Record<FailOn, string[]> => ({
  'unused-faults': unused_faults.map(({ id, fault }) => `the fault rule ${id} (${fault.kind}) never fired`),
  'unexpected-refusals': unexpected_refusals.first.map(
    ({ id, path, status, explanation }) => `${id} ${path} was refused with ${status}: ${explanation ?? ''}`,
  ),
  'never-called': operations
    .filter(({ calls }) => calls === 0)
    .map(({ operation }) => `${operation} was never called`),
})

const sum = <T>(items: readonly T[], count: (item: T) => number): number =>
  items.reduce((total, item) => total + count(item), 0)
