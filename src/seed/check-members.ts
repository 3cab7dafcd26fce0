import { foldEmail } from '../contract/formats.ts'
import type { GraphRecord, MemberRecord, ParticipationRecord, RewardRecord } from '../contract/records.ts'
import { atOnce, type Steps } from '../store/turns.ts'
import { type Checked, checked } from './checked.ts'
import { deriveParticipations, type Graphs } from './derive-participations.ts'
import { type ExpandedMember, expandMember } from './expand-member.ts'
import { type Expansion, referencesTo, uniqueKeys } from './expansion.ts'
import type { Issue } from './issues.ts'
import { MemberInput } from './schema-input.ts'

interface CheckedMembers {
  members: MemberRecord[]
  /** At the places of the long form. */
  issues: Issue[]
  warnings: Issue[]
}

interface MemberChecks {
  expansion: Expansion
  /** Whether a participation of another member has this id. */
  isTaken(participationId: string): boolean
}

/**
 * Checks the members of a site, and derives the participations that follow from their events. `graphs` is undefined when
 * the journeys have issues; then nothing is derived. Yields for each member.
 */
export function* checkMembers(
  expanded: readonly ExpandedMember[],
  graphs: Graphs | undefined,
  { expansion, isTaken }: MemberChecks,
): Steps<CheckedMembers> {
  const result: CheckedMembers = { members: [], issues: [], warnings: [] }
  const uniqueEmail = uniqueKeys(expansion)
  const uniqueId = uniqueKeys(expansion)
  const ids = new Set(expanded.flatMap(({ participations = [] }) => participations.map(({ id }) => id)))
  const times = { unstated: expansion.unstated, isTaken: (id: string) => ids.has(id) || isTaken(id) }
  for (const one of expanded) {
    yield
    const { member, participations: stated, place } = one
    const at = expansion.places.inputOf(place)
    const history = checkHistory(member.history, `${place}/history`)
    uniqueEmail(foldEmail(member.email), `${at}/email`)
    for (const { id, place } of stated ?? []) uniqueId(id, `${expansion.places.inputOf(place)}/id`)

    const isGood = history.length === 0 && !expansion.hasIssueBelow(at)
    const derived = isGood && graphs ? deriveParticipations(one, graphs, times) : undefined
    const known =
      derived?.member.participations ?? (stated ?? []).map(({ progress_percentage, ...rest }) => rest)
    const found = known.flatMap((facts, p) => checkParticipation(facts, `${place}/participations/${p}`))
    result.issues.push(...history, ...(derived?.issues ?? []), ...found)
    if (found.length === 0) result.warnings.push(...(derived?.warnings ?? []))
    if (!derived) continue
    for (const { id } of derived.member.participations) ids.add(id)
    result.members.push(derived.member)
  }
  return result
}

/** Where a member is put: among these journeys, and beside the members that have these participations. */
interface MemberTarget {
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
  return checked(MemberInput, input, { now, unstated }, (value, expansion) => {
    const journeys = value.participations === undefined ? [] : site.journeys()
    const known = journeys.map(({ id, name, nodes }) => ({
      id,
      name,
      findNode: referencesTo(nodes, 'node', `the journey "${name}"`),
    }))
    const findJourney = referencesTo(known, 'journey', 'this site')
    const expanded = expandMember({ value, pointer: '' }, '', findJourney, expansion)
    const { members, issues, warnings } = atOnce(
      checkMembers(expanded ? [expanded] : [], site.graphs, {
        expansion,
        isTaken: id => takenBy(id, value.email ?? '') !== undefined,
      }),
    )
    const taken = (expanded?.participations ?? []).flatMap(({ id, place }) => {
      const holder = takenBy(id, value.email ?? '')
      if (holder === undefined) return []
      return [{ pointer: `${place}/id`, message: `is taken by a participation of ${holder}` }]
    })
    return { issues: [...issues, ...taken], warnings, value: members[0] }
  })
}

/** A history goes from old to new. */
function checkHistory(history: readonly { at: string }[], pointer: string): Issue[] {
  return history.flatMap(({ at }, h) => {
    const before = history[h - 1]
    if (!before || before.at <= at) return []
    const message = `${at} is before ${before.at}, the time of the event above it; list the oldest first`
    return [{ pointer: `${pointer}/${h}/at`, message }]
  })
}

/** What is wrong with a participation, be it stated or complete, at the places below `pointer`. */
function checkParticipation(facts: Partial<ParticipationRecord>, pointer: string): Issue[] {
  const { completed_at, expired_at, progress_percentage, started_at, rewards = [] } = facts
  const issues: Issue[] = []
  const add = (at: string, message: string) => issues.push({ pointer: `${pointer}/${at}`, message })

  if (completed_at && expired_at)
    add('expired_at', 'a completed participation does not expire; leave one of the two out')
  if (completed_at && started_at && completed_at < started_at)
    add('completed_at', `is before started_at, ${started_at}`)
  if (progress_percentage !== undefined && Boolean(completed_at) !== (progress_percentage === '100.0'))
    add('progress_percentage', `is "100.0" exactly when completed_at is given, not "${progress_percentage}"`)

  for (const [r, reward] of rewards.entries()) {
    for (const [key, message] of rewardIssues(reward)) add(`rewards/${r}${key}`, message)
  }
  return issues
}

/** The hold rule: CONTRACT.md section 2 (D). */
function rewardIssues(reward: RewardRecord): [key: string, message: string][] {
  const { hold_start_datetime: start, hold_end_datetime: end, blocked_by, blocked_at } = reward
  const issues: [string, string][] = []
  if ((start ?? end) !== null && (blocked_by ?? blocked_at) !== null)
    issues.push(['', 'is held and blocked at once; a blocked reward has no hold, so leave the hold keys out'])
  if ((start === null) !== (end === null))
    issues.push(['', 'hold_start_datetime and hold_end_datetime go together'])
  if ((blocked_by === null) !== (blocked_at === null))
    issues.push(['', 'blocked_by and blocked_at go together'])
  if (start !== null && end !== null && end <= start)
    issues.push(['/hold_end_datetime', `is not after hold_start_datetime, ${start}`])
  return issues
}
