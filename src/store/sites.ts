import type { SiteRecord } from '../contract/records.ts'
import type { Db } from './database.ts'
import { type ExtraColumn, extraColumn, withExtension } from './extensions.ts'
import type { CreationRecord } from './records.ts'

export type SiteRow = SiteRecord & { site_key: number }
type Stored = Omit<SiteRow, 'extra'> & ExtraColumn

interface OriginRow {
  site: string
  document: string | null
}

/** The statements of the table of sites. */
export function siteTable(db: Db) {
  const list = db.prepare<[], Stored>(
    'SELECT site_key, site_id, name, secret, extra FROM sites WHERE is_template = 0 ORDER BY site_key',
  )
  const find = db.prepare<[string], Stored>(
    'SELECT site_key, site_id, name, secret, extra FROM sites WHERE site_id = ? AND is_template = 0',
  )
  const get = db.prepare<[number], SiteRecord & ExtraColumn>(
    'SELECT site_id, name, secret, extra FROM sites WHERE site_key = ?',
  )
  const insert = db.prepare('INSERT INTO sites (site_id, name, secret, extra) VALUES (?, ?, ?, ?)')
  const rename = db.prepare('UPDATE sites SET name = ?, secret = ?, extra = ? WHERE site_key = ?')
  const remove = db.prepare('DELETE FROM sites WHERE site_key = ?')
  const revision = db.prepare<[number], number>('SELECT revision FROM sites WHERE site_key = ?').pluck()
  const bump = db.prepare('UPDATE sites SET revision = revision + 1 WHERE site_key = ?')
  const creation = db.prepare<[number], CreationRecord>(
    'SELECT created_at, ttl FROM sites WHERE site_key = ?',
  )
  const setCreation = db.prepare('UPDATE sites SET created_at = ?, ttl = ? WHERE site_key = ?')
  const origin = db.prepare<[number], OriginRow>(`
    SELECT o.site, coalesce(o.document, t.document) AS document FROM sites s JOIN origins o USING (site_key)
    LEFT JOIN origins t ON t.site_key = s.template_key WHERE s.site_key = ?`)
  const originSite = db.prepare<[number], string>('SELECT site FROM origins WHERE site_key = ?').pluck()
  const setOrigin = db.prepare('INSERT OR REPLACE INTO origins (site_key, site, document) VALUES (?, ?, ?)')
  const removeOrigin = db.prepare('DELETE FROM origins WHERE site_key = ?')
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
    creation: (siteKey: number) => creation.get(siteKey) as CreationRecord,
    setCreation: (siteKey: number, { created_at, ttl }: CreationRecord) =>
      setCreation.run(created_at, ttl, siteKey),
    /** The seed document that a site goes back to, as JSON; null when there is none. */
    origin(siteKey: number): string | null {
      const row = origin.get(siteKey)
      if (!row?.document) return null
      return JSON.stringify({ ...JSON.parse(row.document), site: JSON.parse(row.site) })
    },
    /** What the site is in that document. */
    originSite: (siteKey: number): SiteRecord => JSON.parse(originSite.get(siteKey) as string),
    /** Sets the document; null where it is that of the template. */
    setOrigin: (siteKey: number, site: SiteRecord, document: string | null) =>
      setOrigin.run(siteKey, JSON.stringify(site), document),
    removeOrigin: (siteKey: number) => removeOrigin.run(siteKey),
    clock: (siteKey: number) => clock.get(siteKey) ?? null,
    setClock: (siteKey: number, value: string | null) => setClock.run(value, siteKey),
  }
}
