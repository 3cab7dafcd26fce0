import type { Outcome } from '../contract/outcome.ts'
import type { ParticipationRecord, RewardRecord, WaitingRecord } from '../contract/records.ts'
import type { Facts } from './criterion.ts'
import type { Badge, Entry, GraphNode, JourneyGraph, Reward, Step } from './graph.ts'
import { reachReward } from './hold.ts'
import { outcomesIn } from './outcomes.ts'
import { progressOf } from './progress.ts'
import type { Passage } from './walk.ts'

/** A participation after an event, and the outcomes in their order. */
export interface Change {
  participation: ParticipationRecord
  outcomes: readonly Outcome[]
}

export interface Advance {
  /** The steps at which the member still waits. */
  open: readonly WaitingRecord[]
  /** The steps that were just completed. */
  done: readonly Step[]
  /** The way on from there. */
  passage: Passage
}

/** A member's new participation: entered, and waiting at the first steps. */
export function begin(
  graph: JourneyGraph,
  { id, entry, passage }: { id: string; entry: Entry; passage: Passage },
  facts: Facts,
): Change {
  const { at } = facts
  const participation: ParticipationRecord = {
    id,
    journey_id: graph.journey.id,
    started_at: at,
    progress_percentage: '0.0',
    completed_at: null,
    expired_at: null,
    created_at: at,
    updated_at: at,
    events: [],
    rewards: [],
    waiting_at: [],
  }
  const outcomes = [outcomesIn(graph, id).entered(entry)]
  return arrive(graph, { participation, outcomes }, { open: [], done: [], passage }, facts)
}

/**
 * A participation with the steps done, the rewards on the way reached, and the member waiting where the way ends. It is
 * completed when the way ends nowhere, or at an exit, which closes all other branches too.
 */
export function arrive(graph: JourneyGraph, before: Change, advance: Advance, { at }: Facts): Change {
  const { participation } = before
  const { open, done, passage } = advance
  const granted = passage.nodes.filter(isGrant).filter(node => !grantedNow(before, node))
  const rewards = granted.map(node => grant(node, at))
  const waiting_at = passage.exit ? [] : [...open, ...newPlaces(open, passage)]
  const completed = waiting_at.length === 0
  const after: ParticipationRecord = {
    ...participation,
    completed_at: completed ? at : null,
    updated_at: at,
    events: [...participation.events, ...done.map(({ id }) => ({ node_id: id, completed_at: at }))],
    rewards: [...participation.rewards, ...rewards],
    waiting_at,
  }
  const say = outcomesIn(graph, participation.id)
  return {
    participation: { ...after, progress_percentage: completed ? '100.0' : progressOf(graph, after) },
    outcomes: [
      ...before.outcomes,
      ...granted.map((node, i) => say.reached(node, rewards[i] as RewardRecord)),
      ...(completed ? [say.completed()] : []),
    ],
  }
}

const isGrant = (node: GraphNode): node is Reward | Badge => node.type === 'reward' || node.type === 'badge'

const GRANTED: ReadonlySet<Outcome['type']> = new Set(['reward_held', 'reward_issued', 'badge_awarded'])

/** One event can pass a node twice, on entering and on moving, but grants what is there once. */
const grantedNow = ({ outcomes }: Change, { id }: GraphNode) =>
  outcomes.some(outcome => GRANTED.has(outcome.type) && 'node_id' in outcome && outcome.node_id === id)

const grant = (node: Reward | Badge, at: string): RewardRecord =>
  reachReward(node.type === 'reward' ? node : { id: node.id, hold: null }, at)

/** A step at which the member waits already is not added again, and keeps its count. */
const newPlaces = (open: readonly WaitingRecord[], { steps }: Passage): WaitingRecord[] =>
  steps
    .filter(step => !open.some(place => place.node_id === step.id))
    .map(step => ({ node_id: step.id, count: 0 }))
