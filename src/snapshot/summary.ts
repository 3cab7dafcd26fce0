import type { ExtendedByOperation, OwnAnswer } from '../contract/extension.ts'
import type { OperationId } from '../contract/operations.ts'
import type { SiteAnswers } from './reading.ts'
import type { Seeded } from './seed.ts'

/** What came of a snapshot, without a word of what it holds. */
export interface Summary {
  journeys: number
  members: number
  participations: number
  /** The places of the emails that are not known there; on the command line, their lines. */
  unknown_emails: number[]
  /** How often the sandbox keeps something that the contract does not name, by object and property. */
  extra: Record<string, number>
  /** How often it keeps an answer that it would not give by itself, by operation and property. */
  instead: Record<string, number>
  absent: Record<string, number>
  left_out: Partial<Record<OperationId, number>>
  /** How many requests a sandbox with this seed answers otherwise, by operation. */
  otherwise: Partial<Record<OperationId, number>>
}

export function summarise({ members }: SiteAnswers, { document, otherwise }: Seeded): Summary {
  const participations = document.members.flatMap(member => member.participations ?? [])
  const own = [...document.journeys, ...document.members, ...participations].flatMap(ownAnswers)
  const named = (kind: 'extra' | 'instead') =>
    own.flatMap(([operation, answer]) => Object.keys(answer[kind] ?? {}).map(name => `${operation} ${name}`))
  const parts = {
    site: [document.site],
    member: document.members,
    journey: document.journeys,
    node: document.journeys.flatMap(({ nodes }) => nodes),
    connection: document.journeys.flatMap(({ connections }) => connections),
    participation: participations,
    event: participations.flatMap(({ events = [] }) => events),
    reward: participations.flatMap(({ rewards = [] }) => rewards),
  }
  const extra = Object.entries(parts).flatMap(([kind, objects]) =>
    objects.flatMap(({ 'x-extra': extra = {} }) => Object.keys(extra).map(name => `${kind} ${name}`)),
  )
  return {
    journeys: document.journeys.length,
    members: document.members.length,
    participations: participations.length,
    unknown_emails: members.flatMap(({ user, member }, m) =>
      user.status === 200 || member.status === 200 ? [] : [m],
    ),
    extra: count([...extra, ...named('extra')]),
    instead: count(named('instead')),
    absent: count(own.flatMap(([op, { absent = [] }]) => absent.map(name => `${op} ${name}`))),
    left_out: count(own.flatMap(([operation, { left_out }]) => (left_out ? [operation] : []))),
    otherwise: count(otherwise.map(({ operation }) => operation)),
  }
}

const ownAnswers = ({ 'x-answers': answers = {} }: ExtendedByOperation) =>
  Object.entries(answers) as [OperationId, OwnAnswer][]

const count = <K extends string>(names: K[]): Record<K, number> =>
  Object.fromEntries(
    [...Map.groupBy(names, name => name)].map(([name, all]) => [name, all.length]),
  ) as Record<K, number>

/** The same for a person. */
export function describe(summary: Summary): string {
  const { journeys, members, participations, unknown_emails: unknown } = summary
  const section = (title: string, counts: Record<string, number>) =>
    Object.keys(counts).length === 0
      ? []
      : [title, ...Object.entries(counts).map(([name, times]) => `  ${name} (${times})`)]
  return [
    `journeys: ${journeys}, members: ${members}, their participations: ${participations}`,
    ...(unknown.length === 0
      ? []
      : [`emails that are not known there: ${unknown.length}, in the lines ${unknown.join(', ')}`]),
    ...section('Properties that the contract does not name, served again:', summary.extra),
    ...section('Properties that the sandbox would answer otherwise, kept as they were:', summary.instead),
    ...section('Properties that are not answered there:', summary.absent),
    ...section('Objects that an operation does not show there:', summary.left_out),
    ...section('Requests that a sandbox with this seed answers otherwise:', summary.otherwise),
  ].join('\n')
}
