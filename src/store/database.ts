import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import type { Extended } from '../contract/schemas.ts'
import { StorageFull, StorageReadOnly, StoreError } from '../errors.ts'
import { packageFile } from '../package-file.ts'

/*
 * Statements that run for every request compare with `= +?` and not `= ?`. Next to a JOIN or an ORDER BY, SQLite plans
 * such a statement again whenever a bare parameter was cleared, which better-sqlite3 does after every call: that made
 * reading ten times slower. The plus hides the parameter from the planner; the plans are the same.
 */
export type Db = Database.Database
export type Statement = Database.Statement

const MEMORY = ':memory:'

// A new database in memory as bytes: copying it is ten times as fast as creating its tables.
let blank: Buffer | undefined

/**
 * Opens and migrates a database: a file, which then survives the process (write-ahead log), or `:memory:`.
 * @throws {StoreError} when the file cannot be opened or used
 */
export function openDatabase(file: string): Db {
  let db: Db | undefined
  try {
    db = new Database(file === MEMORY && blank ? blank : file)
    migrate(db)
    if (file === MEMORY) blank ??= db.serialize()
    // Changes the file, and so only once it is known to be ours.
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = NORMAL')
    db.pragma('foreign_keys = ON')
    return db
  } catch (error) {
    db?.close()
    throw openingError(file, error)
  }
}

/**
 * Makes sure that one server alone uses a database, as each trusts what it knows of it: holds an exclusive transaction on
 * a file beside it, which ends with the process at the latest. Other programs can still read the database.
 * @throws {StoreError} when another server has it
 */
export function lockDatabase(file: string): { close(): void } {
  if (file === MEMORY) return { close: () => undefined }
  let lock: Db | undefined
  try {
    lock = new Database(`${realPath(file)}-lock`, { timeout: 0 })
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock?.close()
    if (codeOf(error) === 'SQLITE_BUSY') {
      throw new StoreError(
        `database ${file} is in use by another journeys-sandbox; stop that one, or give this one a --db of its own`,
      )
    }
    throw openingError(file, error)
  }
}

/** The path without symbolic links, so that a database has one lock by whatever name it is opened. */
function realPath(file: string): string {
  if (existsSync(file)) return realpathSync(file)
  return existsSync(dirname(file)) ? join(realpathSync(dirname(file)), basename(file)) : file
}

/** Makes sure that what is written will be found again. @throws {StoreError} when the file is gone */
export function checkPresence(file: string): void {
  if (file === MEMORY || existsSync(file)) return
  throw new StoreError(
    `database ${file} was moved or deleted while the server used it; put it back, or start the server again`,
  )
}

const codeOf = (error: unknown): string => (error instanceof Database.SqliteError ? error.code : '')

function openingError(file: string, error: unknown): unknown {
  if (error instanceof StoreError) return new StoreError(`database ${file} ${error.message}`)
  const known = toStoreError(file, error)
  if (known instanceof StoreError) return known
  // A folder that does not exist is a TypeError of better-sqlite3's.
  if (!(error instanceof Database.SqliteError || error instanceof TypeError)) return error
  return new StoreError(
    `database ${file} cannot be opened: ${error.message}; check the path, and that this user may write there`,
  )
}

/** An error of SQLite's that is about the file as one that says what to do; any other error as it is. */
export function toStoreError(file: string, error: unknown): unknown {
  const code = codeOf(error)
  const what = `database ${file}`
  if (error instanceof TypeError && error.message === 'The database connection is not open') {
    return new StoreError(`${what} is closed, as the sandbox was; start another one`)
  }
  if (code === 'SQLITE_FULL') {
    return new StorageFull(`${what} cannot grow: its disk is full; free some space and try again`)
  }
  if (code.startsWith('SQLITE_READONLY')) {
    return new StorageReadOnly(
      `${what} cannot be written: it is read-only; make the file and its folder writable for this user`,
    )
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new StoreError(
      `${what} is damaged or no database (${(error as Error).message}); restore a copy of it, or name a new file`,
    )
  }
  if (code.startsWith('SQLITE_IOERR') || code === 'SQLITE_CANTOPEN') {
    return new StoreError(
      `${what} cannot be read or written (${code}); check its disk, and that this user may write to the folder`,
    )
  }
  if (code.startsWith('SQLITE_BUSY')) {
    return new StoreError(`${what} is locked by another program; end its transaction and try again`)
  }
  return error
}

// "JSBX": tells our files from other programs' (https://sqlite.org/pragma.html#pragma_application_id).
const APPLICATION_ID = 0x4a534258

export const MIGRATIONS = packageFile('db/migrations/')

/**
 * Brings the database up to the newest version in `folder`, where `0001_initial.sql` is version 1. All or nothing.
 * Leaves foreign keys off, as tables are made again. @throws {StoreError} when the file is another program's, or was written by a newer version of this one
 */
export function migrate(db: Db, folder: URL = MIGRATIONS): void {
  const files = readdirSync(folder)
    .filter(name => /^\d{4}_.+\.sql$/.test(name))
    .sort()
  db.pragma('foreign_keys = OFF')
  db.transaction(() => {
    const version = pragma(db, 'user_version')
    const tables = db
      .prepare("SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'")
      .pluck()
      .get()
    if (tables !== 0 && pragma(db, 'application_id') !== APPLICATION_ID) {
      throw new StoreError(
        'is a database of another program; name a new file, or one that journeys-sandbox made',
      )
    }
    if (version > files.length) {
      throw new StoreError(
        `has version ${version}, newer than the ${files.length} this program knows; use a newer journeys-sandbox, or another file`,
      )
    }
    for (const file of files.slice(version)) db.exec(readFileSync(new URL(file, folder), 'utf8'))
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.pragma(`user_version = ${files.length}`)
  }).immediate()
}

const pragma = (db: Db, name: string) => db.pragma(name, { simple: true }) as number

/** The `extra` of an object as it is stored: JSON, or null for none. */
export interface ExtraColumn {
  extra: string | null
}

export const extensionIn = (extra: string | null): Extended =>
  extra === null ? {} : { extra: JSON.parse(extra) }

/** A row with the `extra` that its column holds. */
export const withExtension = <R extends ExtraColumn>({ extra, ...row }: R): Omit<R, 'extra'> & Extended => ({
  ...row,
  ...extensionIn(extra),
})

export const extraColumn = ({ extra }: Extended): string | null =>
  extra === undefined ? null : JSON.stringify(extra)
