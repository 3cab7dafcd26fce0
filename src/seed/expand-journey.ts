import type { JourneyStatus } from '../contract/journey.ts'
import type { GraphRecord, NodeRecord } from '../contract/records.ts'
import { extensionOf } from '../contract/schemas.ts'
import { expandConnections } from './expand-connections.ts'
import {
  checkLabel,
  type Expansion,
  type Part,
  partsOf,
  type Readable,
  timeOf,
  uniqueKeys,
} from './expansion.ts'
import { labelledUuid, uuidOf } from './ids.ts'
import { type Named, referencesTo } from './references.ts'
import type { JourneyInput } from './schema-input.ts'
import type { NodeInput } from './schema-nodes.ts'

export interface ExpandedJourney extends Named {
  journey: GraphRecord
  /** Finds a node, also one of an unreadable type, or says why it cannot. */
  findNode(text: string): Named | string
  /** Whether every node could be read, so that what is none of them is none. */
  areNodesKnown: boolean
  /** Whether all nodes and connections could be read; otherwise those that are missing may be why others seem wrong. */
  isComplete: boolean
}

/** A journey in the long form; undefined where it has neither a name nor an id. `long` is its place there. */
export function expandJourney(
  { value: input, pointer }: Part<Readable<JourneyInput>>,
  long: string,
  expansion: Expansion,
): ExpandedJourney | undefined {
  const label = input.id ?? input.name
  if (label === undefined) return undefined
  expansion.places.set(long, pointer)
  checkLabel({ value: input.id, pointer: `${pointer}/id` }, expansion)
  const id = labelledUuid(label, expansion.siteId)
  const time = (key: 'publish_at' | 'start_date' | 'end_date' | 'created_at' | 'updated_at') =>
    timeOf({ value: input[key], pointer: `${pointer}/${key}` }, expansion)

  const created_at = time('created_at') ?? expansion.unstated()
  const publish_at = time('publish_at')
  const status: JourneyStatus = input.status ?? 'Published'
  const { named, nodes, areNodesKnown } = expandNodes({ value: input, pointer }, { id, long }, expansion)
  const joined = expandConnections(
    { value: input, pointer },
    { journeyId: id, nodes: named, areNodesKnown, long },
    expansion,
  )
  return {
    id,
    label: input.id,
    name: input.name,
    findNode: referencesTo(named, 'node', `the journey "${input.name}"`),
    areNodesKnown,
    isComplete: areNodesKnown && joined.isComplete && nodes.length === named.length,
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
      ...extensionOf(input as GraphRecord),
      nodes,
      connections: joined.connections,
    },
  }
}

/** The nodes of a journey in the long form, and all that can be referred to, also those that are not complete. */
function expandNodes(
  { value: input, pointer }: Part<Readable<JourneyInput>>,
  { id: journeyId, long }: { id: string; long: string },
  expansion: Expansion,
) {
  const unique = uniqueKeys(expansion)
  const nodes: NodeRecord[] = []
  const named = partsOf(input.nodes, `${pointer}/nodes`).map(part => {
    const { type, name, id: label } = part.value
    const identity = namedNode(part, journeyId, expansion)
    if (type === undefined || name === undefined) return { part, ...identity }
    const isNew =
      label === undefined
        ? unique(identity.id, `${part.pointer}/name`, name, '; give one of them an id')
        : unique(identity.id, `${part.pointer}/id`, label)
    if (isNew)
      nodes.push(expandNode(part, { id: identity.id, type, name }, { long, n: nodes.length }, expansion))
    return { part, ...identity }
  })
  const areNodesKnown =
    named.length === (input.nodes?.length ?? 0) &&
    !expansion.isUnreadable(`${pointer}/nodes`) &&
    named.every(({ part, name }) => name !== undefined && !expansion.isUnreadable(`${part.pointer}/id`))
  return { named, nodes, areNodesKnown }
}

/** A node's identity. One without a label and a name, which connections cannot refer to, gets one by its place. */
function namedNode({ value, pointer }: Part<Readable<NodeInput>>, journeyId: string, expansion: Expansion) {
  checkLabel({ value: value.id, pointer: `${pointer}/id` }, expansion)
  const label = value.id ?? value.name
  const id = label === undefined ? uuidOf(pointer) : labelledUuid(label, journeyId)
  return { id, label: value.id, name: value.name, type: value.type }
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
    // Settings that are missing are missed where they would be written.
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
    ...(extra && { extra }),
  }
}
