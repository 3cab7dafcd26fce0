import type { NodeType } from '../contract/journey.ts'
import { tellRule } from './rule.ts'

/** What a node does, in sentences. */

interface Node {
  id: string
  type: NodeType
  name: string
  config: Readonly<Record<string, unknown>>
}

interface Connection {
  source_node_id: string
  target_node_id: string
  condition: string | null
}

/** One or more sentences; a condition says where each of its connections leads. */
export function nodeInWords(
  { id, type, config }: Node,
  nodes: readonly Node[],
  connections: readonly Connection[],
): string[] {
  const { event, criteria, times, amount, hold, code } = config
  switch (type) {
    case 'entry':
      return [
        criteria === undefined
          ? 'Members enter with the first event that a step behind this entry waits for.'
          : `Members enter when ${ruleInWords(criteria)}.`,
      ]
    case 'event':
    case 'action':
      if (typeof event !== 'string') return ['Waits for no event that is known.']
      return [
        `Waits for the event ${event}${criteria === undefined ? '' : ` where ${ruleInWords(criteria)}`}${typeof times === 'number' && times > 1 ? `, ${times} times` : ''}.`,
      ]
    case 'condition': {
      const names = new Map(nodes.map(node => [node.id, node.name]))
      const leaving = connections.filter(({ source_node_id }) => source_node_id === id)
      return leaving.map(({ condition, target_node_id }) => {
        const to = `on to “${names.get(target_node_id)}”`
        if (condition === null) return `Always ${to}.`
        return condition === 'else' ? `Otherwise ${to}.` : `If ${ruleInWords(JSON.parse(condition))}, ${to}.`
      })
    }
    case 'reward': {
      const blocking = Array.isArray(config.blocking_events) ? config.blocking_events.map(String) : []
      return [
        `Grants ${[amount, config.type ?? 'a reward'].filter(part => part !== undefined).join(' ')}${typeof hold === 'string' ? `, held for ${durationInWords(hold)}` : ''}.`,
        ...(typeof hold === 'string' && blocking.length > 0
          ? [`${listed(blocking, 'or')} during the hold blocks it.`]
          : []),
      ]
    }
    case 'badge':
      return [`Awards the badge ${String(code ?? 'of this node')}.`]
    case 'exit':
      return ['Members who come here have completed the journey.']
  }
}

const COMPARISONS: Record<string, string> = {
  '==': 'is',
  '===': 'is',
  '!=': 'is not',
  '!==': 'is not',
  '>': 'is more than',
  '>=': 'is at least',
  '<': 'is less than',
  '<=': 'is at most',
}

/** A rule of JSON Logic as a clause: `amount is at least 50`. What has no words is written with symbols. */
export function ruleInWords(rule: unknown): string {
  const [operator = '', args] = partsOf(rule)
  const [first, second, third] = args
  const comparison = COMPARISONS[operator]
  if (comparison !== undefined && args.length === 2)
    return `${valueIn(first)} ${comparison} ${valueIn(second)}`
  if ((operator === '<' || operator === '<=') && args.length === 3)
    return `${valueIn(second)} is between ${valueIn(first)} and ${valueIn(third)}`
  if ((operator === 'and' || operator === 'or') && args.length > 0)
    return args.map(inner).join(` ${operator} `)
  if (operator === 'var') return `${valueIn(rule)} is set`
  if (operator === '!!') return ruleInWords(first)
  if (operator === '!') return isVariable(first) ? `${valueIn(first)} is not set` : `not ${inner(first)}`
  if (operator === 'in' && Array.isArray(second))
    return `${valueIn(first)} is one of ${listed(second.map(valueIn), 'or')}`
  if (operator === 'in') return `${valueIn(second)} contains ${valueIn(first)}`
  if (operator === 'missing' && args.length > 0)
    return `${listed(
      args.map(arg => nameOf(String(arg))),
      'and',
    )} is missing`
  return tellRule(JSON.stringify(rule))
}

/** A clause within another one. */
const inner = (rule: unknown): string => {
  const [operator = ''] = partsOf(rule)
  return operator === 'and' || operator === 'or' ? `(${ruleInWords(rule)})` : ruleInWords(rule)
}

function partsOf(rule: unknown): [string | undefined, unknown[]] {
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) return [undefined, []]
  const [[operator, given] = [undefined, undefined]] = Object.entries(rule)
  return [operator, Array.isArray(given) ? given : [given]]
}

const isVariable = (rule: unknown): boolean => partsOf(rule)[0] === 'var'

function valueIn(value: unknown): string {
  const [operator, [name]] = partsOf(value)
  if (operator === 'var') return nameOf(String(name))
  if (operator !== undefined) return `(${tellRule(JSON.stringify(value))})`
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const nameOf = (path: string): string =>
  path === 'event'
    ? 'the event'
    : path === 'at'
      ? 'the time'
      : path.replace(/^attributes\./, '').replace(/^member\.(attributes\.)?/, "the member's ")

const listed = (parts: readonly string[], word: string): string =>
  parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} ${word} ${parts.at(-1)}`

const UNITS: Record<string, string> = { Y: 'year', W: 'week', D: 'day', H: 'hour', S: 'second' }

/** An ISO 8601 duration: `P14D` is `14 days`. */
export function durationInWords(duration: string): string {
  const [date = '', clock = ''] = duration.replace(/^P/, '').split('T')
  const parts = [
    ...date.matchAll(/([\d.]+)([YMWD])/g),
    ...clock.replace('M', 'm').matchAll(/([\d.]+)([HmS])/g),
  ].map(([, n = '', unit = '']) => {
    const name = unit === 'M' ? 'month' : unit === 'm' ? 'minute' : (UNITS[unit] as string)
    return `${n} ${name}${n === '1' ? '' : 's'}`
  })
  return parts.length === 0 ? duration : listed(parts, 'and')
}
