import { isObject } from '../contract/json.ts'
import { ELSE } from '../contract/node-config.ts'
import type { Pseudonyms } from './pseudonyms.ts'

/** What a rule of JSON Logic reads. */
const VARIABLE = /^(event|at|attributes\.\w+|member\.email|member\.attributes\.\w+)$/

/** A rule of JSON Logic with its operators, its numbers and what it reads, but with no text that it compares with. */
export function maskRule(rule: unknown, names: Pseudonyms): unknown {
  if (typeof rule === 'string') return VARIABLE.test(rule) ? rule : names.text(rule)
  if (Array.isArray(rule)) return rule.map(inner => maskRule(inner, names))
  if (!isObject(rule)) return rule
  return Object.fromEntries(
    Object.entries(rule).map(([name, inner]) => [names.property(name), maskRule(inner, names)]),
  )
}

/** The same for a connection's condition, which is a rule as JSON text. */
export function maskCondition(condition: string, names: Pseudonyms): string {
  if (condition === ELSE) return condition
  const rule = parseRule(condition)
  return rule === undefined ? names.text(condition) : JSON.stringify(maskRule(rule, names))
}

function parseRule(text: string): unknown {
  try {
    const rule = JSON.parse(text)
    return isObject(rule) ? rule : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
