import { readdirSync, readFileSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { StoreError } from '../errors.ts'
import { packageFile } from '../package-file.ts'

// "JSBX": tells our files from other programs' (https://sqlite.org/pragma.html#pragma_application_id).
const APPLICATION_ID = 0x4a534258

export const MIGRATIONS = packageFile('db/migrations/')

/**
 * Brings the database up to the newest version in `folder`, where `0001_initial.sql` is version 1. All or nothing.
 * Leaves foreign keys off, as tables are made again. @throws {StoreError} when the file is another program's, or was written by a newer version of this one
 */
export function migrate(db: Database, folder: URL = MIGRATIONS): void {
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

const pragma = (db: Database, name: string) => db.pragma(name, { simple: true }) as number
