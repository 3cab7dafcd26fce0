import { foldEmail } from '../contract/formats.ts'
import type { GraphRecord, MemberRecord } from '../contract/records.ts'
import { checkHistory, checkParticipation } from './check-member.ts'
import { type Checked, checked } from './checked.ts'
import { deriveParticipations, type Graphs } from './derive-participations.ts'
import { type ExpandedMember, expandMember } from './expand-member.ts'
import { type Expansion, uniqueKeys } from './expansion.ts'
import type { Issue } from './issues.ts'
import { referencesTo } from './references.ts'
import { MemberInput } from './schema-input.ts'

interface CheckedMembers {
  members: MemberRecord[]
  /** At the places of the long form. */
  issues: Issue[]
  warnings: Issue[]
}

interface MemberChecks {
  expansion: Expansion
  /** Whether there is an issue at a place of the input, or below it. */
  hasIssueBelow(pointer: string): boolean
  /** Whether a participation of another member has this id. */
  isTaken(participationId: string): boolean
}

/**
 * Checks members beside one another, and derives the participations that follow from their events. `graphs` is undefined
 * where the journeys have issues, so that nothing can follow.
 */
export function checkMembers(
  expanded: readonly ExpandedMember[],
  journeys: readonly GraphRecord[],
  graphs: Graphs | undefined,
  { expansion, hasIssueBelow, isTaken }: MemberChecks,
): CheckedMembers {
  const result: CheckedMembers = { members: [], issues: [], warnings: [] }
  const byId = new Map(journeys.map(journey => [journey.id, journey]))
  const uniqueEmail = uniqueKeys(expansion)
  const uniqueId = uniqueKeys(expansion)
  const ids = new Set(expanded.flatMap(({ participations = [] }) => participations.map(({ id }) => id)))
  const times = { unstated: expansion.unstated, isTaken: (id: string) => ids.has(id) || isTaken(id) }
  for (const one of expanded) {
    const { member, participations: stated, place } = one
    const at = expansion.places.inputOf(place)
    const history = checkHistory(member.history, `${place}/history`)
    uniqueEmail(foldEmail(member.email), `${at}/email`)
    for (const { id, place } of stated ?? []) uniqueId(id, `${expansion.places.inputOf(place)}/id`)

    const isGood = history.length === 0 && !hasIssueBelow(at)
    const derived = isGood && graphs ? deriveParticipations(one, graphs, times) : undefined
    const known =
      derived?.member.participations ?? (stated ?? []).map(({ progress_percentage, ...rest }) => rest)
    const found = known.flatMap(({ journey_id, ...facts }, p) => {
      const journey = byId.get(journey_id)
      return journey ? checkParticipation(facts, `${place}/participations/${p}`, journey) : []
    })
    result.issues.push(...history, ...(derived?.issues ?? []), ...found)
    if (found.length === 0) result.warnings.push(...(derived?.warnings ?? []))
    if (!derived) continue
    for (const { id } of derived.member.participations) ids.add(id)
    result.members.push(derived.member)
  }
  return result
}

/** Where a member is put: among these journeys, and beside the members that have these participations. */
export interface MemberTarget {
  /** A vendor timestamp: what times that are left out are, and what relative times are added to. */
  now: string
  journeys: () => readonly GraphRecord[]
  graphs: Graphs
  /** Which other member has a participation with this id. */
  takenBy(participationId: string, email: string): string | undefined
}

/** Checks a single member in the short form or the long one, and expands it. */
export function checkMember(input: unknown, { now, takenBy, ...site }: MemberTarget): Checked<MemberRecord> {
  const unstated = (after?: string) => (after === undefined || after < now ? now : after)
  const contextOf = () => ({ now, siteId: '', unstated })
  return checked<MemberInput, MemberRecord>(
    MemberInput,
    input,
    contextOf,
    (value, expansion, hasIssueBelow) => {
      const journeys = value.participations === undefined ? [] : site.journeys()
      const known = journeys.map(({ id, name, nodes }) => {
        const findNode = referencesTo(nodes, 'node', `the journey "${name}"`)
        return { id, name, findNode, areNodesKnown: true }
      })
      const findJourney = referencesTo(known, 'journey', 'this site')
      const expanded = expandMember({ value, pointer: '' }, '', findJourney, expansion)
      const { members, issues, warnings } = checkMembers(expanded ? [expanded] : [], journeys, site.graphs, {
        expansion,
        hasIssueBelow,
        isTaken: id => takenBy(id, value.email ?? '') !== undefined,
      })
      const taken = (expanded?.participations ?? []).flatMap(({ id, place }) => {
        const holder = takenBy(id, expanded?.member.email ?? '')
        return holder === undefined
          ? []
          : [{ pointer: `${place}/id`, message: `is taken by a participation of ${holder}` }]
      })
      return { issues: [...issues, ...taken], warnings, value: members[0] }
    },
  )
}
