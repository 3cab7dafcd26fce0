import { ELSE, type NodeConfigs } from '../contract/node-config.ts'
import type { Chance } from './chance.ts'
import type { SeedJourney } from './schema.ts'

/** What makes one made-up journey another. */
export interface Plan {
  name: string
  /** The invitation that members enter by; without one they do so by their first step. */
  campaign: string | null
  /** What is done at the steps before and after the purchase, and at the last one. */
  deeds: readonly [first: Deed, next: Deed, last: Deed]
  /** What must be spent for the coupon. */
  amount: number
  /** For how many days the coupon is held. */
  hold: number
}

export interface Deed {
  event: string
  label: string
}

/** The events that mean the same in every made-up journey. */
export const INVITED = 'invited'
export const PURCHASE = 'purchase'
export const RETURN = 'return'

type Block = Omit<SeedJourney['nodes'][number], 'id'>

const block = <T extends keyof NodeConfigs>(
  type: T,
  name: string,
  config: NodeConfigs[T],
  [x, y]: readonly [number, number],
): Block => ({ type, name, config, position: { x: x * 220, y: y * 120 } })

/** Twelve blocks; after the purchase, a coupon is held when it is large enough, and points are issued otherwise. */
function blocksOf({ campaign, deeds: [first, next, last], amount, hold, name }: Plan) {
  const criteria = {
    and: [{ '==': [{ var: 'event' }, INVITED] }, { '==': [{ var: 'attributes.campaign' }, campaign] }],
  }
  const coupon = { type: 'coupon', hold: `P${hold}D`, blocking_events: [RETURN] }
  return {
    entry: campaign
      ? block('entry', 'Is invited', { criteria }, [0, 1])
      : block('entry', 'Any member', {}, [0, 1]),
    first: block('event', first.label, { event: first.event }, [1, 1]),
    purchase: block('action', 'Buys something', { event: PURCHASE }, [2, 1]),
    large: block('condition', `Spends ${amount} or more`, {}, [3, 1]),
    coupon: block('reward', 'Coupon', coupon, [4, 0]),
    points: block('reward', 'Points', { type: 'points', amount }, [4, 2]),
    next: block('event', next.label, { event: next.event }, [5, 1]),
    regular: block('badge', 'Regular', { code: `regular: ${name}` }, [6, 1]),
    last: block('action', last.label, { event: last.event }, [7, 1]),
    bonus: block('reward', 'Bonus points', { type: 'points', amount: amount * 5 }, [8, 1]),
    champion: block('badge', 'Champion', { code: `champion: ${name}` }, [9, 1]),
    exit: block('exit', 'Done', {}, [10, 1]),
  }
}

type Place = keyof ReturnType<typeof blocksOf>

const WAYS: readonly (readonly Place[])[] = [
  ['entry', 'first', 'purchase', 'large', 'coupon', 'next', 'regular', 'last', 'bonus', 'champion', 'exit'],
  ['large', 'points', 'next'],
]

/** The nodes and connections of a journey that goes by a plan. */
export function madeUpGraph(plan: Plan, chance: Chance): Pick<SeedJourney, 'nodes' | 'connections'> {
  const blocks = Object.entries(blocksOf(plan)).map(([place, block]) => [
    place,
    { id: chance.uuid(), ...block },
  ])
  const nodes: Record<Place, SeedJourney['nodes'][number]> = Object.fromEntries(blocks)
  const conditions: Partial<Record<Place, string>> = {
    coupon: JSON.stringify({ '>=': [{ var: 'attributes.amount' }, plan.amount] }),
    points: ELSE,
  }
  const pairs = WAYS.flatMap(way => way.slice(1).map((target, i) => [way[i] as Place, target] as const))
  const connections = pairs.map(([source, target]) => ({
    id: chance.uuid(),
    source_node_id: nodes[source].id,
    target_node_id: nodes[target].id,
    condition: conditions[target] ?? null,
  }))
  return { nodes: Object.values(nodes), connections }
}
