import type { Outcome } from '../contract/outcome.ts'
import type { ParticipationRecord, RewardRecord, WaitingRecord } from '../contract/records.ts'
import type { Facts } from './criterion.ts'
import {
  type Badge,
  type Entry,
  type GraphNode,
  type JourneyGraph,
  type Passage,
  type Reward,
  type Step,
  walk,
} from './graph.ts'
import { blockReward, reachReward } from './hold.ts'
import { outcomesIn } from './outcomes.ts'
import { progressOf } from './progress.ts'
import { waitingStepsOf } from './waiting.ts'

/** A participation after an event, and the outcomes in their order. */
export interface Change {
  participation: ParticipationRecord
  outcomes: readonly Outcome[]
}

/** A participation without events and rewards. Where the member waits follows from the journey. */
export const newParticipation = (id: string, journey_id: string, at: string): ParticipationRecord => ({
  id,
  journey_id,
  started_at: at,
  progress_percentage: '0.0',
  completed_at: null,
  expired_at: null,
  created_at: at,
  updated_at: at,
  events: [],
  rewards: [],
  waiting_at: null,
})

/** A member's new participation: entered, and waiting at the first steps. */
export function begin(
  graph: JourneyGraph,
  { id, entry, passage }: { id: string; entry: Entry; passage: Passage },
  facts: Facts,
): Change {
  const participation = newParticipation(id, graph.journey.id, facts.at)
  const outcomes = [outcomesIn(graph, id).entered(entry)]
  return arrive(graph, { participation, outcomes }, { open: [], done: [], passage }, facts)
}

/** Whether an event counts for a step. */
export const counts = (step: Step, facts: Facts): boolean =>
  step.event === facts.event && (step.criterion === null || step.criterion(facts))

/**
 * Counts an event at every step where the member waits, and moves on from those that it completes. A step that the member
 * reaches by this event waits for another one, so an event makes no more moves than the graph has nodes.
 */
export function move(graph: JourneyGraph, change: Change, facts: Facts): Change {
  const { participation } = change
  const open: WaitingRecord[] = []
  const done: Step[] = []
  const outcomes: Outcome[] = []
  const say = outcomesIn(graph, participation.id)
  for (const place of waitingStepsOf(graph, participation)) {
    const step = graph.nodes.get(place.node_id) as Step | undefined
    if (!step || !counts(step, facts)) {
      open.push(place)
      continue
    }
    const count = place.count + 1
    outcomes.push(count < step.times ? say.counted(step, count) : say.done(step))
    if (count < step.times) open.push({ ...place, count })
    else done.push(step)
  }
  if (outcomes.length === 0) return change
  const counted = { participation, outcomes: [...change.outcomes, ...outcomes] }
  return arrive(graph, counted, { open, done, passage: walk(graph, done, facts) }, facts)
}

interface Advance {
  /** The steps at which the member still waits. */
  open: readonly WaitingRecord[]
  /** The steps that were just completed. */
  done: readonly Step[]
  /** The way on from there. */
  passage: Passage
}

/**
 * A participation after an advance: steps are completed, rewards on the way are reached, and the member waits at the next
 * steps. It is completed when there are none, or at an exit, which closes all other branches too.
 */
export function arrive(graph: JourneyGraph, before: Change, advance: Advance, { at }: Facts): Change {
  const { participation } = before
  const { open, done, passage } = advance
  const granted = passage.nodes.filter(isGrant).filter(node => !grantedNow(before, node))
  const rewards = granted.map(node => reachReward(node.id, node.type === 'reward' ? node.hold : null, at))
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
    participation: {
      ...after,
      progress_percentage: completed ? '100.0' : progressOf(graph.components, after),
    },
    outcomes: [
      ...before.outcomes,
      ...granted.map((node, i) => say.reached(node, rewards[i] as RewardRecord)),
      ...(completed ? [say.completed()] : []),
    ],
  }
}

const isGrant = (node: GraphNode): node is Reward | Badge => node.type === 'reward' || node.type === 'badge'

const GRANTED: ReadonlySet<Outcome['type']> = new Set(['reward_held', 'reward_issued', 'badge_awarded'])

/** One event can pass a reward twice, on entering and on moving, but grants it once. */
const grantedNow = ({ outcomes }: Change, { id }: GraphNode) =>
  outcomes.some(outcome => GRANTED.has(outcome.type) && 'node_id' in outcome && outcome.node_id === id)

/** A step at which the member waits already is not added again, and keeps its count. */
const newPlaces = (open: readonly WaitingRecord[], { steps }: Passage): WaitingRecord[] =>
  steps
    .filter(step => !open.some(place => place.node_id === step.id))
    .map(step => ({ node_id: step.id, count: 0 }))

/** Blocks the rewards that are held when a blocking event happens, in a participation of any status. */
export function block(graph: JourneyGraph, change: Change, facts: Facts): Change {
  const { participation } = change
  const { event, at } = facts
  const outcomes: Outcome[] = []
  const rewards = participation.rewards.map(reward => {
    const node = graph.nodes.get(reward.node_id)
    if (node?.type !== 'reward') return reward
    const after = blockReward(reward, node.blockedBy, facts)
    if (after !== reward) outcomes.push(outcomesIn(graph, participation.id).blocked(node, event, at))
    return after
  })
  if (outcomes.length === 0) return change
  return {
    participation: { ...participation, rewards, updated_at: at },
    outcomes: [...change.outcomes, ...outcomes],
  }
}
