import type { NodeType } from '../contract/journey.ts'
import { ELSE } from '../contract/node-config.ts'
import type { ConnectionRecord } from '../contract/records.ts'
import {
  checkLabel,
  type Expansion,
  eitherOf,
  type Part,
  partsOf,
  type Readable,
  uniqueKeys,
} from './expansion.ts'
import { labelledUuid } from './ids.ts'
import { type Named, referencesTo } from './references.ts'
import type { ConnectionInput, JourneyInput } from './schema-input.ts'

interface Within {
  journeyId: string
  nodes: readonly (Named & { type: NodeType | undefined; part: Part<unknown> })[]
  /** Whether every node could be read, so that what is none of them is none. */
  areNodesKnown: boolean
  /** The place of the journey in the long form. */
  long: string
}

interface Joined {
  connections: ConnectionRecord[]
  /** Whether all of them are there. */
  isComplete: boolean
}

/** The connections of a journey; where it lists none, each node leads to the next one. */
export function expandConnections(
  { value, pointer }: Part<Readable<JourneyInput>>,
  within: Within,
  expansion: Expansion,
): Joined {
  const { journeyId, nodes, areNodesKnown, long } = within
  const connections: ConnectionRecord[] = []
  const counted = new Map<string, number>()
  const add = (source: string, target: string, rest: Partial<ConnectionRecord>, from: string): string => {
    const ends = `${source} ${target}`
    const number = (counted.get(ends) ?? 0) + 1
    counted.set(ends, number)
    const own = labelledUuid(`${ends} ${number}`, journeyId)
    const place = `${long}/connections/${connections.length}`
    expansion.places.set(place, from)
    const condition = rest.condition ?? null
    const { id = own, extra } = rest
    const ids = { id, source_node_id: source, target_node_id: target }
    connections.push({ ...ids, condition, ...(extra && { extra }) })
    return place
  }

  if (value.connections === undefined) {
    const isLeftOut = !expansion.isUnreadable(`${pointer}/connections`)
    for (const [n, { id, type, part }] of nodes.slice(0, -1).entries()) {
      if (type === 'condition' && isLeftOut) {
        const message =
          'a condition needs connections with "when" and "else"; list the connections of the journey'
        expansion.issues.push({ pointer: part.pointer, message })
      } else add(id, (nodes[n + 1] as Named).id, {}, part.pointer)
    }
    return { connections, isComplete: isLeftOut && !nodes.some(({ type }) => type === 'condition') }
  }

  const parts = partsOf(value.connections, `${pointer}/connections`)
  const find = referencesTo(nodes, 'node', 'this journey')
  const unique = uniqueKeys(expansion)
  let isComplete = parts.length === value.connections.length

  for (const part of parts) {
    const [sources, targets] = [endsOf(part, 'from'), endsOf(part, 'to')]
    const label = part.value.id
    checkLabel({ value: label, pointer: `${part.pointer}/id` }, expansion)
    if (label !== undefined && sources.length * targets.length > 1) {
      expansion.issues.push({
        pointer: `${part.pointer}/id`,
        message: 'would name several connections; leave it out, or write them one by one',
      })
    }
    if (label !== undefined) unique(label, `${part.pointer}/id`)
    const id = label !== undefined && labelledUuid(label, journeyId)
    const condition = conditionOf(part, expansion)
    const { extra } = part.value
    const rest = { ...(id && { id }), condition: condition.value, ...(extra && { extra }) }
    for (const source of sources) {
      for (const target of targets) {
        const place = add(source.id, target.id, rest, part.pointer)
        expansion.places.set(`${place}/condition`, condition.pointer)
        expansion.places.set(`${place}/source_node_id`, source.pointer)
        expansion.places.set(`${place}/target_node_id`, target.pointer)
      }
    }
  }
  return { connections, isComplete }

  /** The nodes at one end of a connection, with the places where they are named. */
  function endsOf(part: Part<Readable<ConnectionInput>>, end: 'from' | 'to') {
    const { value, pointer } =
      end === 'from'
        ? eitherOf(part, ['from', 'source_node_id'], expansion)
        : eitherOf(part, ['to', 'target_node_id'], expansion)
    if (value === undefined) {
      isComplete = false
      return []
    }
    const texts = typeof value === 'string' ? [{ value, pointer }] : partsOf(value, pointer)
    isComplete &&= typeof value === 'string' || texts.length === value.length
    return texts.flatMap(({ value, pointer }) => {
      const found = find(value)
      if (typeof found !== 'string') return [{ id: found.id, pointer }]
      isComplete = false
      if (areNodesKnown) expansion.issues.push({ pointer, message: found })
      return []
    })
  }
}

/** The condition of a connection as the text of the long form, with the place where it is written. */
function conditionOf({ value, pointer }: Part<Readable<ConnectionInput>>, { issues }: Expansion) {
  const stated = (['when', 'else', 'condition'] as const).filter(key => value[key] !== undefined)
  if (stated.length > 1) {
    issues.push({
      pointer: `${pointer}/${stated[1]}`,
      message: `is given beside ${stated[0]}; leave one of the two out`,
    })
  }
  const [key = 'when'] = stated
  const text =
    key === 'else' ? ELSE : key === 'when' ? value.when && JSON.stringify(value.when) : value.condition
  return { value: text ?? null, pointer: `${pointer}/${key}` }
}
