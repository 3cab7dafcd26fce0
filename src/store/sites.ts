import type { SiteRecord } from '../contract/records.ts'
import type { Db } from './database.ts'
import { type ExtraColumn, extraColumn, withExtension } from './extensions.ts'
import type { OriginRecord } from './records.ts'

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
  const insert = db.prepare('INSERT INTO sites (site_id, name, secret, extra) VALUES (?, ?, ?, ?)')
  const rename = db.prepare('UPDATE sites SET name = ?, secret = ?, extra = ? WHERE site_key = ?')
  const remove = db.prepare('DELETE FROM sites WHERE site_key = ?')
  const revision = db.prepare<[number], number>('SELECT revision FROM sites WHERE site_key = ?').pluck()
  const bump = db.prepare('UPDATE sites SET revision = revision + 1 WHERE site_key = ?')
  const origin = db.prepare<[number], OriginRecord>(
    'SELECT origin, created_at, ttl FROM sites WHERE site_key = ?',
  )
  const setOrigin = db.prepare('UPDATE sites SET origin = ?, created_at = ?, ttl = ? WHERE site_key = ?')
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
    insert: (site: SiteRecord) =>
      Number(insert.run(site.site_id, site.name, site.secret, extraColumn(site)).lastInsertRowid),
    rename: (siteKey: number, site: SiteRecord) =>
      rename.run(site.name, site.secret, extraColumn(site), siteKey),
    remove: (siteKey: number) => remove.run(siteKey),
    revision: (siteKey: number) => revision.get(siteKey) ?? 0,
    bumpRevision: (siteKey: number) => bump.run(siteKey),
    origin: (siteKey: number) => origin.get(siteKey) as OriginRecord,
    setOrigin: (siteKey: number, { origin, created_at, ttl }: OriginRecord) =>
      setOrigin.run(origin, created_at, ttl, siteKey),
    clock: (siteKey: number) => clock.get(siteKey) ?? null,
    setClock: (siteKey: number, value: string | null) => setClock.run(value, siteKey),
  }
}
