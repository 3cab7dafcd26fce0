import { Temporal } from 'temporal-polyfill'
import type { ConnectionRecord, NodeRecord } from '../contract/records.ts'

/** Nodes and rules of JSON Logic, in sentences and in symbols. */

type Node = Pick<NodeRecord, 'id' | 'type' | 'name' | 'config'>
type Connection = Pick<ConnectionRecord, 'source_node_id' | 'target_node_id' | 'condition'>

/** What a node does, in one or more sentences; a condition says where each of its connections leads. */
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
          ? 'Members enter with the first event that a step after this entry waits for.'
          : `Members enter when ${ruleInWords(criteria)}.`,
      ]
    case 'event':
    case 'action': {
      if (typeof event !== 'string') return ['It is not known which event this step waits for.']
      const where = criteria === undefined ? '' : ` where ${ruleInWords(criteria)}`
      const often = typeof times === 'number' && times > 1 ? `, ${times} times` : ''
      return [`Waits for the event ${event}${where}${often}.`]
    }
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
      const granted = [amount, config.type ?? 'a reward'].filter(part => part !== undefined).join(' ')
      if (typeof hold !== 'string') return [`Grants ${granted}.`]
      const blocking = Array.isArray(config.blocking_events) ? config.blocking_events.map(String) : []
      const grants = `Grants ${granted}, held for ${durationInWords(hold)}.`
      return blocking.length === 0 ? [grants] : [grants, `${anyOf(blocking)} during the hold blocks it.`]
    }
    case 'badge':
      return [`Awards the badge ${String(code ?? 'of this node')}.`]
    case 'exit':
      return ['Members who come here have completed the journey.']
  }
}

const allOf = (parts: readonly string[]) => new Intl.ListFormat('en-GB').format(parts)
const anyOf = (parts: readonly string[]) =>
  new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(parts)

const UNITS = ['year', 'month', 'week', 'day', 'hour', 'minute', 'second'] as const

/** An ISO 8601 duration: `P14D` is `14 days`. */
export function durationInWords(text: string): string {
  const duration = Temporal.Duration.from(text)
  const parts = UNITS.flatMap(unit => {
    const n = duration[`${unit}s`] + (unit === 'second' ? duration.milliseconds / 1000 : 0)
    const style = { style: 'unit', unit, unitDisplay: 'long' } as const
    return n === 0 ? [] : [new Intl.NumberFormat('en-GB', style).format(n)]
  })
  return parts.length === 0 ? text : allOf(parts)
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
    return `${valueInWords(first)} ${comparison} ${valueInWords(second)}`
  if ((operator === '<' || operator === '<=') && args.length === 3)
    return `${valueInWords(second)} is between ${valueInWords(first)} and ${valueInWords(third)}`
  if ((operator === 'and' || operator === 'or') && args.length > 0)
    return args.map(innerRule).join(` ${operator} `)
  if (operator === 'var') return `${valueInWords(rule)} is set`
  if (operator === '!!') return ruleInWords(first)
  if (operator === '!')
    return partsOf(first)[0] === 'var' ? `${valueInWords(first)} is not set` : `not ${innerRule(first)}`
  if (operator === 'in' && Array.isArray(second))
    return `${valueInWords(first)} is one of ${anyOf(second.map(valueInWords))}`
  if (operator === 'in') return `${valueInWords(second)} contains ${valueInWords(first)}`
  if (operator === 'missing' && args.length > 0)
    return `${allOf(args.map(arg => variableInWords(String(arg))))} is missing`
  return ruleInSymbols(rule)
}

/** A clause within another one. */
function innerRule(rule: unknown): string {
  const [operator = ''] = partsOf(rule)
  return operator === 'and' || operator === 'or' ? `(${ruleInWords(rule)})` : ruleInWords(rule)
}

/** The operator of a rule, and what it is applied to; no operator for a value. */
function partsOf(rule: unknown): [operator: string | undefined, args: unknown[]] {
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) return [undefined, []]
  const [[operator, args] = [undefined, undefined]] = Object.entries(rule)
  return [operator, Array.isArray(args) ? args : [args]]
}

function valueInWords(value: unknown): string {
  const [operator, [name]] = partsOf(value)
  if (operator === 'var') return variableInWords(String(name))
  if (operator !== undefined) return `(${ruleInSymbols(value)})`
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function variableInWords(path: string): string {
  if (path === 'event') return 'the event'
  if (path === 'at') return 'the time'
  return path.replace(/^attributes\./, '').replace(/^member\.(attributes\.)?/, "the member's ")
}

/** The operators of JSON Logic that are written between their arguments. */
const INFIX: Record<string, string> = {
  '==': '=',
  '===': '=',
  '!=': '≠',
  '!==': '≠',
  '>': '>',
  '>=': '≥',
  '<': '<',
  '<=': '≤',
  and: 'and',
  or: 'or',
  in: 'in',
  '+': '+',
  '-': '-',
  '*': '×',
  '/': '÷',
}

/** The condition of a connection: `{">=":[{"var":"attributes.amount"},50]}` is `amount ≥ 50`. */
export const conditionInSymbols = (condition: string): string =>
  condition.startsWith('{') ? ruleInSymbols(JSON.parse(condition)) : condition

function ruleInSymbols(rule: unknown): string {
  if (Array.isArray(rule)) return `[${rule.map(ruleInSymbols).join(', ')}]`
  const [operator, args] = partsOf(rule)
  if (operator === undefined) return typeof rule === 'string' ? rule : JSON.stringify(rule)
  if (operator === 'var' && typeof args[0] !== 'object') return String(args[0]).replace(/^attributes\./, '')
  if (operator === '!') return `not ${args.map(operand).join(', ')}`
  const infix = INFIX[operator]
  return infix !== undefined && args.length > 1
    ? args.map(operand).join(` ${infix} `)
    : `${operator}(${args.map(ruleInSymbols).join(', ')})`
}

/** An argument, in brackets where it has an operator of its own. */
function operand(rule: unknown): string {
  const [operator] = partsOf(rule)
  const text = ruleInSymbols(rule)
  return operator === undefined || operator === 'var' ? text : `(${text})`
}
