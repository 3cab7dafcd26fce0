import type { NodeType } from '../contract/journey.ts'
import { duplicates, impossibleTimes } from './check-values.ts'
import { type Issue, schemaIssues } from './issues.ts'
import { type SeedJourney, SeedMember, type SeedParticipation } from './schema.ts'

/**
 * Everything that is wrong with a single member, given the journeys it may be in and who else has a participation
 * with a given id.
 */
export function checkMember(
  member: unknown,
  findJourney: (id: string) => SeedJourney | undefined,
  takenBy: (participationId: string, email: string) => string | undefined,
): Issue[] {
  const formal = schemaIssues(SeedMember, member)
  if (formal.length > 0) return formal
  const { email, participations = [], history = [] } = member as SeedMember
  return [
    ...impossibleTimes(member, ''),
    ...duplicates(participations, '/participations', 'id', ({ id }) => id),
    ...checkHistory(history, '/history'),
    ...participations.flatMap((participation, p) => {
      const pointer = `/participations/${p}`
      const holder = takenBy(participation.id, email)
      const taken =
        holder === undefined
          ? []
          : [{ pointer: `${pointer}/id`, message: `is taken by a participation of ${holder}` }]
      return [...taken, ...checkParticipation(participation, pointer, findJourney(participation.journey_id))]
    }),
  ]
}

/** A history goes from old to new. */
export function checkHistory(history: { at: string }[], pointer: string): Issue[] {
  return history.flatMap(({ at }, h) => {
    const before = history[h - 1]
    if (!before || before.at <= at) return []
    return [
      { pointer: `${pointer}/${h}/at`, message: `is before ${before.at}, when the one above it happened` },
    ]
  })
}

/** The types of the nodes at which members do something. */
export const STEP_TYPES: readonly NodeType[] = ['event', 'action']
/** The types of the nodes at which members are given something. */
export const OUTCOME_TYPES: readonly NodeType[] = ['reward', 'badge']

/** What is wrong with a participation that is of the right form, in this journey or in none that is known. */
export function checkParticipation(
  participation: SeedParticipation,
  pointer: string,
  journey?: SeedJourney,
): Issue[] {
  const {
    journey_id,
    completed_at,
    expired_at,
    progress_percentage,
    started_at,
    events = [],
    rewards = [],
    waiting_at,
  } = participation
  if (!journey)
    return [{ pointer: `${pointer}/journey_id`, message: `no journey "${journey_id}" in this document` }]
  const issues: Issue[] = []
  const add = (at: string, message: string) => issues.push({ pointer: `${pointer}/${at}`, message })

  if (completed_at && expired_at)
    add('expired_at', 'a completed participation does not expire; leave one of the two out')
  if (completed_at && completed_at < started_at) add('completed_at', `is before started_at, ${started_at}`)
  if (Boolean(completed_at) !== (progress_percentage === '100.0')) {
    add('progress_percentage', `is "100.0" exactly when completed_at is given, not "${progress_percentage}"`)
  }
  const checkNode = (at: string, id: string, types: readonly NodeType[]) => {
    const node = journey.nodes.find(candidate => candidate.id === id)
    if (!node) add(`${at}/node_id`, `no node "${id}" in the journey "${journey.name}"`)
    else if (!types.includes(node.type))
      add(`${at}/node_id`, `"${node.name}" is of type ${node.type}, not ${types.join(' or ')}`)
  }
  for (const [s, { node_id }] of (waiting_at ?? []).entries())
    checkNode(`waiting_at/${s}`, node_id, STEP_TYPES)
  for (const [e, event] of events.entries()) checkNode(`events/${e}`, event.node_id, STEP_TYPES)
  for (const [r, reward] of rewards.entries()) {
    checkNode(`rewards/${r}`, reward.node_id, OUTCOME_TYPES)
    const { hold_start_datetime: start, hold_end_datetime: end, blocked_by, blocked_at } = reward
    if ((start ?? end) !== undefined && (blocked_by ?? blocked_at) !== undefined) {
      add(
        `rewards/${r}`,
        'is held and blocked at once; a blocked reward has no hold, so leave the hold keys out',
      )
    }
    if ((start === undefined) !== (end === undefined))
      add(`rewards/${r}`, 'hold_start_datetime and hold_end_datetime go together')
    if ((blocked_by === undefined) !== (blocked_at === undefined))
      add(`rewards/${r}`, 'blocked_by and blocked_at go together')
    if (start && end && end <= start)
      add(`rewards/${r}/hold_end_datetime`, `is not after hold_start_datetime, ${start}`)
  }
  return issues
}
