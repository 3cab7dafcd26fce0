import type { SeedDocument, SeedJourney, SeedMember } from '../src/seed/schema.ts'
import { DEMO_SITE } from '../src/seed/seed.ts'
import { type Random, randomFrom } from './random.ts'

export interface Size {
  members: number
  journeys: number
  /** Of each member. */
  participations: number
}

/** Each journey is a chain of these. */
const CHAIN = [
  { type: 'entry' },
  { type: 'event', config: { event: 'purchase', times: 2 } },
  { type: 'reward', config: { type: 'points', amount: 100 } },
  { type: 'action', config: { event: 'profile_completed' } },
  { type: 'event', config: { event: 'review', criteria: { '>=': [{ var: 'attributes.stars' }, 4] } } },
  { type: 'reward', config: { type: 'coupon', amount: 10, hold: 'P30D', blocking_events: ['return'] } },
  { type: 'action', config: { event: 'newsletter_signup' } },
  { type: 'badge', config: { code: 'regular' } },
  { type: 'event', config: { event: 'referral' } },
  { type: 'event', config: { event: 'visit', times: 3 } },
  { type: 'reward', config: { type: 'gift' } },
  { type: 'exit' },
] as const satisfies Pick<SeedJourney['nodes'][number], 'type' | 'config'>[]

// What a participation has behind it, as places in the chain: three of five steps, and all rewards up to there.
const STEPS_DONE = [1, 3, 4]
const ISSUED = 2
const HELD = 5

/** The emails of a made-up site's members, as `journeys-sandbox seed` has them too. */
export const emailOf = (member: number): string => `member${member}@example.com`

/** A site with the credentials of the demo, the same whenever it is made: journeys of 12 nodes, and members amid them. */
export function madeUpSite({ members, journeys, participations }: Size): SeedDocument {
  const random = randomFrom(7)
  const all = Array.from({ length: journeys }, (_, j) => journey(j, random))
  return {
    site: DEMO_SITE,
    journeys: all,
    members: Array.from({ length: members }, (_, m) =>
      member(emailOf(m + 1), random.sample(all, participations), random),
    ),
  }
}

function journey(index: number, random: Random): SeedJourney {
  const nodes = CHAIN.map((node, n) => ({
    id: random.uuid(),
    name: `Step ${n + 1} of journey ${index + 1}`,
    position: { x: 200 * n, y: 0 },
    ...node,
  }))
  return {
    id: random.uuid(),
    name: `Journey ${index + 1}`,
    description: `What brings members back after their ${index + 1}. visit, in twelve steps.`,
    status: 'Published',
    publish_at: at(random, 2023),
    created_at: at(random, 2022),
    nodes,
    connections: nodes.slice(1).map((target, n) => ({
      id: random.uuid(),
      source_node_id: (nodes[n] as { id: string }).id,
      target_node_id: target.id,
    })),
  }
}

function member(email: string, journeys: SeedJourney[], random: Random): SeedMember {
  const participations = journeys.map(({ id, nodes }) => {
    const node_id = (place: number): string => (nodes[place] as { id: string }).id
    return {
      id: random.uuid(),
      journey_id: id,
      started_at: at(random, 2023),
      progress_percentage: '50.0',
      events: STEPS_DONE.map(place => ({ node_id: node_id(place), completed_at: at(random, 2024) })),
      rewards: [
        { node_id: node_id(ISSUED) },
        {
          node_id: node_id(HELD),
          hold_start_datetime: at(random, 2024),
          // So far away that no run sees it end.
          hold_end_datetime: at(random, 2099),
        },
      ],
    }
  })
  return { email, participations }
}

/** A vendor timestamp somewhere in a year. */
function at(random: Random, year: number): string {
  const two = (below: number, from = 0): string => String(from + random.below(below)).padStart(2, '0')
  const fraction = String(random.below(1_000_000)).padStart(6, '0')
  return `${year}-${two(12, 1)}-${two(28, 1)}T${two(24)}:${two(60)}:${two(60)}.${fraction}`
}
