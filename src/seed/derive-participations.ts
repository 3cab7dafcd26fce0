import type { ParticipationStatus } from '../contract/participation.ts'
import type { MemberRecord, ParticipationRecord } from '../contract/records.ts'
import type { JourneyGraph } from '../engine/graph.ts'
import { replay } from '../engine/handle-event.ts'
import { newParticipation } from '../engine/move.ts'
import { beginAt, retrace } from '../engine/retrace.ts'
import type { ExpandedMember, StatedParticipation } from './expand-member.ts'
import { participationIds } from './ids.ts'
import type { Issue } from './issues.ts'
import { suggest } from './suggest.ts'

/** Every journey of a site, compiled, in the order in which members enter them. */
export type Graphs = () => readonly JourneyGraph[]

/** Event by event. */
type Outcomes = ReturnType<typeof replay>['outcomes']

interface Derived {
  member: MemberRecord
  /** At the places of the long form. */
  issues: Issue[]
  warnings: Issue[]
}

/** Whether another participation has an id, and the times that follow from nothing. */
interface Site {
  isTaken(participationId: string): boolean
  unstated(): string
}

/**
 * A member with participations: those that the history leads into or, where some are stated, those, each as it is stated or
 * as it follows from its own events or from the history.
 */
export function deriveParticipations(
  { member, participations: stated, place }: ExpandedMember,
  graphs: Graphs,
  { isTaken, unstated }: Site,
): Derived {
  const issues: Issue[] = []
  const warnings: Issue[] = []
  const { history } = member
  const newId = participationIds(member.email, isTaken)
  const plays: Outcomes[] = []

  /** Plays the history, or the part of it that is not before a time, through some journeys. */
  function play(journeys: readonly JourneyGraph[], participations: ParticipationRecord[], from = '') {
    const events = history.filter(({ at }) => at >= from)
    const played = replay({ journeys, member: { ...member, participations }, history: events, newId })
    const skipped = history.slice(events.length).map(() => [])
    return { participations: played.participations, outcomes: [...skipped, ...played.outcomes] }
  }

  function follow(one: StatedParticipation, graph: JourneyGraph): ParticipationRecord {
    const entered = one.started_at === undefined ? play([graph], []) : undefined
    const begun = begin(one, graph)
    const played = entered?.participations[0] ? entered : play([graph], [begun], begun.started_at)
    plays.push(played.outcomes)
    return played.participations[0] ?? begun
  }

  function begin(one: StatedParticipation, graph: JourneyGraph): ParticipationRecord {
    const { id, journey_id, status, started_at, events } = one
    const at = started_at ?? events?.[0]?.completed_at ?? history[0]?.at ?? unstated()
    const begun = beginAt(graph, { id, at, steps: events }, member)
    // A journey without steps is completed as it begins, unless that is stated otherwise.
    const isOpen = status === 'InProgress' || status === 'Expired'
    return begun && !(isOpen && begun.completed_at) ? begun : newParticipation(id, journey_id, at)
  }

  function derive(one: StatedParticipation): ParticipationRecord {
    const graph = graphs().find(({ journey }) => journey.id === one.journey_id) as JourneyGraph
    if (!one.events && one.progress_percentage === undefined) return finish(one, follow(one, graph), issues)
    const begun = begin(one, graph)
    const { participation, astray } = retrace(graph, begun, one.events ?? [], member)
    if (one.progress_percentage !== undefined) {
      warnings.push(...progressWarnings(one, participation))
      return finish(one, newParticipation(one.id, one.journey_id, begun.started_at), issues)
    }
    for (const i of astray) {
      const name = graph.nodes.get(one.events?.[i]?.node_id ?? '')?.name
      const message = `the member does not wait at "${name}" at that point of the journey; it is taken as done`
      warnings.push({ pointer: `${one.place}/events/${i}`, message })
    }
    return finish(one, participation, issues)
  }

  if (stated) {
    const participations = stated.map(derive)
    const journeys = graphs().filter(({ journey }) =>
      stated.some(({ journey_id }) => journey_id === journey.id),
    )
    if (plays.length > 0) warnings.push(...noEffects(member, plays, journeys, place))
    return { member: { ...member, participations }, issues, warnings }
  }
  if (history.length === 0) return { member: { ...member, participations: [] }, issues, warnings }
  const { participations, outcomes } = play(graphs(), [])
  warnings.push(...noEffects(member, [outcomes], graphs(), place))
  return { member: { ...member, participations }, issues, warnings }
}

