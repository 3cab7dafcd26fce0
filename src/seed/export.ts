import type { GraphRecord, MemberRecord, RewardRecord, SiteRecord } from '../store/records.ts'
import type { SiteStore } from '../store/store.ts'
import type { SeedDocument, SeedJourney, SeedMember } from './schema.ts'

/** The whole site as a seed document with nothing left to default, so that loading it gives the same site again. */
export function exportSite(store: SiteStore): SeedDocument {
  return toDocument(
    store.site,
    store.journeyIds().map(id => store.journey(id) as GraphRecord),
    store.emails().map(email => store.member(email) as MemberRecord),
  )
}

/** What is stored, as a document. */
export const toDocument = (
  site: SiteRecord,
  journeys: GraphRecord[],
  members: MemberRecord[],
): SeedDocument => ({
  site: { ...site },
  journeys: journeys.map(toSeedJourney),
  members: members.map(toSeedMember),
})

export const toSeedJourney = (journey: GraphRecord): SeedJourney => journey

export const toSeedMember = ({
  email,
  status,
  participations,
  history,
  ...member
}: MemberRecord): SeedMember => ({
  email,
  ...(status !== 'active' && { status }),
  ...member,
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
