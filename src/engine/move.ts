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
  waitingStepsOf,
  walk,
} from './graph.ts'
import { blockReward, reachReward } from './hold.ts'
import { progressOf } from './progress.ts'

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

/** What can be said to have happened in one participation: the outcomes with their sentences. */
function outcomesIn({ journey }: JourneyGraph, participation_id: string) {
  const place = { participation_id, journey_id: journey.id, journey_name: journey.name }
  const at = (node: GraphNode) => ({ ...place, node_id: node.id, node_name: node.name })
  const quoted = (node: GraphNode) => `"${node.name}" in ${journey.name}`
  return {
    entered: (node: Entry): Outcome => ({
      type: 'entered',
      ...at(node),
      message: `entered ${journey.name} through "${node.name}"`,
    }),
    counted: (node: Step, count: number): Outcome => ({
      type: 'step_counted',
      ...at(node),
      count,
      times: node.times,
      message: `counted ${quoted(node)}, ${count} of ${node.times}`,
    }),
    done: (node: Step): Outcome => ({
      type: 'step_completed',
      ...at(node),
      message: `completed ${quoted(node)}`,
    }),
    reached(node: Reward | Badge, reward: RewardRecord): Outcome {
      if (node.type === 'badge')
        return { type: 'badge_awarded', ...at(node), code: node.code, message: `awarded ${quoted(node)}` }
      const { hold_start_datetime, hold_end_datetime } = reward
      if (hold_start_datetime === null || hold_end_datetime === null)
        return { type: 'reward_issued', ...at(node), message: `issued ${quoted(node)}` }
      const message = `reached ${quoted(node)}, held until ${hold_end_datetime}`
      return { type: 'reward_held', ...at(node), hold_start_datetime, hold_end_datetime, message }
    },
    blocked: (node: GraphNode, blocked_by: string, blocked_at: string): Outcome => ({
      type: 'reward_blocked',
      ...at(node),
      blocked_by,
      blocked_at,
      message: `${quoted(node)} is blocked by "${blocked_by}"`,
    }),
    completed: (): Outcome => ({
      type: 'journey_completed',
      ...place,
      message: `completed ${journey.name}`,
    }),
  }
}
