import type { Outcome } from '../contract/outcome.ts'
import type { ParticipationRecord, WaitingRecord } from '../contract/records.ts'
import { arrive, type Change } from './arrive.ts'
import { statusAsOf } from './as-of.ts'
import type { Facts } from './criterion.ts'
import type { JourneyGraph, Step } from './graph.ts'
import { blockReward } from './hold.ts'
import { outcomesIn } from './outcomes.ts'
import { waitingStepsOf } from './waiting.ts'
import { type Passage, walk } from './walk.ts'

const NOWHERE: Passage = { nodes: [], steps: [], exit: false }

/** Why a participation cannot move at a moment; `undefined` when it can. */
export function reasonToStay({ journey }: JourneyGraph, participation: ParticipationRecord, at: string) {
  const { completed_at, expired_at } = participation
  const { status } = statusAsOf({ completed_at, expired_at, journey }, at)
  if (status === 'Completed') return 'completed'
  if (status === 'Expired') return 'expired'
  return journey.status === 'Draft' ? 'draft' : undefined
}

/** Whether an event counts for a step. */
export const counts = (step: Step, facts: Facts): boolean =>
  step.event === facts.event && (step.criterion === null || step.criterion(facts))

/** Blocks the rewards that are held when a blocking event happens, in a participation of any status. */
export function block(graph: JourneyGraph, change: Change, { event, at }: Facts): Change {
  const { participation } = change
  const outcomes: Outcome[] = []
  const rewards = participation.rewards.map(reward => {
    const node = graph.nodes.get(reward.node_id)
    if (node?.type !== 'reward') return reward
    const after = blockReward(reward, node.blockedBy, { name: event, at })
    if (after !== reward) outcomes.push(outcomesIn(graph, participation.id).blocked(node, event, at))
    return after
  })
  if (outcomes.length === 0) return change
  return {
    participation: { ...participation, rewards, updated_at: at },
    outcomes: [...change.outcomes, ...outcomes],
  }
}

/**
 * Counts an event at every step where the member waits, and moves on from those that it completes. A step that the member
 * reaches by this event waits for another one, so an event makes no more moves than the graph has nodes.
 */
export function move(graph: JourneyGraph, change: Change, facts: Facts): Change {
  const { participation } = change
  const waiting = waitingStepsOf(graph, participation)
  const open: WaitingRecord[] = []
  const done: Step[] = []
  const outcomes: Outcome[] = []
  const say = outcomesIn(graph, participation.id)
  for (const place of waiting) {
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
  const passage = done.length > 0 ? walk(graph, done, facts) : NOWHERE
  return arrive(
    graph,
    { participation, outcomes: [...change.outcomes, ...outcomes] },
    { open, done, passage },
    facts,
  )
}
