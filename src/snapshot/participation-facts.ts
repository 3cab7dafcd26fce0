import { Type } from '@sinclair/typebox'
import { type JsonObject, objectsIn } from '../contract/json.ts'
import { BlockedReward, HeldReward, MemberEvent } from '../contract/participation.ts'
import { checkParticipation } from '../seed/check-member.ts'
import type { SeedJourney, SeedParticipation } from '../seed/schema.ts'
import { LONG_AGO, unknownOf } from './journey-facts.ts'
import { idOf, numberOf, textOf, timeOf, withoutUndefined } from './values.ts'

/**
 * A participation as the sandbox can have it, nearest to what the two operations answered of it, either of which may be
 * missing. Where it cannot be so in its journey, only that the member is in it is taken.
 */
export function participationFacts(
  user: JsonObject | undefined,
  member: JsonObject | undefined,
  journey: SeedJourney,
): SeedParticipation {
  const answered = { ...user, ...member }
  const started_at = timeOf(answered.started_at) ?? timeOf(answered.created_at) ?? LONG_AGO
  const facts = {
    id: idOf(answered.id, 'participation'),
    journey_id: journey.id,
    started_at,
    created_at: timeOf(answered.created_at) ?? started_at,
  }
  const updated_at = timeOf(answered.updated_at)
  const whole = {
    ...facts,
    ...endOf(answered, updated_at ?? started_at),
    ...(updated_at !== null && { updated_at }),
    events: objectsIn(member?.events).map(toEvent),
    rewards: objectsIn(member?.rewards).map(toReward),
  }
  const isPossible = checkParticipation(whole, '', journey).length === 0
  return isPossible ? whole : { ...facts, progress_percentage: '0.0' }
}

/** How far the member has come, and whether that is the end; `last` is when something last changed. */
function endOf({ status, completed_at, expired_at, progress_percentage }: JsonObject, last: string) {
  if (status === 'Completed') {
    return { progress_percentage: '100.0', completed_at: timeOf(completed_at) ?? last, expired_at: null }
  }
  // Only who has completed a journey has come all the way.
  const percentage = Math.min(Math.max(numberOf(progress_percentage), 0), 99.9)
  return {
    progress_percentage: percentage.toFixed(1),
    completed_at: null,
    expired_at: status === 'Expired' ? (timeOf(expired_at) ?? last) : null,
  }
}

const toEvent = (event: JsonObject) => ({
  node_id: idOf(event.node_id, 'node'),
  completed_at: timeOf(event.completed_at) ?? LONG_AGO,
  ...unknownOf(event, MemberEvent),
})

/** CONTRACT.md section 2, the hold rule (D): which of the four keys there are says what the reward is. */
const toReward = (reward: JsonObject) => ({
  node_id: idOf(reward.node_id, 'node'),
  ...withoutUndefined({
    hold_start_datetime: timeOf(reward.hold_start_datetime) ?? undefined,
    hold_end_datetime: timeOf(reward.hold_end_datetime) ?? undefined,
    blocked_by: typeof reward.blocked_by === 'string' ? textOf(reward.blocked_by) : undefined,
    blocked_at: timeOf(reward.blocked_at) ?? undefined,
  }),
  ...unknownOf(reward, Type.Composite([HeldReward, BlockedReward])),
})
