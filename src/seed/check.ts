import type { GraphRecord, SiteRecord } from '../contract/records.ts'
import { compileJourney } from '../engine/graph.ts'
import { checkGraph } from './check-journey.ts'
import { checkMembers } from './check-members.ts'
import { type Checked, checked } from './checked.ts'
import { type ExpandedJourney, expandJourney } from './expand-journey.ts'
import { type ExpandedMember, expandMember } from './expand-member.ts'
import type { FindJourney } from './expand-participation.ts'
import { type Expansion, partsOf, type Readable, uniqueKeys } from './expansion.ts'
import { extraWarnings } from './extra-warnings.ts'
import { referencesTo } from './references.ts'
import type { SeedRecords } from './schema.ts'
import { DEMO_SITE, SeedInput } from './schema-input.ts'
import { unstatedTimes } from './times.ts'

/**
 * Checks a seed in the short form or the long one, and expands it.
 * @param now A vendor timestamp, to which relative times are added.
 * @param site What the site is where the seed leaves that out. Labels are unique within the site that the seed names or,
 * where it names none, within that of the demo: they do not depend on where the seed is loaded.
 */
export function checkSeed(input: unknown, now: string, site: SiteRecord = DEMO_SITE): Checked<SeedRecords> {
  const contextOf = ({ site }: Readable<SeedInput>) => ({
    now,
    siteId: site?.site_id ?? DEMO_SITE.site_id,
    unstated: unstatedTimes(),
  })
  return checked<SeedInput, SeedRecords>(
    SeedInput,
    input,
    contextOf,
    (readable, expansion, hasIssueBelow) => {
      const expanded = expandJourneys(readable.journeys, expansion)
      const journeys = expanded.map(({ journey }) => journey)
      const graphIssues = expanded.flatMap((journey, j) => checkGraph(journey, `/journeys/${j}`))
      const areGood = graphIssues.length === 0 && !hasIssueBelow('/journeys')
      const graphs = areGood ? [...journeys].sort(byCreation).map(compileJourney) : undefined

      const members: ExpandedMember[] = []
      const findJourney = finderOf(expanded, readable.journeys, expansion)
      for (const part of partsOf(readable.members, '/members')) {
        const member = expandMember(part, `/members/${members.length}`, findJourney, expansion)
        if (member) members.push(member)
      }
      const found = checkMembers(members, journeys, graphs && (() => graphs), {
        expansion,
        hasIssueBelow,
        isTaken: () => false,
      })
      const value = { site: { ...site, ...readable.site } as SiteRecord, journeys, members: found.members }
      return {
        issues: [...graphIssues, ...found.issues],
        warnings: [...found.warnings, ...extraWarnings(value)],
        value,
      }
    },
  )
}

type Journeys = Readable<SeedInput>['journeys']

function expandJourneys(list: Journeys, expansion: Expansion): ExpandedJourney[] {
  const journeys: ExpandedJourney[] = []
  const unique = uniqueKeys(expansion)
  for (const part of partsOf(list, '/journeys')) {
    const journey = expandJourney(part, `/journeys/${journeys.length}`, expansion)
    if (!journey) continue
    journeys.push(journey)
    const { id, name } = part.value
    if (id !== undefined) unique(journey.id, `${part.pointer}/id`, id)
    else unique(journey.id, `${part.pointer}/name`, name, '; give one of them an id')
  }
  return journeys
}

/** Finds journeys for members. As long as one of them could not be read, nothing is said of what is not found. */
function finderOf(
  journeys: readonly ExpandedJourney[],
  list: Journeys,
  { isUnreadable }: Expansion,
): FindJourney {
  const find = referencesTo(journeys, 'journey', 'this document')
  const names = partsOf(list, '/journeys').flatMap(({ pointer }) => [`${pointer}/id`, `${pointer}/name`])
  const areAllKnown =
    journeys.length === (list?.length ?? 0) && !['/journeys', ...names].some(place => isUnreadable(place))
  return text => {
    const found = find(text)
    return typeof found === 'string' && !areAllKnown ? undefined : found
  }
}

/** The order in which members enter journeys, which is that of the lists: by creation, then id. */
const byCreation = (a: GraphRecord, b: GraphRecord): number =>
  a.created_at < b.created_at || (a.created_at === b.created_at && a.id < b.id) ? -1 : 1
