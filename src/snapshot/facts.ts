import { isObject, type JsonObject } from '../contract/json.ts'
import type { SeedDocument, SeedJourney, SeedParticipation, SeedSite } from '../seed/schema.ts'
import { DEMO_SITE } from '../seed/seed.ts'
import { journeyFacts, LONG_AGO } from './journey-facts.ts'
import { participationFacts } from './participation-facts.ts'
import { journeysIn, type MemberAnswers, type SiteAnswers } from './reading.ts'
import type { Exchange } from './recording.ts'
import { idOf } from './values.ts'

/** A journey of the seed, and what was answered of it. */
export interface JourneyFound {
  facts: SeedJourney
  item: JsonObject | undefined
  detail: JsonObject | undefined
  asked: Exchange | undefined
}

/** A participation of the seed, and what was answered of it. */
export interface ParticipationFound {
  facts: SeedParticipation
  user: JsonObject | undefined
  member: JsonObject | undefined
}

export interface MemberFound {
  answers: MemberAnswers
  participations: ParticipationFound[]
}

/** A site as far as the sandbox can have it, each part beside the answers that it was made from. */
export interface SiteFound {
  journeys: JourneyFound[]
  /** Those that are known there. */
  members: MemberFound[]
}

/** The journeys and members that the answers tell of. */
export function findSite(read: SiteAnswers): SiteFound {
  const journeys = findJourneys(read)
  const byId = new Map(journeys.map(({ facts }) => [facts.id, facts]))
  const taken = new Set<string>()
  const members = read.members
    .filter(({ user, member }) => user.status === 200 || member.status === 200)
    .map(answers => ({ answers, participations: findParticipations(answers, byId, taken) }))
  const strays = [...byId.values()].slice(journeys.length)
  return {
    journeys: [
      ...journeys,
      ...strays.map(facts => ({ facts, item: undefined, detail: undefined, asked: undefined })),
    ],
    members,
  }
}

/** The seed without what the sandbox does not know. Its secret is not the live one, which nobody needs to have. */
export const toDocument = (siteId: string, { journeys, members }: SiteFound): SeedDocument => ({
  site: siteOf(siteId),
  journeys: journeys.map(({ facts }) => facts),
  members: members.map(({ answers, participations }) => ({
    email: answers.email,
    participations: participations.map(({ facts }) => facts),
  })),
})

const siteOf = (siteId: string): SeedSite => ({
  site_id: siteId,
  name: `snapshot of ${siteId}`,
  secret: DEMO_SITE.secret,
})

function findJourneys({ list, journeys }: SiteAnswers): JourneyFound[] {
  const asked = new Map([...journeys].map(([id, exchange]) => [idOf(id, 'journey'), exchange]))
  const items = new Map(journeysIn(list.body).map(item => [idOf(item.id, 'journey'), item]))
  const details = new Map(
    [...asked].flatMap(([id, { body }]) => (isObject(body) ? [[id, body] as const] : [])),
  )
  const found = [...new Set([...items.keys(), ...details.keys()])].map(id => {
    const [item, detail] = [items.get(id), details.get(id)]
    return { facts: { ...journeyFacts({ ...item, ...detail }), id }, item, detail, asked: asked.get(id) }
  })
  return keepOrder(found)
}

function findParticipations(
  { user, member }: MemberAnswers,
  journeys: Map<string, SeedJourney>,
  taken: Set<string>,
): ParticipationFound[] {
  const users = byId(journeysIn(user.body))
  const members = byId(journeysIn(member.body))
  const found = [...new Set([...members.keys(), ...users.keys()])].map(id => {
    const [one, other] = [users.get(id), members.get(id)]
    const journey = journeyOf({ ...other, ...one }, journeys)
    const facts = participationFacts(one, other, journey)
    // Two members cannot share one in a seed.
    const own = taken.has(facts.id) ? idOf([id, user.identifier], 'participation') : facts.id
    taken.add(own)
    return { facts: { ...facts, id: own }, user: one, member: other }
  })
  return keepOrder(found)
}

const byId = (items: JsonObject[]): Map<string, JsonObject> =>
  new Map(items.map(item => [JSON.stringify(item.id), item]))

/** The journey that a participation is in; one that stands for it, where nothing of it was answered. */
function journeyOf(participation: JsonObject, journeys: Map<string, SeedJourney>): SeedJourney {
  const { journey_id, name } = participation
  const id = idOf(journey_id ?? ['of a participation', name], 'journey')
  const { description, open_ended } = participation
  const journey = journeys.get(id) ?? {
    ...journeyFacts({ name, description, open_ended, status: 'Archived' }),
    id,
  }
  journeys.set(id, journey)
  return journey
}

/**
 * Lists are in the order of creation. Where they were answered in another, the times of creation are made to say so;
 * what was answered for them is then kept as it was.
 */
function keepOrder<F extends { facts: { id: string; created_at?: string } }>(found: F[]): F[] {
  const keys = found.map(({ facts }) => `${facts.created_at} ${facts.id}`)
  if (keys.every((key, k) => k === 0 || (keys[k - 1] as string) < key)) return found
  return found.map((one, f) => ({ ...one, facts: { ...one.facts, created_at: momentOf(f) } }))
}

/** A time of its own for each number, in their order. */
const momentOf = (n: number): string => `${LONG_AGO.slice(0, -6)}${String(n).padStart(6, '0')}`
