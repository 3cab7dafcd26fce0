import { ELSE } from '../contract/node-config.ts'
import { criterionIssue } from './criterion.ts'
import type { ConnectionDefinition, JourneyDefinition, NodeDefinition } from './graph.ts'
import { holdIssue } from './hold.ts'

export interface JourneyIssue {
  /** A JSON pointer within the journey. */
  pointer: string
  /** A sentence without its subject. */
  message: string
}

/**
 * What is wrong with the settings of a journey beyond their schemas: rules that are not allowed, holds that are too short
 * or too long, and conditions on connections that leave no condition node. Settings that do not match their schemas are
 * skipped.
 */
export function journeyIssues({
  nodes,
  connections,
}: Pick<JourneyDefinition, 'nodes' | 'connections'>): JourneyIssue[] {
  const byId = new Map(nodes.map(node => [node.id, node]))
  const decided = new Set<string>()
  return [
    ...nodes.flatMap(({ config }, n) => configIssues(config, `/nodes/${n}/config`)),
    ...connections.flatMap((connection, c) => {
      const { condition, source_node_id: id } = connection
      const again = condition === ELSE && decided.has(id)
      if (condition === ELSE) decided.add(id)
      const message = again
        ? `is the second "${ELSE}" of its node; one is taken at most`
        : conditionIssue(connection, byId.get(id))
      return message === undefined ? [] : [{ pointer: `/connections/${c}/condition`, message }]
    }),
  ]
}

function configIssues({ criteria, hold }: NodeDefinition['config'], pointer: string): JourneyIssue[] {
  const found = {
    criteria: criterionIssue(criteria),
    hold: typeof hold === 'string' ? holdIssue(hold) : undefined,
  }
  return Object.entries(found).flatMap(([key, message]) =>
    message === undefined ? [] : [{ pointer: `${pointer}/${key}`, message }],
  )
}

function conditionIssue({ condition }: ConnectionDefinition, source: NodeDefinition | undefined) {
  if (!source) return undefined
  if (source.type !== 'condition') {
    if (condition === null) return undefined
    return `is not null, but "${source.name}" is of type ${source.type}; only a condition node has conditions`
  }
  if (condition === null) return `is missing; the connection leaves the condition node "${source.name}"`
  return condition === ELSE ? undefined : ruleIssue(condition)
}

function ruleIssue(condition: string): string | undefined {
  const rule = parse(condition)
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule) || Object.keys(rule).length === 0) {
    return `is neither "${ELSE}" nor a rule of JSON Logic as JSON text`
  }
  return criterionIssue(rule)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
