import { NODE_CONFIGS } from '../contract/node-config.ts'
import { journeyIssues } from '../engine/journey-issues.ts'
import { duplicates, impossibleTimes } from './check-values.ts'
import { type Issue, schemaIssues } from './issues.ts'
import { SeedJourney } from './schema.ts'

/** Everything that is wrong with a single journey. */
export function checkJourney(journey: unknown): Issue[] {
  const formal = schemaIssues(SeedJourney, journey)
  if (formal.length > 0) return formal
  return [...impossibleTimes(journey, ''), ...checkGraph(journey as SeedJourney, '')]
}

/** What is wrong with a journey that is of the right form. */
export function checkGraph(journey: SeedJourney, pointer: string): Issue[] {
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
function checkConfigs({ nodes, connections }: SeedJourney, pointer: string): Issue[] {
  const formal = nodes.flatMap(({ type, config = {} }, n) =>
    Object.keys(config).length === 0
      ? []
      : schemaIssues(NODE_CONFIGS[type], config).map(issue => ({
          pointer: `${pointer}/nodes/${n}/config${issue.pointer}`,
          message: issue.message,
        })),
  )
  if (formal.length > 0) return formal
  return journeyIssues({
    nodes: nodes.map(node => ({ ...node, config: node.config ?? {} })),
    connections: connections.map(connection => ({ ...connection, condition: connection.condition ?? null })),
  }).map(issue => ({ pointer: pointer + issue.pointer, message: issue.message }))
}

/** The ids of the nodes that an entry leads to, entries included. */
function reachable({ nodes, connections }: SeedJourney): Set<string> {
  const targets = Map.groupBy(connections, connection => connection.source_node_id)
  const reached = new Set(nodes.filter(node => node.type === 'entry').map(node => node.id))
  for (const id of reached)
    for (const { target_node_id } of targets.get(id) ?? []) reached.add(target_node_id)
  return reached
}
