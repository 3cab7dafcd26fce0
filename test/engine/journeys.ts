import type { NodeConfigs } from '../../src/contract/node-config.ts'
import type { MemberRecord, ParticipationRecord } from '../../src/contract/records.ts'
import { compileJourney, type JourneyDefinition, type NodeDefinition } from '../../src/engine/graph.ts'
import { handleEvent, type Result } from '../../src/engine/handle-event.ts'

/** Builders for journeys and participations, so that a test names only what it is about. A node's id is its name. */

type Blocks = Record<string, Pick<NodeDefinition, 'type' | 'config'>>
type Rule = Record<string, unknown>

export const entry = (criteria?: Rule) => ({ type: 'entry' as const, config: criteria ? { criteria } : {} })
export const step = (event: string, more: Omit<NodeConfigs['event'], 'event'> = {}) => ({
  type: 'event' as const,
  config: { event, ...more },
})
export const condition = () => ({ type: 'condition' as const, config: {} })
export const reward = (more: Partial<NodeConfigs['reward']> = {}) => ({
  type: 'reward' as const,
  config: { type: 'points', ...more },
})
export const badge = (code: string) => ({ type: 'badge' as const, config: { code } })
export const exit = () => ({ type: 'exit' as const, config: {} })

export const more = (than: number): Rule => ({ '>': [{ var: 'attributes.amount' }, than] })

/**
 * @param paths Each `'a > b > c'`.
 * @param when The condition of each connection that leaves a condition node, by `'source > target'`.
 */
export function definition(
  name: string,
  blocks: Blocks,
  paths: readonly string[],
  extra: Partial<JourneyDefinition> & { when?: Record<string, Rule | 'else'> } = {},
): JourneyDefinition {
  const { when = {}, ...journey } = extra
  const pairs = paths.flatMap(path => {
    const ids = path.split(' > ')
    return ids.slice(1).map((target, i) => [ids[i] as string, target] as const)
  })
  return {
    id: name,
    name,
    status: 'Published',
    start_date: null,
    end_date: null,
    nodes: Object.entries(blocks).map(([id, block]) => ({ id, name: id, ...block })),
    connections: pairs.map(([source_node_id, target_node_id]) => {
      const rule = when[`${source_node_id} > ${target_node_id}`]
      const condition = rule === undefined || rule === 'else' ? (rule ?? null) : JSON.stringify(rule)
      return { source_node_id, target_node_id, condition }
    }),
    ...journey,
  }
}

export const journey = (...args: Parameters<typeof definition>) => compileJourney(definition(...args))

/** A vendor timestamp on a day of January 2025. */
export const day = (n: number, time = '00:00:00.000000') => `2025-01-${String(n).padStart(2, '0')}T${time}`

export const nobody: Pick<MemberRecord, 'email' | 'attributes' | 'participations'> = {
  email: 'ann@example.com',
  attributes: {},
  participations: [],
}

type Done = string | [event: string, attributes: Record<string, unknown>, at?: string]

/**
 * Sends events of a member, by default one a day from 1 January on.
 * @returns The result of the last one, and all messages in their order.
 */
export function afterEvents(journeys: ReturnType<typeof journey>[], events: Done[], member = nobody) {
  let count = 0
  let participations = [...member.participations]
  let last: Result = { participations, outcomes: [] }
  const messages: string[] = []
  for (const [i, done] of events.entries()) {
    const [event, attributes, at = day(i + 1)] = typeof done === 'string' ? [done, {}] : done
    last = handleEvent({
      journeys,
      member: { ...member, participations },
      event: { event, attributes, at },
      newId: () => `participation ${++count}`,
    })
    participations = last.participations
    messages.push(...last.outcomes.map(outcome => outcome.message))
  }
  const [first] = participations
  return { ...last, messages, participation: first as ParticipationRecord }
}

export const waitingAt = ({ waiting_at }: ParticipationRecord) => waiting_at?.map(({ node_id }) => node_id)
export const doneIn = ({ events }: ParticipationRecord) => events.map(({ node_id }) => node_id)

/** A participation as a seed states it: with completed steps and rewards, but not where the member waits. */
export const stored = (
  journey_id: string,
  facts: Partial<ParticipationRecord> & { done?: string[] } = {},
): ParticipationRecord => {
  const { done = [], ...more } = facts
  return {
    id: 'stored',
    journey_id,
    started_at: day(1),
    progress_percentage: '0.0',
    completed_at: null,
    expired_at: null,
    created_at: day(1),
    updated_at: day(1),
    events: done.map(node_id => ({ node_id, completed_at: day(1) })),
    rewards: [],
    waiting_at: null,
    ...more,
  }
}
