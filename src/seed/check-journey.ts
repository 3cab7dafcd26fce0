import { isObject } from '../contract/json.ts'
import { ELSE, NODE_CONFIGS } from '../contract/node-config.ts'
import type { GraphRecord } from '../contract/records.ts'
import { criterionIssue } from '../engine/criterion.ts'
import type { JourneyDefinition, NodeDefinition } from '../engine/graph.ts'
import { holdIssue } from '../engine/hold.ts'
import { type Checked, checked } from './checked.ts'
import { type ExpandedJourney, expandJourney } from './expand-journey.ts'
import { type Issue, schemaIssues } from './issues.ts'
import { JourneyInput } from './schema-input.ts'

/**
 * Checks a single journey in the short form or the long one, and expands it. `now` is a vendor timestamp: what times that
 * are left out are, and what relative times are added to.
 */
export const checkJourney = (input: unknown, now: string): Checked<GraphRecord> =>
  checked(JourneyInput, input, { now, unstated: () => now }, (value, expansion) => {
    const expanded = expandJourney({ value, pointer: '' }, { long: '', siteId: '' }, expansion)
    return { issues: expanded ? checkGraph(expanded, '') : [], warnings: [], value: expanded?.journey }
  })

/** What is wrong with a journey in the long form, at the places below `pointer`. */
export function checkGraph({ journey, isComplete }: ExpandedJourney, pointer: string): Issue[] {
  const formal = configIssues(journey)
  const refused = new Set(formal.map(issue => issue.pointer))
  const others = journeyIssues(journey).filter(issue => !refused.has(issue.pointer))
  return [...(isComplete ? reachIssues(journey) : []), ...formal, ...others].map(issue => ({
    ...issue,
    pointer: pointer + issue.pointer,
  }))
}

/** The nodes that no entry leads to. */
function reachIssues({ nodes, connections }: GraphRecord): Issue[] {
  const targets = Map.groupBy(connections, connection => connection.source_node_id)
  const reached = new Set(nodes.filter(node => node.type === 'entry').map(node => node.id))
  for (const id of reached)
    for (const { target_node_id } of targets.get(id) ?? []) reached.add(target_node_id)
  return nodes.flatMap(({ id, name }, n) => {
    if (reached.has(id)) return []
    const message = `no connection leads from an entry to "${name}"; connect it, or remove it`
    return [{ pointer: `/nodes/${n}`, message }]
  })
}

/** Settings that do not match their schemas. A node without any is not set up yet, and nothing happens there. */
const configIssues = ({ nodes }: GraphRecord): Issue[] =>
  nodes.flatMap(({ type, config }, n) => {
    const issues = Object.keys(config).length === 0 ? [] : schemaIssues(NODE_CONFIGS[type], config)
    return issues.map(issue => ({ ...issue, pointer: `/nodes/${n}/config${issue.pointer}` }))
  })

/**
 * What is wrong with the settings of a journey beyond their schemas: rules that are not allowed, holds that are too short
 * or too long, and conditions on connections that leave no condition node. Settings that do not match their schemas are
 * skipped.
 */
export function journeyIssues({
  nodes,
  connections,
}: Pick<JourneyDefinition, 'nodes' | 'connections'>): Issue[] {
  const issues: Issue[] = []
  const add = (pointer: string, message: string | undefined) => {
    if (message !== undefined) issues.push({ pointer, message })
  }
  for (const [n, { config }] of nodes.entries()) {
    add(`/nodes/${n}/config/criteria`, criterionIssue(config.criteria))
    if (typeof config.hold === 'string') add(`/nodes/${n}/config/hold`, holdIssue(config.hold))
  }
  const byId = new Map(nodes.map(node => [node.id, node]))
  const decided = new Set<string>()
  for (const [c, { condition, source_node_id }] of connections.entries()) {
    const isSecond = condition === ELSE && decided.has(source_node_id)
    if (condition === ELSE) decided.add(source_node_id)
    const message = isSecond
      ? `is the second "${ELSE}" of its node; one is taken at most`
      : conditionIssue(condition, byId.get(source_node_id))
    add(`/connections/${c}/condition`, message)
  }
  return issues
}

function conditionIssue(condition: string | null, source: NodeDefinition | undefined): string | undefined {
  if (!source) return undefined
  if (source.type !== 'condition') {
    if (condition === null) return undefined
    return `is not null, but "${source.name}" is of type ${source.type}; only a condition node has conditions`
  }
  if (condition === null) return `is missing; the connection leaves the condition node "${source.name}"`
  if (condition === ELSE) return undefined
  const rule = ruleIn(condition)
  return rule ? criterionIssue(rule) : `is neither "${ELSE}" nor a rule of JSON Logic as JSON text`
}

/** The rule that a text holds; undefined where it is none. */
function ruleIn(text: string): object | undefined {
  try {
    const rule: unknown = JSON.parse(text)
    return isObject(rule) && Object.keys(rule).length > 0 ? rule : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
