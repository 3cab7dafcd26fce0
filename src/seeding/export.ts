import type { GraphRecord, MemberRecord, RewardRecord } from '../store/records.ts'
import type { SiteStore } from '../store/store.ts'
import type { SeedDocument, SeedJourney, SeedMember } from './schema.ts'

/** The whole site as a seed document with nothing left to default, so that loading it gives the same site again. */
export function exportSite(store: SiteStore): SeedDocument {
  return {
    site: { ...store.site },
    journeys: store.journeyIds().map(id => toSeedJourney(store.journey(id) as GraphRecord)),
    members: store.emails().map(email => toSeedMember(store.member(email) as MemberRecord)),
  }
}

export const toSeedJourney = (journey: GraphRecord): SeedJourney => journey

export const toSeedMember = ({ email, attributes, participations, history }: MemberRecord): SeedMember => ({
  email,
  attributes,
  participations: participations.map(({ rewards, ...participation }) => ({
    ...participation,
    rewards: rewards.map(withoutNulls),
  })),
  history,
})

/** The hold rule asks for absent keys, not for nulls: CONTRACT.md section 2 (D). */
const withoutNulls = ({ node_id, ...facts }: RewardRecord) => ({
  node_id,
  ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null)),
})
