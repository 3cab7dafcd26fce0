import { setImmediate } from 'node:timers/promises'
import type { GraphRecord, RewardRecord, StepRecord, WaitingRecord } from '../contract/records.ts'
import { type Diagram, type DiagramLayout, diagramOf, toDot, toMermaid } from '../diagram/diagram.ts'
import { toSvg } from '../diagram/svg.ts'
import { compileJourney, deriveWaitingSteps } from '../engine/graph.ts'
import { NotFound } from '../errors.ts'
import type { Site } from './site.ts'

/** The notations in which a journey can be had as a file, by the ending of its name. */
export const DIAGRAM_FORMATS = {
  svg: { type: 'image/svg+xml', draw: toSvg },
  dot: { type: 'text/vnd.graphviz; charset=utf-8', draw: toDot },
  mmd: { type: 'text/vnd.mermaid; charset=utf-8', draw: toMermaid },
} as const satisfies Record<
  string,
  { type: string; draw(diagram: Diagram, layout?: DiagramLayout): string | Promise<string> }
>

export type DiagramFormat = keyof typeof DIAGRAM_FORMATS

/** A journey as a drawing, with how many members wait at each node. @throws {NotFound} */
export async function journeyDiagram(site: Site, journeyId: string): Promise<Diagram> {
  const journey = site.store.journey(journeyId)
  if (!journey) throw new NotFound(`there is no journey ${journeyId}`)
  const waiting = await waitingMembers(site, journey)
  return diagramOf(journey, {
    node(id) {
      const members = waiting.get(id)?.members
      return members === undefined ? {} : { note: `${members} here`, marks: ['here'] }
    },
  })
}

/** The members at a node. */
export interface NodeMembers {
  members: number
  /** The keys of the first of them. */
  first: number[]
}

const FIRST = 10
/** The participations of so many members are read at once: a few milliseconds, between which other requests are answered. */
const CHUNK = 500

/**
 * Which members wait at each node of a journey at the site's present; nodes without any are left out. It reads every
 * open participation, so it gives way to other requests again and again.
 */
export async function waitingMembers(
  { store, now }: Site,
  journey: GraphRecord,
): Promise<Map<string, NodeMembers>> {
  const graph = compileJourney(journey)
  const at = now()
  const nodes = new Map<string, NodeMembers>()
  // Most participations are alike, and deriving where a member waits takes longer than reading it.
  const derived = new Map<string, string[]>()
  const placesOf = (waiting_at: string | null, done: string | null, reached: string | null): string[] => {
    const facts = waiting_at ?? `${done} ${reached}`
    const known = derived.get(facts)
    if (known) return known
    const places: WaitingRecord[] =
      waiting_at === null
        ? deriveWaitingSteps(graph, { completed_at: null, events: steps(done), rewards: rewards(reached) })
        : JSON.parse(waiting_at)
    const ids = places.map(({ node_id }) => node_id)
    derived.set(facts, ids)
    return ids
  }
  for (const slice of store.memberSlices(CHUNK)) {
    if (slice.after > 0) await setImmediate()
    const page = store.openParticipations(journey.id, { now: at, ...slice })
    for (const { member_key, waiting_at, done, reached } of page) {
      for (const id of placesOf(waiting_at, done, reached)) {
        const node = nodes.get(id) ?? { members: 0, first: [] }
        node.members++
        if (node.first.length < FIRST) node.first.push(member_key)
        nodes.set(id, node)
      }
    }
  }
  return nodes
}

const idsIn = (json: string | null): string[] => JSON.parse(json ?? '[]')

// Where a member waits follows from the nodes alone.
const steps = (json: string | null): StepRecord[] =>
  idsIn(json).map(node_id => ({ node_id, completed_at: '' }))
const rewards = (json: string | null): RewardRecord[] =>
  idsIn(json).map(node_id => ({ node_id, ...NEVER_HELD }))

const NEVER_HELD = { hold_start_datetime: null, hold_end_datetime: null, blocked_by: null, blocked_at: null }
