import type { GraphRecord, MemberRecord, RewardRecord, SiteRecord } from '../contract/records.ts'
import { NEVER_HELD } from '../engine/hold.ts'
import type { ContentReader } from '../store/store.ts'
import type { SeedDocument, SeedJourney, SeedMember, SeedRecords } from './schema.ts'

/** A content, and what the site is with it. */
type Exported = ContentReader & { site: SiteRecord }

/** The whole site as a seed document with nothing left to default, so that loading it gives the same site again. */
export function exportSite(store: Exported): SeedDocument {
  return toDocument({
    site: store.site,
    journeys: store.journeyIds().map(id => store.journey(id) as GraphRecord),
    members: store.emails().map(email => store.member(email) as MemberRecord),
  })
}

const PART = 100

/** The same as JSON, in parts; yields after each. */
export function* exportText(store: Exported): Generator<void, string[]> {
  const { members: _none, ...rest } = toDocument({ site: store.site, journeys: [], members: [] })
  const parts = [`${JSON.stringify(rest).slice(0, -']}'.length)}`]
  for (const [i, id] of store.journeyIds().entries()) {
    parts.push((i > 0 ? ',' : '') + JSON.stringify(toSeedJourney(store.journey(id) as GraphRecord)))
    yield
  }
  parts.push('],"members":[')
  let isFirst = true
  for (const emails of store.emailPages(PART)) {
    const members = emails
      .flatMap(email => store.member(email) ?? [])
      .map(member => JSON.stringify(toSeedMember(member)))
    parts.push((isFirst ? '' : ',') + members.join())
    isFirst = false
    yield
  }
  parts.push(']}')
  return parts
}

/** What is stored, as a document. */
export const toDocument = ({ site, journeys, members }: SeedRecords): SeedDocument => ({
  // The store keeps it.
  site: structuredClone(site),
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

/** The reverse, for a document that was exported: it leaves out only the nulls of rewards and the status `active`. */
export const fromDocument = ({ site, journeys, members }: SeedDocument): SeedRecords => ({
  site,
  journeys: journeys as GraphRecord[],
  members: (members as Required<SeedDocument['members'][number]>[]).map(member => ({
    ...member,
    status: member.status ?? 'active',
    participations: member.participations.map(participation => ({
      ...participation,
      rewards: (participation.rewards ?? []).map(reward => ({ ...NEVER_HELD, ...reward })),
    })),
  })) as MemberRecord[],
})

/** The hold rule asks for absent keys, not for nulls: CONTRACT.md section 2 (D). */
const withoutNulls = ({ node_id, ...facts }: RewardRecord) => ({
  node_id,
  ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null)),
})
