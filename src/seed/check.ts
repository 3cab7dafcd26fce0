import type { GraphRecord, SiteRecord } from '../contract/records.ts'
import { compileJourney } from '../engine/graph.ts'
import { checkGraph } from './check-journey.ts'
import { checkMembers } from './check-members.ts'
import { type Checked, checked } from './checked.ts'
import { type ExpandedJourney, expandJourney } from './expand-journey.ts'
import { type ExpandedMember, expandMember } from './expand-member.ts'
import { type Expansion, type Part, partsOf, type Readable, uniqueKeys } from './expansion.ts'
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
      const parts = partsOf(readable.journeys, '/journeys')
      const expanded: { part: (typeof parts)[number]; journey: ExpandedJourney }[] = []
      for (const part of parts) {
        const journey = expandJourney(part, `/journeys/${expanded.length}`, expansion)
        if (journey) expanded.push({ part, journey })
      }
      checkIds(expanded, expansion)
      const journeys = expanded.map(({ journey }) => journey)
      const graphIssues = journeys.flatMap((journey, j) => checkGraph(journey, `/journeys/${j}`))
      const areGood = graphIssues.length === 0 && !hasIssueBelow('/journeys')

      const areAllKnown =
        journeys.length === (readable.journeys?.length ?? 0) &&
        !['/journeys', ...parts.flatMap(({ pointer }) => [`${pointer}/id`, `${pointer}/name`])].some(
          expansion.isUnreadable,
        )
      const find = referencesTo(journeys, 'journey', 'this document')
      const findJourney = (text: string) => {
        const found = find(text)
        return typeof found === 'string' && !areAllKnown ? undefined : found
      }
      const members: ExpandedMember[] = []
      for (const part of partsOf(readable.members, '/members')) {
        const member = expandMember(part, `/members/${members.length}`, findJourney, expansion)
        if (member) members.push(member)
      }
      const long = journeys.map(({ journey }) => journey)
      const graphs = areGood ? [...long].sort(byCreation).map(compileJourney) : undefined
      const found = checkMembers(members, long, graphs && (() => graphs), {
        expansion,
        hasIssueBelow,
        isTaken: () => false,
      })
      const value = {
        site: { ...site, ...readable.site } as SiteRecord,
        journeys: long,
        members: found.members,
      }
      return {
        issues: [...graphIssues, ...found.issues],
        warnings: [...found.warnings, ...extraWarnings(value)],
        value,
      }
    },
  )
}

function checkIds(
  journeys: { part: Part<{ id?: string | undefined }>; journey: ExpandedJourney }[],
  expansion: Expansion,
) {
  const unique = uniqueKeys(expansion)
  for (const { part, journey } of journeys) {
    if (part.value.id === undefined)
      unique(journey.id, `${part.pointer}/name`, journey.name, '; give one of them an id')
    else unique(journey.id, `${part.pointer}/id`, part.value.id)
  }
}

/** The order in which members enter journeys, which is that of the lists: by creation, then id. */
const byCreation = (a: GraphRecord, b: GraphRecord): number =>
  a.created_at < b.created_at || (a.created_at === b.created_at && a.id < b.id) ? -1 : 1