/** Warns of stated progress that the events do not give; where it is stated where the member waits, that decides. */
function progressWarnings(one: StatedParticipation, follows: ParticipationRecord): Issue[] {
  const { place, status, waiting_at, completed_at, progress_percentage: progress } = one
  const isDecided = waiting_at || completed_at || status === 'Completed'
  if (isDecided || follows.progress_percentage === progress) return []
  const message = `is "${progress}", but the events give "${follows.progress_percentage}"; leave it out, and it follows`
  return [{ pointer: `${place}/progress_percentage`, message }]
}

/** A participation with all that is stated of it in the place of what follows. */
function finish(
  { place, status, ...stated }: StatedParticipation,
  followed: ParticipationRecord,
  issues: Issue[],
): ParticipationRecord {
  const before = { ...followed, ...stated }
  const last = latestOf(before)
  const wrong = contradiction(status, before)
  if (wrong !== undefined) issues.push({ pointer: `${place}/status`, message: wrong })
  const completed_at = before.completed_at ?? (status === 'Completed' ? last : null)
  const expired_at = before.expired_at ?? (status === 'Expired' ? last : null)
  const isNew =
    completed_at !== null && followed.completed_at === null && stated.progress_percentage === undefined
  const participation = {
    ...before,
    completed_at,
    expired_at,
    ...(isNew && { progress_percentage: '100.0', waiting_at: [] }),
    created_at: stated.created_at ?? before.started_at,
  }
  return {
    ...participation,
    updated_at: stated.updated_at ?? latestOf({ ...participation, updated_at: last }),
  }
}

function contradiction(
  status: ParticipationStatus | undefined,
  { completed_at, expired_at }: ParticipationRecord,
) {
  if (status !== undefined && status !== 'Completed' && completed_at !== null)
    return `is ${status}, but the participation is completed by its events or by completed_at`
  if (status === 'InProgress' && expired_at !== null) return 'is InProgress, but expired_at is given'
  return undefined
}

/** The latest of the times of a participation, those of holds that end later aside. */
function latestOf({
  started_at,
  completed_at,
  expired_at,
  updated_at,
  events,
  rewards,
}: ParticipationRecord): string {
  const times = [
    started_at,
    completed_at,
    expired_at,
    updated_at,
    ...events.map(event => event.completed_at),
    ...rewards.map(reward => reward.blocked_at ?? reward.hold_start_datetime),
  ]
  return times.filter(time => time !== null).reduce((latest, time) => (time > latest ? time : latest))
}

/** The events of a member that changed nothing in any of the plays, each with the reason. */
function noEffects(
  { history }: Pick<MemberRecord, 'history'>,
  plays: readonly Outcomes[],
  journeys: readonly JourneyGraph[],
  place: string,
): Issue[] {
  let events: Set<string> | undefined
  const knownEvents = () => {
    events ??= new Set(journeys.flatMap(graph => [...graph.awaited, ...blockingEventsOf(graph)]))
    return events
  }
  return history.flatMap(({ event }, h) => {
    const outcomes = plays.flatMap(play => play[h] ?? [])
    if (outcomes.some(({ type }) => type !== 'no_effect')) return []
    const reasons = outcomes.flatMap(outcome => (outcome.type === 'no_effect' ? outcome.reasons : []))
    const why = !knownEvents().has(event)
      ? `no journey waits for it; ${suggest(event, [...knownEvents()])}`
      : reasons.length === 0
        ? 'it is before the participation started'
        : reasons
            .slice(0, MOST_REASONS)
            .map(({ message }) => message)
            .join('; ')
    return [{ pointer: `${place}/history/${h}/event`, message: `"${event}" has no effect: ${why}` }]
  })
}

const MOST_REASONS = 3

const blockingEventsOf = ({ nodes }: JourneyGraph): string[] =>
  [...nodes.values()].flatMap(node => (node.type === 'reward' ? [...node.blockedBy] : []))
