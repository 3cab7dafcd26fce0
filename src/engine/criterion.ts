import { defaultMethods, LogicEngine } from 'json-logic-engine'
import type { HistoryRecord, MemberRecord } from '../contract/records.ts'

/** What a criterion reads: an event, and the member it is of. */
export interface Facts extends HistoryRecord {
  member: Pick<MemberRecord, 'email' | 'attributes'>
}

/** Whether a rule holds. It never throws. */
export type Criterion = (facts: Facts) => boolean

/**
 * The operators of JSON Logic that a rule may use, and the fewest arguments each can work with. `log` writes, and `merge`
 * makes lists longer; neither is among them.
 */
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
    in: 2,
    cat: 1,
    substr: 2,
  }),
)

/** Those that run their second argument on each item of a list, so that a `var` there reads the item. */
const ITERATORS: ReadonlySet<string> = new Set(['map', 'reduce', 'filter', 'all', 'none', 'some'])

const READABLE = /^(|event|at|attributes(\..*)?|member(\.(email|attributes(\..*)?))?)$/s

/** How many levels of lists and objects a rule may have. */
const MAX_DEPTH = 50

/** How many values a rule may have, operators and literals alike. */
const MAX_SIZE = 1000

/**
 * Why a rule is refused, as a sentence without its subject; `undefined` for a good one. Rules come from anyone, and run
 * on attributes that come from anyone: so that the time a rule takes grows no faster than its attributes, it may go over
 * the items of a `var` alone, may not do so within such a loop, and may build no text and no list there.
 */
export function criterionIssue(rule: unknown): string | undefined {
  const size = sizeOf(rule, MAX_DEPTH + 1)
  if (size === undefined) return `is nested deeper than ${MAX_DEPTH} levels`
  if (size > MAX_SIZE) return `consists of ${size} values; at most ${MAX_SIZE} are allowed`
  return issueOf(rule, undefined)
}

const isRule = (value: unknown): value is object => typeof value === 'object' && value !== null

/** How many values a rule consists of; `undefined` where it has more levels than these. */
function sizeOf(rule: unknown, levels: number): number | undefined {
  if (!isRule(rule)) return 1
  if (levels === 0) return undefined
  let size = 1
  for (const inner of Object.values(rule)) {
    const more = sizeOf(inner, levels - 1)
    if (more === undefined) return undefined
    size += more
  }
  return size
}

/** @param loop The operator on whose items this is run, if there is one. */
function issueOf(rule: unknown, loop: string | undefined): string | undefined {
  if (!isRule(rule)) return undefined
  if (Array.isArray(rule)) {
    if (loop !== undefined && rule.some(isRule)) return `a list within "${loop}" holds plain values only`
    return firstIssue(rule, () => loop)
  }
  const [[operator, given] = ['', undefined], ...more] = Object.entries(rule)
  if (more.length > 0) return `has ${more.length + 1} operators side by side; join them with "and" or "or"`
  const args: unknown[] = Array.isArray(given) ? given : [given]
  const isLoop = ITERATORS.has(operator)
  return (
    operatorIssue(operator, args) ??
    (operator === 'var' ? pathIssue(args[0], loop) : undefined) ??
    (isLoop ? loopIssue(operator, args, loop) : undefined) ??
    (operator === 'cat' && loop !== undefined ? `"cat" cannot be used within "${loop}"` : undefined) ??
    firstIssue(args, i => (isLoop && i === 1 ? operator : loop))
  )
}

function operatorIssue(operator: string, { length }: unknown[]): string | undefined {
  const fewest = OPERATORS.get(operator)
  if (fewest === undefined) {
    return `"${operator}" is not an operator; there are ${[...OPERATORS.keys()].join(' ')}`
  }
  return length < fewest ? `"${operator}" needs ${fewest} arguments, not ${length}` : undefined
}

function pathIssue(path: unknown, loop: string | undefined): string | undefined {
  if (isRule(path)) return '"var" needs the path itself, not a rule that gives it'
  if (typeof path !== 'string') return undefined
  if (path.includes('../')) return `"${path}" leads out of the list; there, "var" reads the item alone`
  if (loop !== undefined || READABLE.test(path)) return undefined
  return `"${path}" is nothing to read; there are event, attributes.…, at, member.email, member.attributes.…`
}

function loopIssue(operator: string, [list, , initial]: unknown[], loop: string | undefined) {
  if (loop !== undefined) return `"${operator}" cannot be used within "${loop}"`
  const isVar = isRule(list) && Object.keys(list).join() === 'var'
  if (!isVar) return `"${operator}" goes over a "var" only, such as {"var": "attributes.lines"}`
  if (!isRule(initial)) return undefined
  return `"${operator}" starts with a text, a number, true or false`
}

function firstIssue(rules: unknown[], loopOf: (index: number) => string | undefined) {
  for (const [i, rule] of rules.entries()) {
    const issue = issueOf(rule, loopOf(i))
    if (issue !== undefined) return issue
  }
  return undefined
}

/**
 * Prepares rules to run many times; the rules of one journey share an engine. A rule that cannot be worked out, such as
 * one that compares a word with a number, does not hold. Rules come from anyone, so they are
 * interpreted, never made into code, and reach no function and no prototype.
 */
export function criterionCompiler(): (rule: unknown) => Criterion {
  let engine: LogicEngine | undefined
  return rule => facts => {
    engine ??= newEngine()
    try {
      return Boolean(engine.truthy(engine.run(rule, facts)))
    } catch {
      return false
    }
  }
}

function newEngine(): LogicEngine {
  const methods = Object.entries(defaultMethods).filter(([operator]) => OPERATORS.has(operator))
  const engine = new LogicEngine(Object.fromEntries(methods))
  // Otherwise a rule that was not checked could call what every object inherits.
  Object.setPrototypeOf(engine.methods, null)
  return engine
}
