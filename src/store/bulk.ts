import Database from 'better-sqlite3'
import { BULK_COLUMNS, type BulkKeys, type BulkRows, type BulkTable, type Value } from './bulk-rows.ts'
import { type Db, openDatabase } from './database.ts'
import { journeyTables } from './journeys.ts'
import type { GraphRecord, SiteRecord } from './records.ts'
import { siteTable } from './sites.ts'
import { StoreError } from './store-error.ts'

/** A new database while members by the million are written to it. When something throws, it is closed. */
export interface BulkLoad {
  /** How many rows have been added so far. */
  readonly rows: number
  /** What the rows of members refer to the site and its journeys by. */
  readonly keys: BulkKeys
  /** Adds members, with what they did and reached. @throws {StoreError} when they cannot be written */
  add(rows: BulkRows): void
  /**
   * Completes the file. Every step of the iteration may take seconds, and the caller may do something else between
   * them; after the last one the file is like any other database. @throws {StoreError} when it cannot be written
   */
  finish(): Generator<void, void>
  /** Lets go of the file, complete or not. */
  close(): void
}

/**
 * Makes a new database for one site, for members to be added many times faster than one by one. Until it is finished,
 * nothing in it would survive a crash.
 * @throws {StoreError} when the file cannot be written
 */
export function openBulkLoad(file: string, site: SiteRecord, journeys: GraphRecord[]): BulkLoad {
  const db = openDatabase(file)
  const attempt = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      db.close()
      if (error instanceof Database.SqliteError)
        throw new StoreError(`database ${file} cannot be written: ${error.message}`)
      throw error
    }
  }
  const prepare = () => {
    forLoading(db)
    const indexes = dropIndexes(db)
    db.exec('BEGIN')
    const tables = Object.keys(BULK_COLUMNS).map(name => bulkTable(db, name as BulkTable))
    return { tables, indexes, keys: keysOf(db, site, journeys) }
  }
  const { tables, indexes, keys } = attempt(prepare)
  return {
    get rows() {
      return tables.reduce((total, table) => total + table.rows, 0)
    },
    keys,
    add: rows =>
      attempt(() => {
        for (const table of tables) table.add(rows[table.name])
      }),
    *finish() {
      for (const table of tables) attempt(() => table.flush())
      for (const index of indexes) {
        yield
        attempt(() => db.exec(index))
      }
      yield
      attempt(() => db.exec('COMMIT'))
      db.close()
    },
    close: () => db.close(),
  }
}

// To bind a value takes longer than to write it, and fewer rows at once longer still.
const ROWS_AT_ONCE = 100

/** A table that rows are added to, many of them in one statement. */
function bulkTable(db: Db, name: BulkTable) {
  const columns = BULK_COLUMNS[name]
  const row = `(${columns.map(() => '?')})`
  const insert = (rows: number) =>
    db.prepare<[Value[]]>(`INSERT INTO ${name} (${columns}) VALUES ${Array(rows).fill(row)}`)
  const insertMany = insert(ROWS_AT_ONCE)
  const valuesAtOnce = ROWS_AT_ONCE * columns.length
  let waiting: Value[] = []
  let rows = 0
  return {
    name,
    get rows() {
      return rows
    },
    add(values: Value[]): void {
      rows += values.length / columns.length
      waiting = waiting.concat(values)
      let written = 0
      for (; waiting.length - written >= valuesAtOnce; written += valuesAtOnce)
        insertMany.run(waiting.slice(written, written + valuesAtOnce))
      waiting = waiting.slice(written)
    },
    /** Writes what still waits. */
    flush(): void {
      if (waiting.length > 0) insert(waiting.length / columns.length).run(waiting)
      waiting = []
    },
  }
}

/** What takes time and is of use only to a file that somebody else reads, or that must survive a crash. */
function forLoading(db: Db): void {
  db.pragma('journal_mode = MEMORY')
  db.pragma('locking_mode = EXCLUSIVE')
  db.pragma('synchronous = OFF')
  db.pragma('foreign_keys = OFF')
  // In KiB, and also what an index is sorted in.
  db.pragma('cache_size = -65536')
  db.pragma('threads = 4')
  // That JSON is JSON, and that of two facts there is only one: what the engine gives is so.
  db.pragma('ignore_check_constraints = ON')
}

/** Drops the indexes that are no constraints: made at the end, from sorted rows, they take a fraction of the time. */
function dropIndexes(db: Db): string[] {
  const indexes = db
    .prepare<[], { name: string; sql: string }>(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
    )
    .all()
  for (const { name } of indexes) db.exec(`DROP INDEX ${name}`)
  return indexes.map(({ sql }) => sql)
}

/** Writes the site with its journeys as always, and reads what their rows are known by. */
function keysOf(db: Db, site: SiteRecord, journeys: GraphRecord[]): BulkKeys {
  const sites = siteTable(db)
  const siteKey = sites.insert(site)
  sites.bumpRevision(siteKey)
  const { insert } = journeyTables(db)
  for (const journey of journeys) insert(siteKey, journey)
  const journeyKeys = db.prepare<[], [string, number]>('SELECT id, journey_key FROM journeys').raw()
  const nodeKeys = db
    .prepare<[number], [string, number]>('SELECT id, node_key FROM nodes WHERE journey_key = ?')
    .raw()
  const known = journeyKeys
    .all()
    .map(([id, journey]) => [id, { journey, nodes: new Map(nodeKeys.all(journey)) }] as const)
  return { site: siteKey, journeys: new Map(known) }
}
