import type { ParticipationState } from '../engine/state.ts'
import type { BulkMember, BulkParticipation } from '../store/bulk-rows.ts'
import type { Chance } from './chance.ts'
import { type MadeUpJourney, madeUpJourney } from './made-up-journey.ts'
import { moveLife } from './made-up-time.ts'

export interface MadeUpSize {
  members: number
  /** At least one. */
  journeys: number
  /** How many each member has; at most one in each journey. */
  participations: number
}

/*
 * Everything is the same for the same size and the same chances, and of more members the first are the same. It has
 * happened in 2025, and is as the engine would have it.
 */

/** Journeys from the oldest to the newest: a tenth of them archived, and a tenth still drafts, which nobody can be in. */
export function* madeUpJourneys(
  { journeys, participations }: MadeUpSize,
  chance: Chance,
): Generator<MadeUpJourney> {
  const archived = Math.floor(journeys / 10)
  const drafts = Math.min(archived, journeys - participations)
  for (let number = 1; number <= journeys; number++) {
    const status = number <= archived ? 'Archived' : number <= journeys - drafts ? 'Published' : 'Draft'
    const daysBefore = Math.ceil(((journeys - number + 1) * 300) / journeys)
    yield madeUpJourney({ number, status, daysBefore }, chance)
  }
}

/** Members who have come differently far in some of the journeys. */
export function* madeUpMembers(
  journeys: readonly MadeUpJourney[],
  { members, participations }: MadeUpSize,
  chance: Chance,
): Generator<BulkMember> {
  const open = journeys.filter(({ lives }) => lives.length > 0)
  for (let number = 1; number <= members; number++) {
    yield {
      email: `member${number}@example.com`,
      participations: draw(open, participations, chance).map(journey => madeUpParticipation(journey, chance)),
    }
  }
}

/** Draws some of a list, each at most once, by shuffling them to its front. */
function draw<T>(items: T[], count: number, chance: Chance): T[] {
  for (let i = 0; i < count; i++) {
    const other = i + chance.below(items.length - i)
    const drawn = items[other] as T
    items[other] = items[i] as T
    items[i] = drawn
  }
  return items.slice(0, count)
}

function madeUpParticipation({ lives }: MadeUpJourney, chance: Chance): BulkParticipation {
  // Most give up early: the less far of two is taken.
  const stage = Math.min(chance.below(lives.length), chance.below(lives.length))
  const life = chance.pick(lives[stage] as readonly ParticipationState[])
  return { ...moved(life, moveLife(chance)), id: chance.uuid() }
}

function moved(life: ParticipationState, at: (time: string) => string): BulkParticipation {
  const ifAt = (time: string | null) => time && at(time)
  return {
    ...life,
    started_at: at(life.started_at),
    completed_at: ifAt(life.completed_at),
    created_at: at(life.created_at),
    updated_at: at(life.updated_at),
    events: life.events.map(({ node_id, completed_at }) => ({ node_id, completed_at: at(completed_at) })),
    rewards: life.rewards.map(reward => ({
      node_id: reward.node_id,
      hold_start_datetime: ifAt(reward.hold_start_datetime),
      hold_end_datetime: ifAt(reward.hold_end_datetime),
      blocked_by: reward.blocked_by,
      blocked_at: ifAt(reward.blocked_at),
    })),
  }
}
