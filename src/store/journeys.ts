import type { ConnectionRecord, GraphRecord, JourneyRecord, NodeRecord } from '../contract/records.ts'
import { type Db, type ExtraColumn, extraColumn, withExtension } from './database.ts'

type JourneyRow = Omit<JourneyRecord, 'open_ended'> & ExtraColumn & { open_ended: 0 | 1 }
type NodeRow = Omit<NodeRecord, 'config' | 'position'> &
  ExtraColumn & { config: string; x: number; y: number }

const JOURNEY_COLUMNS = [
  'id',
  'multi_template_id',
  'name',
  'description',
  'publish_at',
  'open_ended',
  'status',
  'start_date',
  'end_date',
  'created_at',
  'updated_at',
  'created_by',
  'extra',
]

const toJourney = (row: JourneyRow): JourneyRecord => ({
  ...withExtension(row),
  open_ended: row.open_ended === 1,
})

const toNode = ({ config, x, y, ...node }: NodeRow): NodeRecord => ({
  ...withExtension(node),
  config: JSON.parse(config),
  position: { x, y },
})

const toRow = ({ nodes, connections, ...journey }: GraphRecord) => ({
  ...journey,
  open_ended: journey.open_ended ? 1 : 0,
  extra: extraColumn(journey),
})

export type JourneyTables = ReturnType<typeof journeyTables>

/** The statements of journeys with their nodes and connections. Lists are in the order of creation, then id. */
export function journeyTables(db: Db) {
  const list = db.prepare<[number], JourneyRow>(
    `SELECT ${JOURNEY_COLUMNS} FROM journeys WHERE content_key = +? ORDER BY created_at, id`,
  )
  const find = db.prepare<[number, string], JourneyRow>(
    `SELECT ${JOURNEY_COLUMNS} FROM journeys WHERE content_key = +? AND id = +?`,
  )
  const ids = db
    .prepare<[number], string>('SELECT id FROM journeys WHERE content_key = +? ORDER BY ordinal')
    .pluck()
  const count = db.prepare<[number], number>('SELECT count(*) FROM journeys WHERE content_key = +?').pluck()
  const nodes = db.prepare<[number, string], NodeRow>(`
    SELECT id, type, name, config, x, y, extra FROM nodes WHERE content_key = +? AND journey_id = +? ORDER BY ordinal`)
  const connections = db.prepare<[number, string], Omit<ConnectionRecord, 'extra'> & ExtraColumn>(`
    SELECT id, source_node_id, target_node_id, condition, extra
    FROM connections WHERE content_key = +? AND journey_id = +? ORDER BY ordinal`)
  const insertJourney = db.prepare(`
    INSERT INTO journeys (content_key, ordinal, ${JOURNEY_COLUMNS})
    VALUES (@contentKey, (SELECT coalesce(max(ordinal), 0) + 1 FROM journeys WHERE content_key = @contentKey),
      ${JOURNEY_COLUMNS.map(column => `@${column}`)})`)
  const updateJourney = db.prepare(`
    UPDATE journeys SET ${JOURNEY_COLUMNS.filter(column => column !== 'id').map(column => `${column} = @${column}`)}
    WHERE content_key = @contentKey AND id = @id`)
  const putNode = db.prepare(`
    INSERT INTO nodes (content_key, journey_id, ordinal, id, type, name, config, x, y, extra)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (content_key, journey_id, id) DO UPDATE SET ordinal = excluded.ordinal, type = excluded.type,
      name = excluded.name, config = excluded.config, x = excluded.x, y = excluded.y, extra = excluded.extra`)
  const removeNodesExcept = db.prepare(`
    DELETE FROM nodes WHERE content_key = ? AND journey_id = ? AND id NOT IN (SELECT value FROM json_each(?))`)
  const removeConnections = db.prepare('DELETE FROM connections WHERE content_key = ? AND journey_id = ?')
  const insertConnection = db.prepare(`
    INSERT INTO connections (content_key, journey_id, ordinal, id, source_node_id, target_node_id, condition, extra)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
  const remove = db.prepare('DELETE FROM journeys WHERE content_key = ? AND id = ?')

  function insert(contentKey: number, journey: GraphRecord): void {
    insertJourney.run({ contentKey, ...toRow(journey) })
    putGraph(contentKey, journey)
  }

  /** Nodes are matched by id, so that members keep what they completed at a node that stays. */
  function replace(contentKey: number, journey: GraphRecord): void {
    if (updateJourney.run({ contentKey, ...toRow(journey) }).changes === 0) {
      insert(contentKey, journey)
      return
    }
    removeConnections.run(contentKey, journey.id)
    removeNodesExcept.run(contentKey, journey.id, JSON.stringify(journey.nodes.map(node => node.id)))
    putGraph(contentKey, journey)
  }

  function putGraph(contentKey: number, journey: GraphRecord): void {
    for (const [ordinal, node] of journey.nodes.entries()) {
      const { id, type, name, position } = node
      const config = JSON.stringify(node.config)
      const { x, y } = position
      putNode.run(contentKey, journey.id, ordinal, id, type, name, config, x, y, extraColumn(node))
    }
    for (const [ordinal, connection] of journey.connections.entries()) {
      const { id, source_node_id, target_node_id, condition } = connection
      const ends = [source_node_id, target_node_id]
      insertConnection.run(contentKey, journey.id, ordinal, id, ...ends, condition, extraColumn(connection))
    }
  }

  return {
    list: (contentKey: number): JourneyRecord[] => list.all(contentKey).map(toJourney),
    get(contentKey: number, id: string): GraphRecord | undefined {
      const row = find.get(contentKey, id)
      if (!row) return undefined
      return {
        ...toJourney(row),
        nodes: nodes.all(contentKey, id).map(toNode),
        connections: connections.all(contentKey, id).map(withExtension),
      }
    },
    count: (contentKey: number) => count.get(contentKey) as number,
    /** Every id, in the order of insertion, which is that of the seed document. */
    ids: (contentKey: number) => ids.all(contentKey),
    insert,
    replace,
    remove: (contentKey: number, id: string) => remove.run(contentKey, id).changes > 0,
  }
}
