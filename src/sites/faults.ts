import { createHash } from 'node:crypto'
import { foldEmail } from '../contract/formats.ts'
import type { OperationId } from '../contract/operations.ts'
import { NotFound } from '../errors.ts'
import type { FaultRecord, SiteStore } from '../store/store.ts'
import { type ActiveFault, checkFaultRule, type FaultRule, type ResolvedFault } from './fault-rule.ts'

/** The parts of a request that rules match. */
interface FaultSubject {
  operation: OperationId | undefined
  identifier: string | undefined
}

export interface Faults {
  /** In the order in which they were added. */
  list(): ActiveFault[]
  /** The first rule that applies wins, in the order in which they were added. @throws {Invalid} naming every issue */
  add(rule: FaultRule): ActiveFault
  /** @throws {NotFound} */
  remove(id: string): void
  clear(): void
  /** The fault to inject into the answer of this request, if any; counts the request, and drops a rule that is spent. */
  next(subject: FaultSubject): { id: string; fault: ResolvedFault } | undefined
}

/**
 * The fault rules of a site. The store has them, so that they outlive the process. `onUnused` is told of every rule that is
 * removed before it fired.
 */
export function siteFaults(store: SiteStore, onUnused: (rule: ActiveFault) => void): Faults {
  const list = () => store.faults().map(toActiveFault)
  const known = store.ofSite(list)

  /** The rule after one more request that it matches, and what it does with it. */
  function count(rule: ActiveFault) {
    const draw = rule.seen
    const applies = draw >= (rule.after ?? 0) && isChosen(rule, draw)
    const counted = { ...rule, seen: draw + 1, used: rule.used + (applies ? 1 : 0) }
    if (rule.times !== undefined && counted.used >= rule.times) store.removeFault(rule.id)
    else store.countFault(toFaultRecord(counted))
    return applies ? { id: rule.id, fault: choose(rule, draw) } : undefined
  }

  return {
    list,
    add(rule) {
      checkFaultRule(rule)
      return store.atomically(() => {
        const active = { id: `fault-${store.nextFault()}`, ...rule, seen: 0, used: 0 }
        store.addFault(toFaultRecord(active))
        return active
      })
    },
    remove(id) {
      const rule = list().find(rule => rule.id === id)
      if (!rule) throw new NotFound(`there is no fault rule ${id}`)
      store.removeFault(id)
      if (rule.used === 0) onUnused(rule)
    },
    clear() {
      const unused = list().filter(({ used }) => used === 0)
      store.clearFaults()
      for (const rule of unused) onUnused(rule)
    },
    next(subject) {
      const matching = known().filter(rule => matches(rule, subject))
      if (matching.length === 0) return undefined
      return store.atomically(() => {
        for (const rule of matching) {
          const chosen = count(rule)
          if (chosen) return chosen
        }
        return undefined
      })
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
  const digest = createHash('sha256')
    .update(`${seed ?? id}:${draw}:${purpose}`)
    .digest()
  return digest.readUInt32BE() / 2 ** 32
}

export function toActiveFault({ id, rule, seen, used }: FaultRecord): ActiveFault {
  return { id, ...(JSON.parse(rule) as FaultRule), seen, used }
}

export function toFaultRecord({ id, seen, used, ...rule }: ActiveFault): FaultRecord {
  return { id, rule: JSON.stringify(rule), seen, used }
}
