import type { Outcome } from '../contract/outcome.ts'
import type { RewardRecord } from '../contract/records.ts'
import type { Badge, Entry, GraphNode, JourneyGraph, Reward, Step } from './graph.ts'

/** What can be said to have happened in one participation: the outcomes with their sentences. */
export function outcomesIn({ journey }: JourneyGraph, participation_id: string) {
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
