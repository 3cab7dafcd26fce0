import type { Db } from './database.ts'
import type { FaultRecord, SnapshotRecord } from './records.ts'

/** The statements of the fault rules of a site, in the order in which they were added. */
export function faultTable(db: Db) {
  const list = db.prepare<[number], FaultRecord>(
    'SELECT id, rule, seen, used FROM faults WHERE site_key = ? ORDER BY fault_key',
  )
  const insert = db.prepare('INSERT INTO faults (site_key, id, rule, seen, used) VALUES (?, ?, ?, ?, ?)')
  const next = db
    .prepare<[number], number>(
      'UPDATE sites SET fault_count = fault_count + 1 WHERE site_key = ? RETURNING fault_count',
    )
    .pluck()
  const added = db.prepare<[number], number>('SELECT fault_count FROM sites WHERE site_key = ?').pluck()
  const setAdded = db.prepare('UPDATE sites SET fault_count = ? WHERE site_key = ?')
  const count = db.prepare('UPDATE faults SET seen = ?, used = ? WHERE site_key = ? AND id = ?')
  const remove = db.prepare('DELETE FROM faults WHERE site_key = ? AND id = ?')
  const clear = db.prepare('DELETE FROM faults WHERE site_key = ?')

  return {
    list: (siteKey: number) => list.all(siteKey),
    /** How many rules were ever added, counting one more. */
    next: (siteKey: number) => next.get(siteKey) as number,
    /** How many rules were ever added. */
    added: (siteKey: number) => added.get(siteKey) ?? 0,
    setAdded: (siteKey: number, count: number) => setAdded.run(count, siteKey),
    insert: (siteKey: number, { id, rule, seen, used }: FaultRecord) =>
      insert.run(siteKey, id, rule, seen, used),
    count: (siteKey: number, { id, seen, used }: FaultRecord) => count.run(seen, used, siteKey, id),
    /** @returns whether there was one */
    remove: (siteKey: number, id: string) => remove.run(siteKey, id).changes > 0,
    clear: (siteKey: number) => clear.run(siteKey),
  }
}

/** The statements of the snapshots of a site, by name. */
export function snapshotTable(db: Db) {
  const list = db.prepare<[number], Omit<SnapshotRecord, 'content'>>(
    'SELECT name, taken_at FROM snapshots WHERE site_key = ? ORDER BY name',
  )
  const content = db
    .prepare<[number, string], string>('SELECT content FROM snapshots WHERE site_key = ? AND name = ?')
    .pluck()
  const insert = db.prepare('INSERT INTO snapshots (site_key, name, taken_at, content) VALUES (?, ?, ?, ?)')
  const bytes = db
    .prepare<[number], number>(
      'SELECT coalesce(sum(octet_length(content)), 0) FROM snapshots WHERE site_key = ?',
    )
    .pluck()
  const remove = db.prepare('DELETE FROM snapshots WHERE site_key = ? AND name = ?')

  return {
    list: (siteKey: number) => list.all(siteKey),
    content: (siteKey: number, name: string) => content.get(siteKey, name),
    bytes: (siteKey: number) => bytes.get(siteKey) as number,
    insert: (siteKey: number, { name, taken_at, content }: SnapshotRecord) =>
      insert.run(siteKey, name, taken_at, content),
    remove: (siteKey: number, name: string) => remove.run(siteKey, name).changes > 0,
  }
}
