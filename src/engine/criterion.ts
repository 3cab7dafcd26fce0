import { defaultMethods, LogicEngine } from 'json-logic-engine'
import type { Occurrence } from './state.ts'

/** What a criterion reads, in the words in which the event was posted. */
export interface Facts {
  event: string
  attributes: Occurrence['attributes']
  at: string
  member: { email: string; attributes: Readonly<Record<string, unknown>> }
}

/** Whether a rule holds. It never throws. */
export type Criterion = (facts: Facts) => boolean

/** The operators of JSON Logic, without `log`, and the fewest arguments each can work with. */
const OPERATORS = new Map(
  Object.entries({
    var: 0,
    missing: 0,
    missing_some: 2,
    if: 1,
    '==': 2,
    '===': 2,
    '!=': 2,
    '!==': 2,
    '!': 1,
    '!!': 1,
    or: 1,
    and: 1,
    '>': 2,
    '>=': 2,
    '<': 2,
    '<=': 2,
    max: 1,
    min: 1,
    '+': 1,
    '-': 1,
    '*': 1,
    '/': 2,
    '%': 2,
    map: 2,
    reduce: 2,
    filter: 2,
    all: 2,
    none: 2,
    some: 2,
    merge: 0,
    in: 2,
    cat: 1,
    substr: 2,
  }),
)

/** Those that run their second argument on each item of a list, so that a `var` there reads the item. */
const ITERATORS: ReadonlySet<string> = new Set(['map', 'reduce', 'filter', 'all', 'none', 'some'])

const READABLE = /^(|event|at|attributes(\..*)?|member(\.(email|attributes(\..*)?))?)$/s

const MAX_DEPTH = 50

/** What is wrong with a rule, as a sentence without its subject; `undefined` for a good one. */
export function criterionFault(rule: unknown): string | undefined {
  return faultOf(rule, { depth: 0, ofItem: false })
}

interface Scope {
  depth: number
  /** Whether this is run on the items of a list. */
  ofItem: boolean
}

function faultOf(rule: unknown, scope: Scope): string | undefined {
  if (typeof rule !== 'object' || rule === null) return undefined
  if (scope.depth > MAX_DEPTH) return `is nested deeper than ${MAX_DEPTH} levels`
  const inner = { ...scope, depth: scope.depth + 1 }
  if (Array.isArray(rule)) return firstFault(rule, () => inner)
  const [[operator, given] = ['', undefined], ...more] = Object.entries(rule)
  if (more.length > 0) return `has ${more.length + 1} operators side by side; join them with "and" or "or"`
  const args: unknown[] = Array.isArray(given) ? given : [given]
  return (
    operatorFault(operator, args) ??
    (operator === 'var' && !scope.ofItem ? pathFault(args[0]) : undefined) ??
    firstFault(args, i => (ITERATORS.has(operator) && i === 1 ? { ...inner, ofItem: true } : inner))
  )
}

function operatorFault(operator: string, { length }: unknown[]): string | undefined {
  const fewest = OPERATORS.get(operator)
  if (fewest === undefined) {
    return `"${operator}" is not an operator; there are ${[...OPERATORS.keys()].join(' ')}`
  }
  return length < fewest ? `"${operator}" needs ${fewest} arguments, not ${length}` : undefined
}

function pathFault(path: unknown): string | undefined {
  if (typeof path !== 'string' || READABLE.test(path)) return undefined
  return `"${path}" is nothing to read; there are event, attributes.…, at, member.email, member.attributes.…`
}

function firstFault(rules: unknown[], scopeOf: (index: number) => Scope) {
  for (const [i, rule] of rules.entries()) {
    const issue = faultOf(rule, scopeOf(i))
    if (issue !== undefined) return issue
  }
  return undefined
}

/**
 * Makes rules ready to run many times; the rules of one journey share what that takes. Where a rule cannot be worked
 * out, because it compares a word with a number, say, it does not hold. Rules come from seeds that anybody may have
 * written, so they are interpreted, never made into code, and reach no function and no prototype of ours.
 */
export function criterionCompiler(): (rule: unknown) => Criterion {
  let engine: LogicEngine | undefined
  return rule => {
    engine ??= newEngine()
    return holdsBy(engine, rule)
  }
}

function holdsBy(engine: LogicEngine, rule: unknown): Criterion {
  return facts => {
    try {
      return Boolean(engine.truthy(engine.run(rule, facts)))
    } catch {
      return false
    }
  }
}

const METHODS = Object.fromEntries(
  Object.entries(defaultMethods).filter(([operator]) => OPERATORS.has(operator)),
)

function newEngine(): LogicEngine {
  const engine = new LogicEngine(METHODS)
  // So that a rule that was never checked cannot name what every object inherits.
  Object.setPrototypeOf(engine.methods, null)
  return engine
}
