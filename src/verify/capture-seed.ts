import type { TObject } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { JOURNEY_STATUSES, NODE_TYPES } from '../contract/journey.ts'
import { isObject, type JsonObject, objectsIn } from '../contract/json.ts'
import { NODE_CONFIGS } from '../contract/node-config.ts'
import { checkSeed } from '../seed/check.ts'
import { isUuid, uuidOf } from '../seed/ids.ts'
import { SeedError } from '../seed/issues.ts'
import type { SeedDocument, SeedJourney, SeedMember, SeedParticipation } from '../seed/schema.ts'
import { DEMO_SITE } from '../seed/seed.ts'
import { toTimestamp } from '../seed/times.ts'
import { type Capture, type Exchange, journeysIn, type MemberCapture, memberStatus } from './capture.ts'

/** A seed, with the parts of the answers that each of its objects comes from. */
export interface CapturedSite {
  document: SeedDocument
  journeys: CapturedJourney[]
  members: CapturedMember[]
}

interface CapturedJourney {
  seed: SeedJourney
  /** In the list of journeys. */
  item?: JsonObject | undefined
  /** The answer about this journey alone. */
  detail?: Exchange | undefined
}

interface CapturedMember {
  seed: SeedMember
  capture: MemberCapture
  participations: {
    seed: SeedParticipation
    /** In each list of the member. */
    user: JsonObject | undefined
    member: JsonObject | undefined
  }[]
}

/** The time of objects that have none. */
const NO_TIME = '1970-01-01T00:00:00.000000'

/**
 * The valid seed that is closest to the answers of a site. Its secret is that of the demo, so that the live secret is in no file.
 */
export function toSeed(siteId: string, capture: Capture): CapturedSite {
  const journeys = capturedJourneys(capture)
  const taken = new Set<string>()
  const members = capture.members.flatMap(member => capturedMember(member, journeys, taken))
  const site = { site_id: siteId, name: `snapshot of ${siteId}`, secret: DEMO_SITE.secret }
  const document = {
    site,
    journeys: journeys.map(({ seed }) => seed),
    members: members.map(({ seed }) => seed),
  }
  makeValid(document)
  return { document, journeys, members }
}

/** Makes a seed valid: removes graphs with issues, and events and rewards that do not fit the graph. */
function makeValid(document: SeedDocument): void {
  for (;;) {
    const { issues } = checkSeed(document, NO_TIME)
    if (issues.length === 0) return
    const places = issues.map(({ pointer }) => pointer.split('/').slice(1))
    const graphs = places
      .flatMap(([list, j]) => (list === 'journeys' ? (document.journeys[Number(j)] ?? []) : []))
      .filter(({ nodes, connections }) => nodes.length + connections.length > 0)
    const participations = places
      .flatMap(([list, m, , p]) =>
        list === 'members' ? (document.members[Number(m)]?.participations?.[Number(p)] ?? []) : [],
      )
      .filter(({ events }) => events)
    if (graphs.length + participations.length === 0) throw new SeedError('the captured seed', issues)
    for (const journey of graphs) Object.assign(journey, { nodes: [], connections: [] })
    for (const participation of new Set(participations)) simplify(participation)
  }
}

/** Removes the events and rewards of a participation; if it has none, everything but the ids and times. */
function simplify(participation: SeedParticipation): void {
  const { id, journey_id, started_at, created_at, events = [], rewards = [] } = participation
  if (events.length + rewards.length > 0) Object.assign(participation, { events: [], rewards: [] })
  else {
    for (const key of Object.keys(participation)) delete participation[key as keyof SeedParticipation]
    Object.assign(participation, { id, journey_id, started_at, created_at, progress_percentage: '0.0' })
  }
}

function capturedJourneys({ list, journeys }: Capture): CapturedJourney[] {
  const items = new Map(journeysIn(list).map(item => [idOf(item.id, 'journey'), item]))
  const details = new Map(
    journeys
      .filter(({ body }) => isObject(body))
      .map(exchange => [idOf(exchange.identifier, 'journey'), exchange]),
  )
  const ids = new Set([...items.keys(), ...details.keys()])
  const found = [...ids].map(id => {
    const [item, detail] = [items.get(id), details.get(id)]
    return { seed: { ...toJourney({ ...item, ...(detail?.body as JsonObject) }), id }, item, detail }
  })
  keepOrder(found)
  return found
}

// The types and formats of the values in an answer are not certain.

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** A UUID in lower case. Any other value is replaced by a UUID that is always the same for it. */
function idOf(value: unknown, kind: string): string {
  const id = (textOf(value) ?? '').toLowerCase()
  return isUuid(id) ? id : uuidOf(JSON.stringify([kind, value]))
}

/** A time in any zone as a vendor timestamp; null for what is not a time, or has a year of more than four digits. */
export const timeOf = (value: unknown): string | null =>
  typeof value === 'string' && !/^[+-]/.test(value) ? (toTimestamp(value, value) ?? null) : null

/** A journey of an unknown status becomes archived, so that no member enters it. */
function toJourney(answered: JsonObject): SeedJourney {
  const created_at = timeOf(answered.created_at) ?? NO_TIME
  return {
    id: idOf(answered.id, 'journey'),
    multi_template_id: textOf(answered.multi_template_id) ?? '0',
    name: textOf(answered.name) ?? '',
    description: textOf(answered.description) ?? '',
    publish_at: timeOf(answered.publish_at),
    // One operation has it as a text.
    open_ended: [undefined, null, true, 'true'].some(open => open === answered.open_ended),
    status: JOURNEY_STATUSES.find(known => known === answered.status) ?? 'Archived',
    start_date: timeOf(answered.start_date),
    end_date: timeOf(answered.end_date),
    created_at,
    updated_at: timeOf(answered.updated_at) ?? created_at,
    created_by: textOf(answered.created_by),
    nodes: objectsIn(answered.nodes).map(toNode),
    connections: objectsIn(answered.connections).map(connection => ({
      id: idOf(connection.id, 'connection'),
      source_node_id: idOf(connection.source_node_id, 'node'),
      target_node_id: idOf(connection.target_node_id, 'node'),
      condition: textOf(connection.condition),
    })),
  }
}

