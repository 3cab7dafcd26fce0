import type { ParticipationStatus } from '../contract/participation.ts'
import type { HistoryRecord, MemberRecord, ParticipationRecord } from '../contract/records.ts'
import type { JourneyGraph } from '../engine/graph.ts'
import { replay } from '../engine/handle-event.ts'
import { beginAt, retrace } from '../engine/retrace.ts'
import type { Occurrence } from '../engine/state.ts'
import type { ExpandedMember } from './expand-member.ts'
import type { StatedParticipation } from './expand-participation.ts'
import { participationIds } from './ids.ts'
import type { Issue } from './issues.ts'
import { suggest } from './suggest.ts'

/** Every journey of a site, compiled, in the order in which members enter them. */
export type Graphs = () => readonly JourneyGraph[]

/** The event of a history as the engine takes it. */
export const toOccurrence = ({ event: name, attributes, at }: HistoryRecord): Occurrence => ({
  name,
  attributes,
  at,
})

interface Derived {
  member: MemberRecord
  /** At the places of the long form. */
  issues: Issue[]
  warnings: Issue[]
}

/**
 * A member with participations: those that the history leads into or, where some are stated, those, each as it is stated or
 * as it follows from its own events or from the history. `unstated` gives the times that follow from nothing; `isTaken` says
 * whether another participation has an id.
 */
export function deriveParticipations(
  { member, participations: stated, place }: ExpandedMember,
  graphs: Graphs,
  { unstated, isTaken }: { unstated: () => string; isTaken: (participationId: string) => boolean },
): Derived {
  const issues: Issue[] = []
  const warnings: Issue[] = []
  const { email } = member
  const history = member.history.map(toOccurrence)
  const newId = participationIds(email, isTaken)

  function play(journeys: readonly JourneyGraph[], participations: ParticipationRecord[]) {
    const played = replay({ journeys, member: { ...member, participations }, history, newId })
    return { ...played, noEffect: () => noEffects(member.history, played.outcomes, journeys, place) }
  }

  if (stated === undefined) {
    if (history.length === 0) return { member: { ...member, participations: [] }, issues, warnings }
    const { participations, noEffect } = play(graphs(), [])
    return { member: { ...member, participations }, issues, warnings: noEffect() }
  }

  const all = stated.length === 0 ? [] : graphs()
  const graphOf = ({ journey_id }: StatedParticipation) =>
    all.find(({ journey }) => journey.id === journey_id)
  const begin = (one: StatedParticipation) => {
    const { id, journey_id, started_at, events } = one
    const at = started_at ?? events?.[0]?.completed_at ?? history[0]?.at ?? unstated()
    const graph = graphOf(one)
    return (graph && beginAt(graph, { id, at, steps: events }, member)) ?? bare({ id, journey_id, at })
  }

  const followed = stated.filter(one => one.events === undefined && one.progress_percentage === undefined)
  const lived = follow()
  const participations = stated.map(one => {
    if (one.progress_percentage !== undefined) return asStated(one, begin(one))
    const known = lived.get(one.journey_id)
    return finish(one, known ?? retraced(one).participation, issues)
  })
  return { member: { ...member, participations }, issues, warnings }

  /** What becomes of those that follow from the history: entered by it, or begun before it. */
  function follow(): Map<string, ParticipationRecord> {
    const journeys = all.filter(({ journey }) => followed.some(({ journey_id }) => journey_id === journey.id))
    const begun = followed.filter(({ started_at }) => started_at !== undefined)
    const first = play(journeys, begun.map(begin))
    const entered = new Set(first.participations.map(({ journey_id }) => journey_id))
    const outside = followed.filter(({ journey_id }) => !entered.has(journey_id))
    const { participations, noEffect } =
      outside.length === 0 ? first : play(journeys, [...begun, ...outside].map(begin))
    if (followed.length > 0) warnings.push(...noEffect())
    return new Map(participations.map(one => [one.journey_id, one]))
  }

  function retraced(one: StatedParticipation) {
    const graph = graphOf(one)
    const begun = begin(one)
    if (!graph) return { participation: begun, astray: [] }
    const traced = retrace(graph, begun, one.events ?? [], member)
    for (const i of traced.astray) {
      const name = graph.nodes.get(one.events?.[i]?.node_id ?? '')?.name
      const message = `the member does not wait at "${name}" at that point of the journey; it is taken as done`
      warnings.push({ pointer: `${one.place}/events/${i}`, message })
    }
    return traced
  }

  /** Warns where progress is stated that the events do not give; where the member waits is stated too, that decides it. */
  function asStated(one: StatedParticipation, begun: ParticipationRecord): ParticipationRecord {
    const graph = graphOf(one)
    if (graph && !one.waiting_at && !one.completed_at && one.status !== 'Completed') {
      const { progress_percentage: follows } = retrace(graph, begun, one.events ?? [], member).participation
      if (follows !== one.progress_percentage) {
        const message = `is "${one.progress_percentage}", but the events give "${follows}"; leave it out, and it follows`
        warnings.push({ pointer: `${one.place}/progress_percentage`, message })
      }
    }
    const { id, journey_id, started_at } = begun
    return finish(one, bare({ id, journey_id, at: started_at }), issues)
  }
}

/** A participation in which nothing has happened, and the member waits where the journey leads to first. */
const bare = ({
  id,
  journey_id,
  at,
}: {
  id: string
  journey_id: string
  at: string
}): ParticipationRecord => ({
  id,
  journey_id,
  started_at: at,
  progress_percentage: '0.0',
  completed_at: null,
  expired_at: null,
  created_at: at,
  updated_at: at,
  events: [],
  rewards: [],
  waiting_at: null,
})

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

/** The events of a history that changed nothing, each with the reason. */
function noEffects(
  history: readonly HistoryRecord[],
  outcomes: ReturnType<typeof replay>['outcomes'],
  journeys: readonly JourneyGraph[],
  place: string,
): Issue[] {
  const known = new Set(journeys.flatMap(graph => [...graph.awaited, ...blockingEventsOf(graph)]))
  return history.flatMap(({ event }, h) => {
    const [outcome] = outcomes[h] ?? []
    if (outcome?.type !== 'no_effect') return []
    const reasons = outcome.reasons.slice(0, 3).map(({ message }) => message)
    const message = known.has(event)
      ? `"${event}" has no effect: ${reasons.join('; ')}`
      : `"${event}" has no effect: no journey waits for it; ${suggest(event, [...known])}`
    return [{ pointer: `${place}/history/${h}/event`, message }]
  })
}

const blockingEventsOf = ({ nodes }: JourneyGraph): string[] =>
  [...nodes.values()].flatMap(node => (node.type === 'reward' ? [...node.blockedBy] : []))
