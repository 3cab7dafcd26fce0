import { type Diagram, diagramOf } from '../diagram/diagram.ts'
import { toDot } from '../diagram/dot.ts'
import { toMermaid } from '../diagram/mermaid.ts'
import { toSvg } from '../diagram/svg.ts'
import { compileJourney } from '../engine/graph.ts'
import { deriveStanding } from '../engine/standing.ts'
import type { Standing } from '../engine/state.ts'
import { NotFound } from '../errors.ts'
import type { GraphRecord, RewardRecord, StepRecord } from '../store/records.ts'
import type { Site } from './site.ts'

/** The notations in which a journey can be had as a file, by the ending of its name. */
export const DIAGRAM_FORMATS = {
  svg: { type: 'image/svg+xml', draw: toSvg },
  dot: { type: 'text/vnd.graphviz; charset=utf-8', draw: toDot },
  mmd: { type: 'text/vnd.mermaid; charset=utf-8', draw: toMermaid },
} as const satisfies Record<string, { type: string; draw(diagram: Diagram): string | Promise<string> }>

export type DiagramFormat = keyof typeof DIAGRAM_FORMATS

/** A journey as a drawing, with how many members stand on each node. @throws {NotFound} */
export function journeyDiagram(site: Site, journeyId: string): Diagram {
  const journey = site.store.journey(journeyId)
  if (!journey) throw new NotFound(`there is no journey ${journeyId}`)
  return standingDiagram(journey, membersStanding(site, journey))
}

/** The same, where it is known how many members stand on each node. */
export function standingDiagram(journey: GraphRecord, standing: ReadonlyMap<string, number>): Diagram {
  return diagramOf(journey, {
    node(id) {
      const members = standing.get(id)
      return members === undefined ? {} : { note: `${members} here`, marks: ['here'] }
    },
  })
}

/** How many members stand on each node of a journey at the site's present; nodes without any are left out. */
export function membersStanding({ store, now }: Site, journey: GraphRecord): Map<string, number> {
  const graph = compileJourney(journey)
  const counts = new Map<string, number>()
  for (const { standing, done, reached, members } of store.standingCounts(journey.id, now())) {
    const places: Standing[] =
      standing === null
        ? deriveStanding(graph, { completed_at: null, events: steps(done), rewards: rewards(reached) })
        : JSON.parse(standing)
    for (const { node_id } of places) counts.set(node_id, (counts.get(node_id) ?? 0) + members)
  }
  return counts
}

const idsIn = (json: string | null): string[] => JSON.parse(json ?? '[]')

// Only which nodes they are decides where a member stands.
const steps = (json: string | null): StepRecord[] =>
  idsIn(json).map(node_id => ({ node_id, completed_at: '' }))
const rewards = (json: string | null): RewardRecord[] =>
  idsIn(json).map(node_id => ({ node_id, ...NEVER_HELD }))

const NEVER_HELD = { hold_start_datetime: null, hold_end_datetime: null, blocked_by: null, blocked_at: null }
