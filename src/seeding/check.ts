import { Temporal } from 'temporal-polyfill'
import { foldEmail, TIMESTAMP_PATTERN } from '../contract/formats.ts'
import type { NodeType } from '../contract/journey.ts'
import { NODE_CONFIGS } from '../contract/node-config.ts'
import { journeyFaults } from '../engine/journey-faults.ts'
import { type Fault, schemaFaults } from './faults.ts'
import { SeedDocument, SeedJourney, SeedMember, type SeedParticipation } from './schema.ts'

/** Everything that is wrong with a seed document: its form, or, where that is right, what it says. Empty when good. */
export function checkSeed(document: unknown): Fault[] {
  const formal = schemaFaults(SeedDocument, document)
  return formal.length > 0 ? formal : checkMeaning(document as SeedDocument)
}

/** Everything that is wrong with a single journey. */
export function checkJourney(journey: unknown): Fault[] {
  const formal = schemaFaults(SeedJourney, journey)
  if (formal.length > 0) return formal
  return [...impossibleTimes(journey, ''), ...checkGraph(journey as SeedJourney, '')]
}

/**
 * Everything that is wrong with a single member, given the journeys it may be in and who else has a participation
 * with a given id.
 */
export function checkMember(
  member: unknown,
  findJourney: (id: string) => SeedJourney | undefined,
  takenBy: (participationId: string, email: string) => string | undefined,
): Fault[] {
  const formal = schemaFaults(SeedMember, member)
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

function checkMeaning({ journeys, members }: SeedDocument): Fault[] {
  const byId = new Map(journeys.map(journey => [journey.id, journey]))
  const participations = members.flatMap((member, m) =>
    (member.participations ?? []).map((participation, p) => ({
      participation,
      pointer: `/members/${m}/participations/${p}`,
    })),
  )
  return [
    ...impossibleTimes({ journeys, members }, ''),
    ...duplicates(journeys, '/journeys', 'id', journey => journey.id),
    ...journeys.flatMap((journey, j) => checkGraph(journey, `/journeys/${j}`)),
    ...duplicates(members, '/members', 'email', member => foldEmail(member.email)),
    ...members.flatMap(({ history = [] }, m) => checkHistory(history, `/members/${m}/history`)),
    ...repeats(
      participations.map(({ participation, pointer }) => ({
        key: participation.id,
        pointer: `${pointer}/id`,
      })),
    ),
    ...participations.flatMap(({ participation, pointer }) => {
      return checkParticipation(participation, pointer, byId.get(participation.journey_id))
    }),
  ]
}

// What is the author's own may look like a time and mean something else.
const FREE = new Set(['attributes', 'config'])

/** Times of the right form that no calendar has, such as 31 February. */
function impossibleTimes(value: unknown, pointer: string): Fault[] {
  if (typeof value === 'string') {
    if (!new RegExp(TIMESTAMP_PATTERN).test(value) || isTime(value)) return []
    return [{ pointer, message: `"${value}" is not a time that exists` }]
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    FREE.has(key) ? [] : impossibleTimes(inner, `${pointer}/${key}`),
  )
}

function isTime(text: string): boolean {
  try {
    Temporal.PlainDateTime.from(text)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

function duplicates<T>(items: T[], pointer: string, property: string, keyOf: (item: T) => string): Fault[] {
  return repeats(items.map((item, i) => ({ key: keyOf(item), pointer: `${pointer}/${i}/${property}` })))
}

function repeats(items: { key: string; pointer: string }[]): Fault[] {
  const first = new Map<string, string>()
  const faults: Fault[] = []
  for (const { key, pointer } of items) {
    const earlier = first.get(key)
    if (earlier === undefined) first.set(key, pointer)
    else faults.push({ pointer, message: `"${key}" is taken by ${earlier}` })
  }
  return faults
}

function checkGraph(journey: SeedJourney, pointer: string): Fault[] {
  const { nodes, connections } = journey
  const ids = new Set(nodes.map(node => node.id))
  const dangling = connections.flatMap((connection, c) =>
    (['source_node_id', 'target_node_id'] as const)
      .filter(end => !ids.has(connection[end]))
      .map(end => ({
        pointer: `${pointer}/connections/${c}/${end}`,
        message: `no node "${connection[end]}" in this journey`,
      })),
  )
  const reached = reachable(journey)
  const unreachable = nodes.flatMap((node, n) =>
    reached.has(node.id)
      ? []
      : [
          {
            pointer: `${pointer}/nodes/${n}`,
            message: `no connection leads from an entry to "${node.name}"; connect it, or remove it`,
          },
        ],
  )
  return [
    ...duplicates(nodes, `${pointer}/nodes`, 'id', node => node.id),
    ...duplicates(connections, `${pointer}/connections`, 'id', connection => connection.id),
    ...dangling,
    ...unreachable,
    ...checkConfigs(journey, pointer),
  ]
}

/** The settings of nodes and conditions. A node without any is one that is not set up yet, and nothing happens there. */
function checkConfigs({ nodes, connections }: SeedJourney, pointer: string): Fault[] {
  const formal = nodes.flatMap(({ type, config = {} }, n) =>
    Object.keys(config).length === 0
      ? []
      : schemaFaults(NODE_CONFIGS[type], config).map(fault => ({
          pointer: `${pointer}/nodes/${n}/config${fault.pointer}`,
          message: fault.message,
        })),
  )
  if (formal.length > 0) return formal
  return journeyFaults({
    nodes: nodes.map(node => ({ ...node, config: node.config ?? {} })),
    connections: connections.map(connection => ({ ...connection, condition: connection.condition ?? null })),
  }).map(fault => ({ pointer: pointer + fault.pointer, message: fault.message }))
}

function checkHistory(history: { at: string }[], pointer: string): Fault[] {
  return history.flatMap(({ at }, h) => {
    const before = history[h - 1]
    if (!before || before.at <= at) return []
    return [
      { pointer: `${pointer}/${h}/at`, message: `is before ${before.at}, when the one above it happened` },
    ]
  })
}

/** The ids of the nodes that an entry leads to, entries included. */
function reachable({ nodes, connections }: SeedJourney): Set<string> {
  const targets = Map.groupBy(connections, connection => connection.source_node_id)
  const reached = new Set(nodes.filter(node => node.type === 'entry').map(node => node.id))
  for (const id of reached)
    for (const { target_node_id } of targets.get(id) ?? []) reached.add(target_node_id)
  return reached
}

const STEP_TYPES: readonly NodeType[] = ['event', 'action']
const OUTCOME_TYPES: readonly NodeType[] = ['reward', 'badge']

function checkParticipation(
  participation: SeedParticipation,
  pointer: string,
  journey?: SeedJourney,
): Fault[] {
  const {
    journey_id,
    completed_at,
    expired_at,
    progress_percentage,
    started_at,
    events = [],
    rewards = [],
    standing,
  } = participation
  if (!journey)
    return [{ pointer: `${pointer}/journey_id`, message: `no journey "${journey_id}" in this document` }]
  const faults: Fault[] = []
  const add = (at: string, message: string) => faults.push({ pointer: `${pointer}/${at}`, message })

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
  for (const [s, { node_id }] of (standing ?? []).entries()) checkNode(`standing/${s}`, node_id, STEP_TYPES)
  for (const [e, event] of events.entries()) checkNode(`events/${e}`, event.node_id, STEP_TYPES)
  for (const [r, reward] of rewards.entries()) {
    checkNode(`rewards/${r}`, reward.node_id, OUTCOME_TYPES)
    const { hold_start_datetime: start, hold_end_datetime: end, blocked_by, blocked_at } = reward
    if ((start ?? end) && (blocked_by ?? blocked_at)) {
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
  return faults
}
