import { pointerPart } from '../contract/json.ts'
import type { GraphRecord, SiteRecord } from '../contract/records.ts'
import { type Extended, type ExtendedKind, isInContract } from '../contract/schemas.ts'
import { compileJourney } from '../engine/graph.ts'
import { atOnce, type Steps } from '../store/turns.ts'
import { checkGraph } from './check-journey.ts'
import { checkMembers } from './check-members.ts'
import { type Checked, checkInSteps } from './checked.ts'
import { type ExpandedJourney, expandJourney } from './expand-journey.ts'
import { type ExpandedMember, expandMember } from './expand-member.ts'
import { itemsOf, partAt, referencesTo, uniqueNames } from './expansion.ts'
import type { Issue } from './issues.ts'
import type { SeedDocument, SeedRecords } from './schema.ts'
import { DEMO_SITE, SeedInput } from './schema-input.ts'
import { unstatedTimes } from './times.ts'

/**
 * Checks a seed in the short form or the long one, and expands it.
 * @param now A vendor timestamp, to which relative times are added.
 * @param site What the site is where the seed leaves that out. Labels are unique within the site that the seed names or,
 * where it names none, within that of the demo: they do not depend on where the seed is loaded.
 */
export const checkSeed = (input: unknown, now: string, site?: SiteRecord): Checked<SeedRecords> =>
  atOnce(checkSeedInSteps(input, now, site))

/** The same; yields for each member. */
export function checkSeedInSteps(
  input: unknown,
  now: string,
  site: SiteRecord = DEMO_SITE,
): Steps<Checked<SeedRecords>> {
  const times = { now, unstated: unstatedTimes() }
  return checkInSteps(SeedInput, input, times, function* (readable, expansion) {
    const siteId = readable.site?.site_id ?? DEMO_SITE.site_id
    const root = { value: readable, pointer: '' }
    const expanded: ExpandedJourney[] = []
    const isNew = uniqueNames(expansion)
    for (const part of itemsOf(partAt(root, 'journeys'))) {
      const journey = expandJourney(part, { long: `/journeys/${expanded.length}`, siteId }, expansion)
      if (!journey) continue
      expanded.push(journey)
      isNew(part, journey.id)
    }
    const journeys = expanded.map(({ journey }) => journey)
    const graphIssues = expanded.flatMap((journey, j) => checkGraph(journey, `/journeys/${j}`))
    const areGood = graphIssues.length === 0 && !expansion.hasIssueBelow('/journeys')
    const graphs = areGood ? [...journeys].sort(byCreation).map(compileJourney) : undefined

    const members: ExpandedMember[] = []
    const areAllKnown = expansion.areNamesKnown('/journeys')
    const findJourney = referencesTo(expanded, 'journey', 'this document', areAllKnown)
    for (const part of itemsOf(partAt(root, 'members'))) {
      const member = expandMember(part, `/members/${members.length}`, findJourney, expansion)
      if (member) members.push(member)
      yield
    }
    const found = yield* checkMembers(members, graphs && (() => graphs), {
      expansion,
      isTaken: () => false,
    })
    const value = { site: { ...site, ...readable.site } as SiteRecord, journeys, members: found.members }
    return {
      issues: [...graphIssues, ...found.issues],
      warnings: [...found.warnings, ...(yield* extraWarnings(value))],
      value,
    }
  })
}

/** The order in which members enter journeys, which is that of the lists: by creation, then id. */
const byCreation = (a: GraphRecord, b: GraphRecord): number =>
  a.created_at < b.created_at || (a.created_at === b.created_at && a.id < b.id) ? -1 : 1

interface Extensible {
  kind: ExtendedKind
  /** A JSON pointer. */
  pointer: string
  object: Extended
}

/** Every object of a seed that may have `extra`. */
export const extensibleObjects = (document: SeedDocument): Extensible[] => [...objectsOf(document)]

function* objectsOf({ site, journeys, members }: SeedDocument): Generator<Extensible> {
  function* all(kind: ExtendedKind, list: Extended[] | undefined, pointer: string): Generator<Extensible> {
    for (const [i, object] of (list ?? []).entries()) yield { kind, pointer: `${pointer}/${i}`, object }
  }
  yield { kind: 'site', pointer: '/site', object: site }
  yield* all('journey', journeys, '/journeys')
  for (const [j, { nodes, connections }] of journeys.entries()) {
    yield* all('node', nodes, `/journeys/${j}/nodes`)
    yield* all('connection', connections, `/journeys/${j}/connections`)
  }
  yield* all('member', members, '/members')
  for (const [m, { participations = [] }] of members.entries()) {
    yield* all('participation', participations, `/members/${m}/participations`)
    for (const [p, { events, rewards }] of participations.entries()) {
      yield* all('event', events, `/members/${m}/participations/${p}/events`)
      yield* all('reward', rewards, `/members/${m}/participations/${p}/rewards`)
    }
  }
}

/** The `extra` properties that replace a value of the contract: they stay the same whatever members do, and at any time. */
function* extraWarnings(document: SeedDocument): Steps<Issue[]> {
  const warnings: Issue[] = []
  for (const { kind, pointer, object } of objectsOf(document)) {
    yield
    for (const name of Object.keys(object.extra ?? {})) {
      if (!isInContract(kind, name)) continue
      const message = 'replaces what the sandbox would answer here, at any time'
      warnings.push({ pointer: `${pointer}/extra${pointerPart(name)}`, message })
    }
  }
  return warnings
}
