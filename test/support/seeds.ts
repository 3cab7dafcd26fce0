import { checkSeed } from '../../src/seed/check.ts'
import type {
  SeedDocument,
  SeedJourney,
  SeedMember,
  SeedParticipation,
  SeedRecords,
} from '../../src/seed/schema.ts'
import type { SeedContent } from '../../src/store/contents.ts'
import type { SiteStore } from '../../src/store/store.ts'
import { longWrite } from '../../src/store/turns.ts'

/** Small good seed documents; a test names only what it is about. */

export const SITE = { site_id: '9991331', name: 'demo-site', secret: 'sandbox-secret' }

/** A UUID that is the same for the same number. */
export const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

/** The entry, event and reward that the journey `id(n)` has when a test does not say otherwise. */
export const nodesOf = (n: number) => ({
  entry: id(n * 100),
  event: id(n * 100 + 1),
  reward: id(n * 100 + 2),
})

export function journeyOf(n: number, rest: Partial<SeedJourney> = {}): SeedJourney {
  const { entry, event, reward } = nodesOf(n)
  return {
    id: id(n),
    name: `Journey ${n}`,
    status: 'Published',
    nodes: [
      { id: entry, type: 'entry', name: 'Joins' },
      { id: event, type: 'event', name: 'Buys' },
      { id: reward, type: 'reward', name: 'Points' },
    ],
    connections: [
      { id: id(n * 100 + 50), source_node_id: entry, target_node_id: event },
      { id: id(n * 100 + 51), source_node_id: event, target_node_id: reward },
    ],
    ...rest,
  }
}

/** A participation `id(n)` in the journey `id(journey)`. */
export const participationOf = (
  n: number,
  journey: number,
  rest: Partial<SeedParticipation> = {},
): SeedParticipation => ({
  id: id(n),
  journey_id: id(journey),
  started_at: '2025-01-15T10:33:32.500861',
  progress_percentage: '0.0',
  ...rest,
})

export const memberOf = (email: string, ...participations: SeedParticipation[]): SeedMember => ({
  email,
  participations,
})

export const seedOf = (rest: Partial<SeedDocument> = {}): SeedDocument => ({
  site: SITE,
  journeys: [journeyOf(1)],
  members: [memberOf('ann@example.com', participationOf(9001, 1))],
  ...rest,
})

/** A good seed as it is stored. */
export const recordsOf = (seed: SeedDocument, now = '2025-06-01T12:00:00.000000'): SeedRecords =>
  checkSeed(seed, now).value as SeedRecords

/** Replaces all journeys and members of a site, or none. */
export const replaceContent = (site: SiteStore, content: SeedContent): void =>
  longWrite(site, () => site.fill(content, site.setContent))()
