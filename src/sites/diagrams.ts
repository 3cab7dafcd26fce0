import type { GraphRecord, RewardRecord, StepRecord, WaitingRecord } from '../contract/records.ts'
import { type Diagram, diagramOf } from '../diagram/diagram.ts'
import { toDot } from '../diagram/dot.ts'
import { toMermaid } from '../diagram/mermaid.ts'
import { toSvg } from '../diagram/svg.ts'
import { compileJourney } from '../engine/graph.ts'
import { deriveWaitingSteps } from '../engine/waiting.ts'
import { NotFound } from '../errors.ts'
import type { Site } from './site.ts'

/** The formats in which a journey can be drawn, by the extension of the file. */
export const DIAGRAM_FORMATS = {
  svg: { type: 'image/svg+xml', draw: toSvg },
  dot: { type: 'text/vnd.graphviz; charset=utf-8', draw: toDot },
  mmd: { type: 'text/vnd.mermaid; charset=utf-8', draw: toMermaid },
} as const satisfies Record<string, { type: string; draw(diagram: Diagram): string | Promise<string> }>

export type DiagramFormat = keyof typeof DIAGRAM_FORMATS

/** A journey as a drawing, with how many members wait at each node. @throws {NotFound} */
export function journeyDiagram(site: Site, journeyId: string): Diagram {
  const journey = site.store.journey(journeyId)
  if (!journey) throw new NotFound(`there is no journey ${journeyId}`)
  return diagramWithCounts(journey, waitingMembers(site, journey))
}

/** The same, where it is known how many members wait at each node. */
export function diagramWithCounts(journey: GraphRecord, waiting: ReadonlyMap<string, number>): Diagram {
  return diagramOf(journey, {
    node(id) {
      const members = waiting.get(id)
      return members === undefined ? {} : { note: `${members} here`, marks: ['here'] }
    },
  })
}

/** How many members wait at each node of a journey, by the clock of the site; nodes without any are left out. */
export function waitingMembers({ store, now }: Site, journey: GraphRecord): Map<string, number> {
  const graph = compileJourney(journey)
  const counts = new Map<string, number>()
  for (const { waiting_at, done, reached, members } of store.waitingCounts(journey.id, now())) {
    const waiting: WaitingRecord[] =
      waiting_at === null
        ? deriveWaitingSteps(graph, { completed_at: null, events: steps(done), rewards: rewards(reached) })
        : JSON.parse(waiting_at)
    for (const { node_id } of waiting) counts.set(node_id, (counts.get(node_id) ?? 0) + members)
  }
  return counts
}

const idsIn = (json: string | null): string[] => JSON.parse(json ?? '[]')

// Where a member waits follows from the nodes alone.
const steps = (json: string | null): StepRecord[] =>
  idsIn(json).map(node_id => ({ node_id, completed_at: '' }))
const rewards = (json: string | null): RewardRecord[] =>
  idsIn(json).map(node_id => ({ node_id, ...NEVER_HELD }))

const NEVER_HELD = { hold_start_datetime: null, hold_end_datetime: null, blocked_by: null, blocked_at: null }
