import { begin, type Change } from './arrive.ts'
import { expiryOf } from './as-of.ts'
import type { Facts } from './criterion.ts'
import type { Entry, JourneyGraph } from './graph.ts'
import { counts, move } from './move.ts'
import { type Passage, walk } from './walk.ts'

/** Why a journey lets nobody in at a moment; `undefined` where it does. */
export function closedAt({ journey }: JourneyGraph, at: string) {
  if (journey.status === 'Draft') return 'draft'
  if (journey.status === 'Archived') return 'archived'
  if (expiryOf(journey, at) !== null) return 'ended'
  return journey.start_date !== null && at < journey.start_date ? 'not_started' : undefined
}

/**
 * Lets a member into an open journey, through the first entry, in the order of its nodes, that does so for this event:
 * one whose criteria hold, or one without criteria when the event counts for a step right behind it. Then the event
 * counts for every step right behind the entry that waits for it; behind an entry with criteria there need not be any.
 * @param newId Gives the id of the participation in a journey; called once, and only when the member enters.
 */
export function enter(
  graph: JourneyGraph,
  facts: Facts,
  newId: (journeyId: string) => string,
): Change | undefined {
  if (closedAt(graph, facts.at)) return undefined
  for (const entry of graph.entries) {
    const passage = admit(graph, entry, facts)
    if (passage)
      return move(graph, begin(graph, { id: newId(graph.journey.id), entry, passage }, facts), facts)
  }
  return undefined
}

function admit(graph: JourneyGraph, entry: Entry, facts: Facts): Passage | undefined {
  if (entry.criterion) return entry.criterion(facts) ? walk(graph, [entry], facts) : undefined
  if (!graph.awaited.has(facts.event)) return undefined
  const passage = walk(graph, [entry], facts)
  return passage.steps.some(step => counts(step, facts)) ? passage : undefined
}
