import type { JourneyStatus, NodeType } from '../contract/journey.ts'
import { ELSE } from '../contract/node-config.ts'
import type { ConnectionRecord, GraphRecord, NodeRecord } from '../contract/records.ts'
import { extensionOf } from '../contract/schemas.ts'
import {
  type Expansion,
  eitherOf,
  type Find,
  idOf,
  itemsOf,
  type Named,
  type Part,
  partAt,
  type Readable,
  referencesTo,
  resolve,
  timeOf,
  uniqueNames,
} from './expansion.ts'
import { labelledUuid, uuidOf } from './ids.ts'
import type { ConnectionInput, JourneyInput } from './schema-input.ts'
import type { NodeInput } from './schema-nodes.ts'

/** A node that other parts refer to. Its type is undefined where it could not be read. */
interface NamedNode extends Named {
  type: NodeType | undefined
}

/** A journey that members may be in. */
export interface KnownJourney extends Named {
  findNode: Find<NamedNode>
}

export interface ExpandedJourney extends KnownJourney {
  journey: GraphRecord
  /** Whether all nodes and connections could be read; otherwise a node may only seem to be out of reach. */
  isComplete: boolean
}

type JourneyPart = Part<Readable<JourneyInput>>

/**
 * A journey in the long form; undefined where it has neither a name nor an id. `long` is its place there; its label is unique within
 * the site.
 */
export function expandJourney(
  part: JourneyPart,
  { long, siteId }: { long: string; siteId: string },
  expansion: Expansion,
): ExpandedJourney | undefined {
  const { value: input, pointer } = part
  const id = idOf(part, siteId, expansion)
  if (id === undefined) return undefined
  expansion.places.set(long, pointer)
  const time = (key: 'publish_at' | 'start_date' | 'end_date' | 'created_at' | 'updated_at') =>
    timeOf(partAt(part, key), expansion)

  const created_at = time('created_at') ?? expansion.unstated()
  const publish_at = time('publish_at')
  const status: JourneyStatus = input.status ?? 'Published'
  const { named, nodes } = expandNodes(part, { id, long }, expansion)
  const finderIn = (within: string) =>
    referencesTo(named, 'node', within, expansion.areNamesKnown(`${pointer}/nodes`))
  const connections = expandConnections(part, named, finderIn('this journey'), { id, long }, expansion)
  return {
    id,
    label: input.id,
    name: input.name,
    findNode: finderIn(`the journey "${input.name}"`),
    isComplete:
      nodes.length === (input.nodes?.length ?? 0) && !expansion.hasIssueBelow(`${pointer}/connections`),
    journey: {
      id,
      multi_template_id: input.multi_template_id ?? '0',
      name: input.name ?? '',
      description: input.description ?? '',
      publish_at: publish_at === undefined && status !== 'Draft' ? created_at : (publish_at ?? null),
      open_ended: input.open_ended ?? true,
      status,
      start_date: time('start_date') ?? null,
      end_date: time('end_date') ?? null,
      created_at,
      updated_at: time('updated_at') ?? created_at,
      created_by: input.created_by ?? null,
      ...extensionOf(input),
      nodes,
      connections,
    },
  }
}

/** A journey's id, and its place in the long form. */
interface Within {
  id: string
  long: string
}

interface NodePart extends NamedNode {
  pointer: string
}

/** The nodes of a journey in the long form, and all that can be referred to, including incomplete ones. */
function expandNodes(part: JourneyPart, { id: journeyId, long }: Within, expansion: Expansion) {
  const isNew = uniqueNames(expansion)
  const nodes: NodeRecord[] = []
  const named = itemsOf(partAt(part, 'nodes')).map((node): NodePart => {
    const { type, name, id: label } = node.value
    // One without a label and a name, which nothing can refer to, gets an id by its place.
    const id = idOf(node, journeyId, expansion) ?? uuidOf(node.pointer)
    if (type !== undefined && name !== undefined && isNew(node, id))
      nodes.push(expandNode(node, { id, type, name }, { long, n: nodes.length }, expansion))
    return { id, label, name, type, pointer: node.pointer }
  })
  return { named, nodes }
}

/** How far a block without a position is to the right of the one before it. */
const BLOCKS_APART = 200

