import type { NodeType } from '../contract/journey.ts'
import type { GraphRecord, ParticipationRecord } from '../contract/records.ts'
import { UNKNOWN_NODE } from './expand-participation.ts'
import type { Issue } from './issues.ts'

/** The types of the nodes at which members do something. */
export const STEP_TYPES: readonly NodeType[] = ['event', 'action']
/** The types of the nodes at which members are given something. */
export const OUTCOME_TYPES: readonly NodeType[] = ['reward', 'badge']

/** A history goes from old to new. */
export function checkHistory(history: readonly { at: string }[], pointer: string): Issue[] {
  return history.flatMap(({ at }, h) => {
    const before = history[h - 1]
    if (!before || before.at <= at) return []
    const message = `${at} is before ${before.at}, the time of the event above it; list the oldest first`
    return [{ pointer: `${pointer}/${h}/at`, message }]
  })
}

type Reward = { node_id: string } & {
  [K in 'hold_start_datetime' | 'hold_end_datetime' | 'blocked_by' | 'blocked_at']?: string | null
}

/** What is known of a participation, be it stated or complete. */
export interface ParticipationFacts
  extends Partial<
    Pick<ParticipationRecord, 'progress_percentage' | 'completed_at' | 'expired_at' | 'started_at'>
  > {
  events?: readonly { node_id: string }[]
  rewards?: readonly Reward[]
  waiting_at?: readonly { node_id: string }[] | null
}

/** What is wrong with a participation in this journey, at the places below `pointer`. */
export function checkParticipation(
  facts: ParticipationFacts,
  pointer: string,
  journey: { name: string; nodes: readonly Pick<GraphRecord['nodes'][number], 'id' | 'name' | 'type'>[] },
): Issue[] {
  const {
    completed_at,
    expired_at,
    progress_percentage,
    started_at,
    events = [],
    rewards = [],
    waiting_at,
  } = facts
  const issues: Issue[] = []
  const add = (at: string, message: string) => issues.push({ pointer: `${pointer}/${at}`, message })

  if (completed_at && expired_at)
    add('expired_at', 'a completed participation does not expire; leave one of the two out')
  if (completed_at && started_at && completed_at < started_at)
    add('completed_at', `is before started_at, ${started_at}`)
  if (progress_percentage !== undefined && Boolean(completed_at) !== (progress_percentage === '100.0'))
    add('progress_percentage', `is "100.0" exactly when completed_at is given, not "${progress_percentage}"`)

  const types = new Map(journey.nodes.map(node => [node.id, node]))
  const checkNode = (at: string, id: string, allowed: readonly NodeType[]) => {
    if (id === UNKNOWN_NODE) return
    const node = types.get(id)
    if (!node) add(`${at}/node_id`, `no node "${id}" in the journey "${journey.name}"`)
    else if (!allowed.includes(node.type))
      add(`${at}/node_id`, `"${node.name}" is of type ${node.type}, not ${allowed.join(' or ')}`)
  }
  for (const [s, { node_id }] of (waiting_at ?? []).entries())
    checkNode(`waiting_at/${s}`, node_id, STEP_TYPES)
  for (const [e, { node_id }] of events.entries()) checkNode(`events/${e}`, node_id, STEP_TYPES)
  for (const [r, reward] of rewards.entries()) {
    checkNode(`rewards/${r}`, reward.node_id, OUTCOME_TYPES)
    for (const [key, message] of rewardIssues(reward)) add(`rewards/${r}${key}`, message)
  }
  return issues
}

/** The hold rule: CONTRACT.md section 2 (D). */
function rewardIssues(reward: Reward): [key: string, message: string][] {
  const { hold_start_datetime: start, hold_end_datetime: end, blocked_by, blocked_at } = reward
  const isGiven = (value: string | null | undefined) => value !== undefined && value !== null
  const issues: [string, string][] = []
  if ((isGiven(start) || isGiven(end)) && (isGiven(blocked_by) || isGiven(blocked_at)))
    issues.push(['', 'is held and blocked at once; a blocked reward has no hold, so leave the hold keys out'])
  if (isGiven(start) !== isGiven(end))
    issues.push(['', 'hold_start_datetime and hold_end_datetime go together'])
  if (isGiven(blocked_by) !== isGiven(blocked_at)) issues.push(['', 'blocked_by and blocked_at go together'])
  if (start && end && end <= start)
    issues.push(['/hold_end_datetime', `is not after hold_start_datetime, ${start}`])
  return issues
}
