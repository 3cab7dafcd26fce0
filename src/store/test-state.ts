import type { Db } from './database.ts'

export interface FaultRecord {
  id: string
  /** The rule, as JSON. */
  rule: string
  /** How many requests it has matched. */
  seen: number
  /** How many of them got the fault. */
  used: number
}

export interface SnapshotRecord {
  name: string
  taken_at: string
  /** The key of its content. */
  content: number
  /** What the site was beside its content, as JSON. */
  state: string
  /** About how much it takes. */
  bytes: number
}

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
  const list = db.prepare<[number], SnapshotRecord>(
    'SELECT name, taken_at, content_key AS content, state, bytes FROM snapshots WHERE site_key = ? ORDER BY name',
  )
  const insert = db.prepare(
    'INSERT INTO snapshots (site_key, name, taken_at, content_key, state, bytes) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const remove = db
    .prepare<[number, string], number>(
      'DELETE FROM snapshots WHERE site_key = ? AND name = ? RETURNING content_key',
    )
    .pluck()

  return {
    list: (siteKey: number) => list.all(siteKey),
    insert: (siteKey: number, { name, taken_at, content, state, bytes }: SnapshotRecord) =>
      insert.run(siteKey, name, taken_at, content, state, bytes),
    /** @returns the key of its content; undefined when there was none */
    remove: (siteKey: number, name: string) => remove.get(siteKey, name),
  }
}
