import { compileJourney } from '../engine/graph.ts'
import { replay } from '../engine/handle-event.ts'
import type { Occurrence, ParticipationState } from '../engine/state.ts'
import type { GraphRecord } from '../store/records.ts'
import type { Chance } from './chance.ts'
import { checkJourney } from './check-journey.ts'
import { type Deed, INVITED, madeUpGraph, type Plan, PURCHASE, RETURN } from './made-up-graph.ts'
import { CLOSING, hourOf, OPENING } from './made-up-time.ts'
import type { SeedJourney } from './schema.ts'

/** A journey, and how those may have fared who entered it when the year began. */
export interface MadeUpJourney {
  graph: GraphRecord
  /** By how much they have done, the least first: several ways it may have gone. None in a draft. */
  lives: readonly (readonly ParticipationState[])[]
}

const OCCASIONS = ['Spring', 'Summer', 'Autumn', 'Winter', 'Birthday', 'Weekend', 'Holiday', 'Anniversary']
const AIMS = ['welcome', 'comeback', 'challenge', 'thank-you', 'countdown', 'discovery']
const EVENTS: Deed[] = [
  { event: 'profile_completed', label: 'Completes the profile' },
  { event: 'app_installed', label: 'Installs the app' },
  { event: 'store_visited', label: 'Visits a store' },
  { event: 'survey_answered', label: 'Answers a survey' },
]
const ACTIONS: Deed[] = [
  { event: 'review_written', label: 'Writes a review' },
  { event: 'friend_referred', label: 'Refers a friend' },
  { event: 'photo_shared', label: 'Shares a photo' },
  { event: 'newsletter_joined', label: 'Joins the newsletter' },
]

/** Makes up a journey that was created in the year before: so many days before the year in which members enter it. */
export function madeUpJourney(
  { number, status, daysBefore }: { number: number; status: SeedJourney['status']; daysBefore: number },
  chance: Chance,
): MadeUpJourney {
  const name = `${chance.pick(OCCASIONS)} ${chance.pick(AIMS)} ${number}`
  const plan: Plan = {
    name,
    campaign: chance.below(2) === 0 ? `campaign-${number}` : null,
    deeds: [chance.pick(EVENTS), chance.pick(EVENTS), chance.pick(ACTIONS)],
    amount: 20 + 10 * chance.below(9),
    hold: 5 + chance.below(26),
  }
  const ends = status === 'Published' && chance.below(4) === 0
  const created_at = hourOf(-24 * daysBefore)
  const opening = status === 'Draft' ? null : OPENING
  const journey: SeedJourney = {
    id: chance.uuid(),
    name,
    description: `Spend ${plan.amount} or more to earn a coupon.`,
    publish_at: opening,
    // CONTRACT.md section 2: false when there is a fixed entry condition.
    open_ended: plan.campaign === null,
    status,
    start_date: opening,
    end_date: ends ? CLOSING : null,
    created_at,
    updated_at: opening ?? created_at,
    created_by: 'made-up@example.com',
    ...madeUpGraph(plan, chance),
  }
  const graph = checkJourney(journey, created_at).value as GraphRecord
  return { graph, lives: status === 'Draft' ? [] : livesIn(graph, plan, chance) }
}

/** Every way to fare is taken by the engine itself, in the journey as it was when it was open. */
function livesIn(graph: GraphRecord, plan: Plan, chance: Chance): ParticipationState[][] {
  const journeys = [compileJourney({ ...graph, status: 'Published' })]
  const pauses = plan.deeds.map(() => 24 + chance.below(72))
  const ways = [{ spent: plan.amount }, { spent: plan.amount, returned: true }, { spent: plan.amount - 1 }]
  const lives: ParticipationState[][] = []
  for (const way of ways) {
    let participations: ParticipationState[] = []
    for (const [i, history] of stagesOf(plan, pauses, way).entries()) {
      const member = { email: 'member@example.com', attributes: {}, participations }
      participations = replay({ journeys, member, history, newId: () => graph.id }).participations
      lives[i] = [...(lives[i] ?? []), ...participations]
    }
  }
  return lives
}

/** What a member does from the beginning of the year to the end of the journey, step by step. */
function stagesOf(
  { campaign, deeds: [first, next, last] }: Plan,
  pauses: readonly number[],
  { spent, returned = false }: { spent: number; returned?: boolean },
): Occurrence[][] {
  let hour = 0
  const did = (name: string, attributes = {}): Occurrence => ({ name, attributes, at: hourOf(hour) })
  const later = (hours: number | undefined, ...done: [name: string, attributes?: object]) => {
    hour += hours ?? 0
    return did(...done)
  }
  return [
    ...(campaign === null ? [] : [[did(INVITED, { campaign })]]),
    [did(first.event)],
    [later(pauses[0], PURCHASE, { amount: spent }), ...(returned ? [later(12, RETURN)] : [])],
    [later(pauses[1], next.event)],
    [later(pauses[2], last.event)],
  ]
}