function expandNode(
  { value: node, pointer }: Part<Readable<NodeInput>>,
  identity: Pick<NodeRecord, 'id' | 'type' | 'name'>,
  { long: journey, n }: { long: string; n: number },
  { places, issues }: Expansion,
): NodeRecord {
  const long = `${journey}/nodes/${n}`
  const { id: _id, type: _type, name: _name, config, position, extra, ...settings } = node
  const merged: Record<string, unknown> = { ...config }
  places.set(long, pointer)
  if (!config) {
    // The place of a setting that is missing is where it would be written.
    places.set(`${long}/config`, pointer)
    if (identity.type === 'reward') places.set(`${long}/config/type`, `${pointer}/reward`)
  }
  for (const [key, value] of Object.entries(settings)) {
    const name = key === 'reward' ? 'type' : key
    if (merged[name] !== undefined)
      issues.push({ pointer: `${pointer}/${key}`, message: 'is also in config; leave one of the two out' })
    if (value !== undefined) merged[name] = value
    places.set(`${long}/config/${name}`, `${pointer}/${key}`)
  }
  return {
    ...identity,
    config: merged,
    position: { x: position?.x ?? n * BLOCKS_APART, y: position?.y ?? 0 },
    ...extensionOf(node),
  }
}

/** A connection of which the id may be missing, with the places where it and its condition are written. */
interface Draft extends Pick<ConnectionRecord, 'source_node_id' | 'target_node_id' | 'extra'> {
  id?: string | undefined
  pointer: string
  condition: Part<string | null>
}

/** The connections of a journey. One without an id gets it by its ends; those with the same ends are numbered. */
function expandConnections(
  part: JourneyPart,
  nodes: readonly NodePart[],
  findEnd: Find<NamedNode>,
  { id: journeyId, long }: Within,
  expansion: Expansion,
): ConnectionRecord[] {
  const list = partAt(part, 'connections')
  const isLeftOut = list.value === undefined && !expansion.isRefused(list.pointer)
  const isNew = uniqueNames(expansion)
  const listed = itemsOf(list).flatMap(connection => {
    const id = idOf(connection, journeyId, expansion)
    if (id !== undefined) isNew(connection, id)
    return draftsOf(connection, id, findEnd, expansion)
  })
  const drafts = isLeftOut ? chainOf(nodes, expansion) : listed
  const counted = new Map<string, number>()
  return drafts.map(({ id, pointer, source_node_id, target_node_id, condition, ...rest }, c) => {
    const ends = `${source_node_id} ${target_node_id}`
    const number = (counted.get(ends) ?? 0) + 1
    counted.set(ends, number)
    expansion.places.set(`${long}/connections/${c}`, pointer)
    expansion.places.set(`${long}/connections/${c}/condition`, condition.pointer)
    const own = id ?? labelledUuid(`${ends} ${number}`, journeyId)
    return { id: own, source_node_id, target_node_id, condition: condition.value, ...rest }
  })
}

/** Where a journey lists no connections, each node leads to the next one. */
const chainOf = (nodes: readonly NodePart[], { issues }: Expansion): Draft[] =>
  nodes.slice(0, -1).map(({ id, type, pointer }, n) => {
    const isCondition = type === 'condition'
    const message =
      'a condition needs connections with "when" and "else"; list the connections of the journey'
    if (isCondition) issues.push({ pointer, message })
    const condition = { value: isCondition ? ELSE : null, pointer }
    return { pointer, source_node_id: id, target_node_id: (nodes[n + 1] as NodePart).id, condition }
  })

/** One for each pair of the ends of a connection. */
function draftsOf(
  part: Part<Readable<ConnectionInput>>,
  id: string | undefined,
  findEnd: Find<NamedNode>,
  expansion: Expansion,
): Draft[] {
  const { value, pointer } = part
  const endsOf = ({ value, pointer }: Part<string | readonly (string | undefined)[] | undefined>) => {
    const texts = typeof value === 'string' ? [{ value, pointer }] : itemsOf({ value, pointer })
    return texts.flatMap(text => resolve(text, findEnd, expansion)?.id ?? [])
  }
  const sources = endsOf(eitherOf(part, ['from', 'source_node_id'], expansion))
  const targets = endsOf(eitherOf(part, ['to', 'target_node_id'], expansion))
  if (id !== undefined && sources.length * targets.length > 1) {
    const message = 'would name several connections; leave it out, or write them one by one'
    expansion.issues.push({ pointer: `${pointer}/id`, message })
  }
  const common = { id, pointer, condition: conditionOf(part, expansion), ...extensionOf(value) }
  return sources.flatMap(source_node_id =>
    targets.map(target_node_id => ({ ...common, source_node_id, target_node_id })),
  )
}

/** The condition of a connection as the text of the long form, with the place where it is written. */
function conditionOf(
  { value, pointer }: Part<Readable<ConnectionInput>>,
  { issues }: Expansion,
): Part<string | null> {
  const [key = 'when', other] = (['when', 'else', 'condition'] as const).filter(
    name => value[name] !== undefined,
  )
  if (other)
    issues.push({
      pointer: `${pointer}/${other}`,
      message: `is given beside ${key}; leave one of the two out`,
    })
  const text =
    key === 'else' ? ELSE : key === 'when' ? value.when && JSON.stringify(value.when) : value.condition
  return { value: text ?? null, pointer: `${pointer}/${key}` }
}
