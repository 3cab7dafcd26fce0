import type { ConnectionRecord, GraphRecord, JourneyRecord, NodeRecord } from '../contract/records.ts'
import type { Db } from './database.ts'
import { type ExtraColumn, extraColumn, withExtension } from './extensions.ts'

type JourneyRow = Omit<JourneyRecord, 'open_ended'> & ExtraColumn & { open_ended: 0 | 1 }
type NodeRow = Omit<NodeRecord, 'config' | 'position'> &
  ExtraColumn & { config: string; x: number; y: number }

const JOURNEY_COLUMNS =
  'id, multi_template_id, name, description, publish_at, open_ended, status, start_date, end_date, created_at, updated_at, created_by, extra'

const toJourney = (row: JourneyRow): JourneyRecord => ({
  ...withExtension(row),
  open_ended: row.open_ended === 1,
})

const toNode = ({ config, x, y, ...node }: NodeRow): NodeRecord => ({
  ...withExtension(node),
  config: JSON.parse(config),
  position: { x, y },
})

const journeyValues = (journey: JourneyRecord) => [
  journey.id,
  journey.multi_template_id,
  journey.name,
  journey.description,
  journey.publish_at,
  journey.open_ended ? 1 : 0,
  journey.status,
  journey.start_date,
  journey.end_date,
  journey.created_at,
  journey.updated_at,
  journey.created_by,
  extraColumn(journey),
]

export type JourneyTables = ReturnType<typeof journeyTables>

/** The statements of journeys with their nodes and connections. Lists are in the order of creation, then id. */
export function journeyTables(db: Db) {
  const list = db.prepare<[number], JourneyRow>(
    `SELECT ${JOURNEY_COLUMNS} FROM journeys WHERE content_key = +? ORDER BY created_at, id`,
  )
  const find = db.prepare<[number, string], JourneyRow & { journey_key: number }>(
    `SELECT journey_key, ${JOURNEY_COLUMNS} FROM journeys WHERE content_key = +? AND id = +?`,
  )
  const ids = db
    .prepare<[number], string>('SELECT id FROM journeys WHERE content_key = +? ORDER BY journey_key')
    .pluck()
  const count = db.prepare<[number], number>('SELECT count(*) FROM journeys WHERE content_key = +?').pluck()
  const nodes = db.prepare<[number], NodeRow>(
    'SELECT id, type, name, config, x, y, extra FROM nodes WHERE journey_key = +? ORDER BY ordinal, node_key',
  )
  const connections = db.prepare<[number], Omit<ConnectionRecord, 'extra'> & ExtraColumn>(`
    SELECT c.id, s.id AS source_node_id, t.id AS target_node_id, c.condition, c.extra
    FROM connections c
    JOIN nodes s ON s.node_key = c.source_node_key
    JOIN nodes t ON t.node_key = c.target_node_key
    WHERE c.journey_key = +? ORDER BY c.connection_key`)
  const insertJourney = db.prepare(
    `INSERT INTO journeys (content_key, ${JOURNEY_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const updateJourney = db.prepare(
    `UPDATE journeys SET ${JOURNEY_COLUMNS.split(', ')
      .map(column => `${column} = ?`)
      .join(', ')} WHERE journey_key = ?`,
  )
  const putNode = db.prepare(`
    INSERT INTO nodes (journey_key, id, type, name, config, x, y, ordinal, extra) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (journey_key, id) DO UPDATE SET type = excluded.type, name = excluded.name, config = excluded.config,
      x = excluded.x, y = excluded.y, ordinal = excluded.ordinal, extra = excluded.extra`)
  const removeNodesExcept = db.prepare(
    'DELETE FROM nodes WHERE journey_key = ? AND id NOT IN (SELECT value FROM json_each(?))',
  )
  const removeConnections = db.prepare('DELETE FROM connections WHERE journey_key = ?')
  const insertConnection = db.prepare(`
    INSERT INTO connections (journey_key, id, source_node_key, target_node_key, condition, extra) VALUES (
      @journeyKey, @id,
      (SELECT node_key FROM nodes WHERE journey_key = @journeyKey AND id = @source_node_id),
      (SELECT node_key FROM nodes WHERE journey_key = @journeyKey AND id = @target_node_id),
      @condition, @extra)`)
  const remove = db.prepare('DELETE FROM journeys WHERE content_key = ? AND id = ?')

  function insert(contentKey: number, journey: GraphRecord): void {
    const { lastInsertRowid } = insertJourney.run(contentKey, ...journeyValues(journey))
    putGraph(Number(lastInsertRowid), journey)
  }

  /** Nodes are matched by id, so that members keep what they completed at a node that stays. */
  function replace(contentKey: number, journey: GraphRecord): void {
    const key = find.get(contentKey, journey.id)?.journey_key
    if (key === undefined) insert(contentKey, journey)
    else {
      updateJourney.run(...journeyValues(journey), key)
      removeConnections.run(key)
      removeNodesExcept.run(key, JSON.stringify(journey.nodes.map(node => node.id)))
      putGraph(key, journey)
    }
  }

  function putGraph(journeyKey: number, { nodes, connections }: GraphRecord): void {
    for (const [ordinal, node] of nodes.entries()) {
      const { id, type, name, config, position } = node
      const { x, y } = position
      putNode.run(journeyKey, id, type, name, JSON.stringify(config), x, y, ordinal, extraColumn(node))
    }
    for (const connection of connections) {
      insertConnection.run({ journeyKey, ...connection, extra: extraColumn(connection) })
    }
  }

  return {
    list: (contentKey: number): JourneyRecord[] => list.all(contentKey).map(toJourney),
    get(contentKey: number, id: string): GraphRecord | undefined {
      const row = find.get(contentKey, id)
      if (!row) return undefined
      const { journey_key, ...journey } = row
      return {
        ...toJourney(journey),
        nodes: nodes.all(journey_key).map(toNode),
        connections: connections.all(journey_key).map(withExtension),
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
