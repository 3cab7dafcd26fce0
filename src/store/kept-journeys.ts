import { LRUCache } from 'lru-cache'
import type { JourneyTables } from './journeys.ts'
import type { GraphRecord, JourneyRecord, NodeRecord } from './records.ts'

/** The graph of a journey; the nodes are in their order, by the keys that members' deeds refer to. */
export interface KeyedGraph {
  nodes: ReadonlyMap<number, NodeRecord>
  /** The journey with it. */
  record: GraphRecord
}

/**
 * The journeys of a site as they were last read. They are few beside the members and seldom change, but every answer needs
 * them. What is given out is frozen, since everyone is given the same.
 */
export interface KeptJourneys {
  /** In the order of creation, then id; the same list for as long as no journey changes. */
  list(): readonly JourneyRecord[]
  /** By its id, in lower case. */
  find(id: string): GraphRecord | undefined
  graph(journeyKey: number): KeyedGraph
  /** Must be told of every change, before and when it is taken back. */
  forget(): void
}

// The graphs that are kept; those longest unasked for go first.
const MOST_GRAPHS = 1000

export function keptJourneys(tables: JourneyTables, siteKey: number): KeptJourneys {
  const graphs = new LRUCache<number, KeyedGraph>({ max: MOST_GRAPHS })
  let kept: ReturnType<typeof read> | undefined

  function read() {
    const rows = tables.list(siteKey)
    return {
      list: frozen(rows.map(([, journey]) => journey)),
      byKey: new Map(rows),
      keys: new Map(rows.map(([key, { id }]) => [id, key])),
    }
  }

  function current() {
    kept ??= read()
    return kept
  }

  function graph(journeyKey: number): KeyedGraph {
    const known = graphs.get(journeyKey)
    if (known) return known
    const { nodes, connections } = tables.graph(journeyKey)
    const graph = {
      nodes: new Map(nodes),
      record: frozen({
        ...(current().byKey.get(journeyKey) as JourneyRecord),
        nodes: nodes.map(([, node]) => node),
        connections,
      }),
    }
    graphs.set(journeyKey, graph)
    return graph
  }

  return {
    list: () => current().list,
    graph,
    find(id) {
      const key = current().keys.get(id)
      return key === undefined ? undefined : graph(key).record
    },
    forget() {
      kept = undefined
      graphs.clear()
    },
  }
}

/** The same value, which cannot be changed any more, however deep. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) frozen(part)
  }
  return value
}
