import { createHash } from 'node:crypto'
import { foldEmail } from '../contract/formats.ts'
import type { OperationId } from '../contract/operations.ts'
import { Invalid, NotFound } from '../errors.ts'
import type { FaultRecord } from '../store/records.ts'
import type { SiteStore } from '../store/store.ts'
import type { FaultRule, ResolvedFault } from './fault-rule.ts'

export type ActiveFault = FaultRule & {
  id: string
  /** How many requests it has matched. */
  seen: number
  /** How many of them it has spoiled. */
  used: number
}

/** What of a request the rules are matched against. */
export interface FaultSubject {
  operation: OperationId | undefined
  identifier: string | undefined
}

export interface Faults {
  list(): ActiveFault[]
  /** The first rule that applies wins, in the order in which they were added. @throws {Invalid} for bounds in the wrong order */
  add(rule: FaultRule): ActiveFault
  /** @throws {NotFound} */
  remove(id: string): void
  clear(): void
  /** Follows the store, after something else has set the rules there. */
  reload(): void
  /** What is to go wrong with this request, if anything; counts it, and drops the rule when it is spent. */
  next(subject: FaultSubject): { id: string; fault: ResolvedFault } | undefined
}

/** The fault rules of a site, kept in the store so that they outlive the process. */
export function siteFaults(store: SiteStore): Faults {
  let rules: ActiveFault[] = store.faults().map(fromRecord)

  function remove(id: string): void {
    if (!rules.some(rule => rule.id === id)) throw new NotFound(`there is no fault ${id}`)
    rules = rules.filter(rule => rule.id !== id)
    store.removeFault(id)
  }

  return {
    list: () => rules,
    add(rule) {
      const { fault } = rule
      if (fault.kind === 'delay' && typeof fault.ms === 'object' && fault.ms.min > fault.ms.max) {
        throw new Invalid(`fault.ms: min ${fault.ms.min} is more than max ${fault.ms.max}`)
      }
      const active = { id: `fault-${store.nextFault()}`, ...rule, seen: 0, used: 0 }
      store.addFault(toRecord(active))
      rules = [...rules, active]
      return active
    },
    remove,
    clear() {
      rules = []
      store.clearFaults()
    },
    reload() {
      rules = store.faults().map(fromRecord)
    },
    next(subject) {
      if (rules.length === 0) return undefined
      for (const rule of rules) {
        if (!matches(rule, subject)) continue
        const draw = rule.seen++
        const applies = draw >= (rule.after ?? 0) && isChosen(rule, draw)
        if (applies) rule.used++
        if (rule.times !== undefined && rule.used >= rule.times) remove(rule.id)
        else store.countFault(toRecord(rule))
        if (applies) return { id: rule.id, fault: choose(rule, draw) }
      }
      return undefined
    },
  }
}

function matches({ match }: FaultRule, { operation, identifier }: FaultSubject): boolean {
  if (!match) return true
  if (match.operation !== undefined && match.operation !== operation) return false
  if (match.email !== undefined && foldEmail(match.email) !== foldEmail(identifier ?? '')) return false
  return match.journey_id === undefined || match.journey_id.toLowerCase() === identifier?.toLowerCase()
}

const isChosen = (rule: ActiveFault, draw: number): boolean =>
  rule.probability === undefined || random(rule, draw, 'whether') < rule.probability

function choose(rule: ActiveFault, draw: number): ResolvedFault {
  const { fault } = rule
  if (fault.kind !== 'delay' || typeof fault.ms === 'number') return fault as ResolvedFault
  const { min, max } = fault.ms
  return { kind: 'delay', ms: Math.round(min + (max - min) * random(rule, draw, 'how long')) }
}

/** A number from 0 to 1 that depends on nothing but the rule and the count of its requests, so that runs repeat. */
function random({ seed, id }: ActiveFault, draw: number, purpose: string): number {
  return (
    createHash('sha256')
      .update(`${seed ?? id}:${draw}:${purpose}`)
      .digest()
      .readUInt32BE() /
    2 ** 32
  )
}

function fromRecord({ id, rule, seen, used }: FaultRecord): ActiveFault {
  return { id, ...(JSON.parse(rule) as FaultRule), seen, used }
}

function toRecord({ id, seen, used, ...rule }: ActiveFault): FaultRecord {
  return { id, rule: JSON.stringify(rule), seen, used }
}