function toNode(node: JsonObject): SeedJourney['nodes'][number] {
  // A node of an unknown type becomes an action without settings, which waits for no event.
  const type = NODE_TYPES.find(known => known === node.type) ?? 'action'
  const { x, y } = isObject(node.position) ? node.position : {}
  return {
    id: idOf(node.id, 'node'),
    type,
    name: textOf(node.name) ?? '',
    config: knownConfig(NODE_CONFIGS[type], node.config),
    ...(typeof x === 'number' && typeof y === 'number' && { position: { x, y } }),
  }
}

/** The settings of the contract; none if they are not valid. */
function knownConfig(schema: TObject, config: unknown): JsonObject {
  const known = Value.Clean(schema, structuredClone(config))
  return isObject(known) && Value.Check(schema, known) ? known : {}
}

function capturedMember(
  capture: MemberCapture,
  journeys: CapturedJourney[],
  taken: Set<string>,
): CapturedMember[] {
  const status = memberStatus(capture)
  if (status === undefined) return []
  const byId = (items: JsonObject[]) => new Map(items.map(item => [JSON.stringify(item.id), item]))
  const [users, members] = [byId(journeysIn(capture.user)), byId(journeysIn(capture.member))]
  const found = [...new Set([...members.keys(), ...users.keys()])].map(id => {
    const [user, member] = [users.get(id), members.get(id)]
    const seed = toParticipation(user, member, journeyOf({ ...member, ...user }, journeys))
    // In a seed, the ids of participations are unique.
    if (taken.has(seed.id)) seed.id = idOf([id, capture.email], 'participation')
    taken.add(seed.id)
    return { seed, user, member }
  })
  keepOrder(found)
  const seed = {
    email: capture.email,
    ...(status !== 'active' && { status }),
    participations: found.map(participation => participation.seed),
  }
  return [{ seed, capture, participations: found }]
}

/** The journey of a participation. One that was not captured is added, with the properties that the participation shows. */
function journeyOf(participation: JsonObject, journeys: CapturedJourney[]): SeedJourney {
  const { journey_id, name, description, open_ended } = participation
  const id = idOf(journey_id ?? ['of a participation', name], 'journey')
  // One of the two operations shows the name of the journey, but not its id.
  const isSame = ({ seed }: CapturedJourney) =>
    seed.id === id || (journey_id === undefined && name !== '' && seed.name === name)
  const known = journeys.find(isSame)
  if (known) return known.seed
  const seed = { ...toJourney({ name, description, open_ended }), id }
  journeys.push({ seed })
  return seed
}

function toParticipation(
  user: JsonObject | undefined,
  member: JsonObject | undefined,
  journey: SeedJourney,
): SeedParticipation {
  const answered = { ...user, ...member }
  const { status, progress_percentage, ...rest } = answered
  const started_at = timeOf(rest.started_at) ?? timeOf(rest.created_at) ?? NO_TIME
  const updated_at = timeOf(rest.updated_at)
  const isCompleted = status === 'Completed'
  const isNumeric = typeof progress_percentage === 'string' || typeof progress_percentage === 'number'
  const progress = (isNumeric && Number(progress_percentage)) || 0
  return {
    id: idOf(answered.id, 'participation'),
    journey_id: journey.id,
    started_at,
    created_at: timeOf(rest.created_at) ?? started_at,
    ...(updated_at !== null && { updated_at }),
    progress_percentage: isCompleted ? '100.0' : Math.min(Math.max(progress, 0), 99.9).toFixed(1),
    completed_at: isCompleted ? (timeOf(rest.completed_at) ?? updated_at ?? started_at) : null,
    expired_at: status === 'Expired' ? (timeOf(rest.expired_at) ?? updated_at ?? started_at) : null,
    events: objectsIn(member?.events).map(event => ({
      node_id: idOf(event.node_id, 'node'),
      completed_at: timeOf(event.completed_at) ?? NO_TIME,
    })),
    rewards: objectsIn(member?.rewards).map(toReward),
  }
}

/** The status of a reward follows from the keys that it has: the hold rule, CONTRACT.md section 2 (D). */
function toReward(reward: JsonObject): NonNullable<SeedParticipation['rewards']>[number] {
  const { hold_start_datetime, hold_end_datetime, blocked_by, blocked_at } = reward
  const facts = {
    hold_start_datetime: timeOf(hold_start_datetime),
    hold_end_datetime: timeOf(hold_end_datetime),
    blocked_by: textOf(blocked_by),
    blocked_at: timeOf(blocked_at),
  }
  const present = Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== null))
  return { node_id: idOf(reward.node_id, 'node'), ...present }
}

/**
 * The sandbox lists by time of creation. If the site lists in another order, the seed gets other times, and the original ones become
 * `extra`.
 */
function keepOrder(found: { seed: { id: string; created_at?: string } }[]): void {
  const keys = found.map(({ seed }) => `${seed.created_at} ${seed.id}`)
  if (keys.every((key, k) => k === 0 || (keys[k - 1] as string) < key)) return
  for (const [i, { seed }] of found.entries())
    seed.created_at = `${NO_TIME.slice(0, -6)}${String(i).padStart(6, '0')}`
}
