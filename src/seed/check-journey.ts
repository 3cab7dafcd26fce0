import { NODE_CONFIGS } from '../contract/node-config.ts'
import type { GraphRecord } from '../contract/records.ts'
import { journeyIssues } from '../engine/journey-issues.ts'
import { type Checked, checked } from './checked.ts'
import { type ExpandedJourney, expandJourney } from './expand-journey.ts'
import { type Issue, schemaIssues } from './issues.ts'
import { JourneyInput } from './schema-input.ts'

/**
 * Checks a single journey in the short form or the long one, and expands it. `now` is a vendor timestamp: what times that
 * are left out are, and what relative times are added to.
 */
export const checkJourney = (input: unknown, now: string): Checked<GraphRecord> =>
  checked<JourneyInput, GraphRecord>(
    JourneyInput,
    input,
    () => ({ now, siteId: '', unstated: () => now }),
    (value, expansion) => {
      const expanded = expandJourney({ value, pointer: '' }, '', expansion)
      return { issues: expanded ? checkGraph(expanded, '') : [], warnings: [], value: expanded?.journey }
    },
  )

/** What is wrong with a journey in the long form, at the places below `pointer`. */
export function checkGraph({ journey, isComplete }: ExpandedJourney, pointer: string): Issue[] {
  return [...(isComplete ? checkReachability(journey) : []), ...checkConfigs(journey)].map(issue => ({
    ...issue,
    pointer: pointer + issue.pointer,
  }))
}

function checkReachability(journey: GraphRecord): Issue[] {
  const reached = reachable(journey)
  return journey.nodes.flatMap((node, n) => {
    if (reached.has(node.id)) return []
    const message = `no connection leads from an entry to "${node.name}"; connect it, or remove it`
    return [{ pointer: `/nodes/${n}`, message }]
  })
}

/** The settings of nodes and conditions. A node without any is not set up yet, and nothing happens there. */
function checkConfigs({ nodes, connections }: GraphRecord): Issue[] {
  const formal = nodes.flatMap(({ type, config }, n) =>
    Object.keys(config).length === 0
      ? []
      : schemaIssues(NODE_CONFIGS[type], config).map(issue => ({
          ...issue,
          pointer: `/nodes/${n}/config${issue.pointer}`,
        })),
  )
  const refused = new Set(formal.map(({ pointer }) => pointer))
  return [...formal, ...journeyIssues({ nodes, connections }).filter(({ pointer }) => !refused.has(pointer))]
}

/** The ids of the nodes that an entry leads to, entries included. */
function reachable({ nodes, connections }: GraphRecord): Set<string> {
  const targets = Map.groupBy(connections, connection => connection.source_node_id)
  const reached = new Set(nodes.filter(node => node.type === 'entry').map(node => node.id))
  for (const id of reached)
    for (const { target_node_id } of targets.get(id) ?? []) reached.add(target_node_id)
  return reached
}
