import type { TObject } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Extended } from '../contract/extension.ts'
import { JOURNEY_STATUSES, JourneyConnection, JourneyNode, NODE_TYPES } from '../contract/journey.ts'
import { isObject, type JsonObject, objectsIn } from '../contract/json.ts'
import { NODE_CONFIGS } from '../contract/node-config.ts'
import { checkJourney } from '../seed/check-journey.ts'
import type { SeedJourney } from '../seed/schema.ts'
import { idOf, textOf, textOrNull, timeOf, truthOf } from './values.ts'

/**
 * A journey as the sandbox can have it, nearest to what was answered. A graph of which it cannot make sense it is
 * without: then nobody moves in the journey.
 */
export function journeyFacts(answered: JsonObject): SeedJourney {
  const facts = {
    id: idOf(answered.id, 'journey'),
    multi_template_id: textOf(answered.multi_template_id, '0'),
    name: textOf(answered.name),
    description: textOf(answered.description),
    publish_at: timeOf(answered.publish_at),
    open_ended: truthOf(answered.open_ended, true),
    // Into one of a status that is unknown here nobody gets, either.
    status: oneOf(JOURNEY_STATUSES, answered.status) ?? 'Archived',
    start_date: timeOf(answered.start_date),
    end_date: timeOf(answered.end_date),
    created_at: timeOf(answered.created_at) ?? LONG_AGO,
    updated_at: timeOf(answered.updated_at) ?? timeOf(answered.created_at) ?? LONG_AGO,
    created_by: textOrNull(answered.created_by),
  }
  const whole = {
    ...facts,
    nodes: objectsIn(answered.nodes).map(toNode),
    connections: objectsIn(answered.connections).map(toConnection),
  }
  const { issues } = checkJourney(whole, LONG_AGO)
  return issues.length === 0 ? whole : { ...facts, nodes: [], connections: [] }
}

/** When something happened of which no time is known. */
export const LONG_AGO = '1970-01-01T00:00:00.000000'

/** The properties of an entry that the contract does not name, to be spread. */
export function unknownOf(entry: JsonObject, { properties }: TObject): Extended {
  const unknown = Object.entries(entry).filter(([name]) => !Object.hasOwn(properties, name))
  return unknown.length === 0 ? {} : { 'x-extra': Object.fromEntries(unknown) }
}

export const oneOf = <T extends string>(values: readonly T[], value: unknown): T | undefined =>
  values.find(known => known === value)

function toNode(node: JsonObject): SeedJourney['nodes'][number] {
  // A step without settings is one at which nothing happens.
  const type = oneOf(NODE_TYPES, node.type) ?? 'action'
  const { x, y } = isObject(node.position) ? node.position : {}
  return {
    id: idOf(node.id, 'node'),
    type,
    name: textOf(node.name),
    config: understood(NODE_CONFIGS[type], node.config),
    ...(typeof x === 'number' && typeof y === 'number' && { position: { x, y } }),
    ...unknownOf(node, JourneyNode),
  }
}

/** Of the settings those that the sandbox knows, or none, if it does not know them well enough. */
function understood(schema: TObject, config: unknown): JsonObject {
  const known = Value.Clean(schema, structuredClone(config))
  return isObject(known) && Value.Check(schema, known) ? known : {}
}

const toConnection = (connection: JsonObject): SeedJourney['connections'][number] => ({
  id: idOf(connection.id, 'connection'),
  source_node_id: idOf(connection.source_node_id, 'node'),
  target_node_id: idOf(connection.target_node_id, 'node'),
  condition: textOrNull(connection.condition),
  ...unknownOf(connection, JourneyConnection),
})
