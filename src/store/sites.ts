import type { SiteRecord } from '../contract/records.ts'
import { type Db, type ExtraColumn, extraColumn, withExtension } from './database.ts'

/** Where a site came from. */
export interface CreationRecord {
  /** When the site was created. */
  created_at: string
  /** An ISO 8601 duration: the site expires when it is idle for that long. */
  ttl: string | null
}

/** The content that a site goes back to, and what the site is there. */
export interface Template {
  content: number
  site: SiteRecord
}

export type SiteRow = SiteRecord & { site_key: number }
type Stored = Omit<SiteRow, 'extra'> & ExtraColumn

/** The statements of the table of sites. */
export function siteTable(db: Db) {
  const list = db.prepare<[], Stored>(
    'SELECT site_key, site_id, name, secret, extra FROM sites ORDER BY site_key',
  )
  const find = db.prepare<[string], Stored>(
    'SELECT site_key, site_id, name, secret, extra FROM sites WHERE site_id = ?',
  )
  const get = db.prepare<[number], SiteRecord & ExtraColumn>(
    'SELECT site_id, name, secret, extra FROM sites WHERE site_key = ?',
  )
  const insert = db.prepare(
    'INSERT INTO sites (site_id, name, secret, extra, content_key, revision) VALUES (?, ?, ?, ?, ?, 1)',
  )
  const rename = db.prepare('UPDATE sites SET name = ?, secret = ?, extra = ? WHERE site_key = ?')
  const remove = db.prepare('DELETE FROM sites WHERE site_key = ?')
  const revision = db.prepare<[number], number>('SELECT revision FROM sites WHERE site_key = ?').pluck()
  const bump = db.prepare('UPDATE sites SET revision = revision + 1 WHERE site_key = ?')
  const content = db.prepare<[number], number>('SELECT content_key FROM sites WHERE site_key = ?').pluck()
  const setContent = db.prepare('UPDATE sites SET content_key = ? WHERE site_key = ?')
  const template = db.prepare<[number], { template_key: number | null; template_site: string }>(
    'SELECT template_key, template_site FROM sites WHERE site_key = ?',
  )
  const setTemplate = db.prepare('UPDATE sites SET template_key = ?, template_site = ? WHERE site_key = ?')
  const creation = db.prepare<[number], CreationRecord>(
    'SELECT created_at, ttl FROM sites WHERE site_key = ?',
  )
  const setCreation = db.prepare('UPDATE sites SET created_at = ?, ttl = ? WHERE site_key = ?')
  const clock = db.prepare<[number], string | null>('SELECT clock FROM sites WHERE site_key = ?').pluck()
  const setClock = db.prepare('UPDATE sites SET clock = ? WHERE site_key = ?')

  return {
    list: () => list.all().map(withExtension),
    find(siteId: string): SiteRow | undefined {
      const row = find.get(siteId)
      return row && withExtension(row)
    },
    get(siteKey: number): SiteRecord | undefined {
      const row = get.get(siteKey)
      return row && withExtension(row)
    },
    insert: (site: SiteRecord, contentKey: number) =>
      Number(insert.run(site.site_id, site.name, site.secret, extraColumn(site), contentKey).lastInsertRowid),
    rename: (siteKey: number, site: Omit<SiteRecord, 'site_id'>) =>
      rename.run(site.name, site.secret, extraColumn(site), siteKey),
    remove: (siteKey: number) => remove.run(siteKey),
    revision: (siteKey: number) => revision.get(siteKey) ?? 0,
    bumpRevision: (siteKey: number) => bump.run(siteKey),
    /** The key of its content; 0, which no content has, for a site that was removed. */
    content: (siteKey: number) => content.get(siteKey) ?? 0,
    setContent: (siteKey: number, contentKey: number) => setContent.run(contentKey, siteKey),
    template(siteKey: number): Template | undefined {
      const row = template.get(siteKey)
      if (!row || row.template_key === null) return undefined
      return { content: row.template_key, site: JSON.parse(row.template_site) }
    },
    setTemplate: (siteKey: number, template: Template | null) =>
      setTemplate.run(template?.content ?? null, template && JSON.stringify(template.site), siteKey),
    creation: (siteKey: number) => creation.get(siteKey) as CreationRecord,
    setCreation: (siteKey: number, { created_at, ttl }: CreationRecord) =>
      setCreation.run(created_at, ttl, siteKey),
    clock: (siteKey: number) => clock.get(siteKey) ?? null,
    setClock: (siteKey: number, value: string | null) => setClock.run(value, siteKey),
  }
}

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
