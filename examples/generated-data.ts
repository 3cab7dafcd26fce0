/**
 * Prints a seed with generated data, for load tests and demonstrations:
 *
 *   node examples/generated-data.ts --journeys 20 --members 1000 > seed.json
 *   journeys-sandbox --seed seed.json
 *
 * The same numbers give the same seed. Members are member1@example.com, member2@example.com and so on.
 */
import { hash } from 'node:crypto'
import { parseArgs } from 'node:util'

export interface Size {
  journeys: number
  members: number
  /** How many journeys each member is in; 5 by default, and never more than there are. */
  participations?: number
}

const SITE = { site_id: '9991331', name: 'demo-site', secret: 'sandbox-secret' }

/** Every journey is a chain of these blocks: three steps, each with what it earns. */
const BLOCKS = [
  { type: 'entry', name: 'Any member', config: {} },
  { type: 'event', name: 'Buys something', config: { event: 'purchase' } },
  { type: 'reward', name: 'Points', config: { type: 'points', amount: 100 } },
  { type: 'action', name: 'Completes the profile', config: { event: 'profile_completed' } },
  {
    type: 'reward',
    name: 'Coupon',
    config: { type: 'coupon', amount: 10, hold: 'P30D', blocking_events: ['return'] },
  },
  { type: 'event', name: 'Writes a review', config: { event: 'review_written' } },
  { type: 'badge', name: 'Regular', config: { code: 'regular' } },
  { type: 'exit', name: 'Done', config: {} },
] as const

/** The places in the chain of each step, and of what it earns. */
const STEPS = [
  { done: 1, earned: 2 },
  { done: 3, earned: 4 },
  { done: 5, earned: 6 },
]

const HOURS_OF_2025 = 365 * 24

/** A seed document for the demo's site, with journeys and with members who have come differently far. */
export function generatedSeed({ journeys: count, members, participations = 5 }: Size) {
  const journeys = Array.from({ length: count }, (_, j) => journey(j + 1))
  return {
    site: SITE,
    journeys,
    members: Array.from({ length: members }, (_, m) => {
      const email = `member${m + 1}@example.com`
      const first = choose(`${email} journey`, count)
      return {
        email,
        participations: Array.from({ length: Math.min(participations, count) }, (_, p) =>
          participation(email, journeys[(first + p) % count] as Journey),
        ),
      }
    }),
  }
}

type Journey = ReturnType<typeof journey>

function journey(number: number) {
  const nodes = BLOCKS.map((block, place) => ({
    id: uuid(`journey ${number} block ${place}`),
    ...block,
    position: { x: 200 * place, y: 0 },
  }))
  return {
    id: uuid(`journey ${number}`),
    name: `Journey ${number}`,
    description: `Three steps to become a regular, number ${number}.`,
    status: 'Published' as const,
    publish_at: hour(-24),
    created_at: hour(number - HOURS_OF_2025),
    nodes,
    connections: nodes.slice(1).map((target, place) => ({
      id: uuid(`journey ${number} connection ${place}`),
      source_node_id: idOf(nodes[place]),
      target_node_id: target.id,
    })),
  }
}

/** A step a day, from some hour of 2025 on. Of the coupons some are held, some issued and some blocked. */
function participation(email: string, { id: journey_id, nodes }: Journey) {
  const name = `${email} in ${journey_id}`
  const start = choose(`${name} start`, HOURS_OF_2025)
  const steps = STEPS.slice(0, choose(`${name} steps`, STEPS.length + 1))
  const completed = steps.length === STEPS.length
  return {
    id: uuid(name),
    journey_id,
    started_at: hour(start),
    progress_percentage: (Math.floor((1000 * steps.length) / STEPS.length) / 10).toFixed(1),
    completed_at: completed ? hour(start + 24 * steps.length) : null,
    events: steps.map(({ done }, s) => ({
      node_id: idOf(nodes[done]),
      completed_at: hour(start + 24 * (s + 1)),
    })),
    rewards: steps.map(({ earned }, s) => ({
      node_id: idOf(nodes[earned]),
      ...(nodes[earned]?.name === 'Coupon' ? couponState(name, start + 24 * (s + 1)) : {}),
    })),
  }
}

function couponState(name: string, earned: number) {
  const states = [
    {},
    { hold_start_datetime: hour(earned), hold_end_datetime: '2099-12-31T00:00:00.000000' },
    { blocked_by: 'return', blocked_at: hour(earned + 12) },
  ]
  return states[choose(`${name} coupon`, states.length)]
}

const idOf = (node: { id: string } | undefined): string => node?.id ?? ''

/** A whole number below `limit` that follows from the name. */
const choose = (name: string, limit: number): number =>
  Number.parseInt(hash('sha256', name).slice(0, 8), 16) % limit

/** A UUID of version 4 that follows from the name. */
function uuid(name: string): string {
  const hex = hash('sha256', name)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** A vendor timestamp, so many hours after the start of 2025. */
const hour = (hours: number): string =>
  new Date(Date.UTC(2025, 0, 1, hours)).toISOString().replace('Z', '000')

if (process.argv[1] === import.meta.filename) {
  const count = { type: 'string' } as const
  const { values } = parseArgs({ options: { journeys: count, members: count, participations: count } })
  const wholeNumber = (name: keyof typeof values, fallback: string): number => {
    const text = values[name] ?? fallback
    if (!/^\d+$/.test(text)) throw new RangeError(`--${name}: "${text}" is not a whole number`)
    return Number(text)
  }
  const size = {
    journeys: wholeNumber('journeys', '20'),
    members: wholeNumber('members', '1000'),
    participations: wholeNumber('participations', '5'),
  }
  process.stdout.write(`${JSON.stringify(generatedSeed(size))}\n`)
}
