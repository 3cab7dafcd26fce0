import Database from 'better-sqlite3'
import { migrate } from './migrate.ts'
import { StoreError } from './store-error.ts'

/*
 * Statements that are run for every request compare with `= +?` and not `= ?`. Next to a JOIN or an ORDER BY, SQLite
 * takes a bare parameter for something its plan may depend on, and plans anew whenever the parameter was cleared, which
 * better-sqlite3 does after every call: that made reading ten times slower. The plus hides it from the planner; the
 * plans are the same.
 */
export type Db = Database.Database

// What a database in memory is when it is new, once there was one: to copy it is ten times as fast as to make its tables.
let blank: Buffer | undefined

/**
 * Opens and migrates a database: a file, which then survives the process (write-ahead log), or `:memory:`.
 * With an `image`, the bytes of such a file, it is a copy of that in memory.
 * @throws {StoreError} when the file cannot be opened or used
 */
export function openDatabase(file: string, image?: Buffer): Db {
  let db: Db | undefined
  const isNew = file === ':memory:' && image === undefined
  try {
    db = new Database((isNew ? blank : image) ?? file)
    migrate(db)
    if (isNew) blank ??= db.serialize()
    // Changes the file, and so only once it is known to be ours.
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = NORMAL')
    db.pragma('foreign_keys = ON')
    return db
  } catch (error) {
    db?.close()
    if (error instanceof StoreError || error instanceof Database.SqliteError || error instanceof TypeError) {
      throw new StoreError(
        `database ${file} ${error instanceof StoreError ? '' : 'cannot be opened: '}${error.message}`,
      )
    }
    throw error
  }
}
