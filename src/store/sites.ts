import type { Db } from './database.ts'
import type { SiteRecord } from './records.ts'

type SiteRow = SiteRecord & { site_key: number }

/** The statements of the table of sites. */
export function siteTable(db: Db) {
  const list = db.prepare<[], SiteRow>('SELECT site_key, site_id, name, secret FROM sites ORDER BY site_key')
  const find = db.prepare<[string], SiteRow>(
    'SELECT site_key, site_id, name, secret FROM sites WHERE site_id = ?',
  )
  const insert = db.prepare('INSERT INTO sites (site_id, name, secret) VALUES (?, ?, ?)')
  const remove = db.prepare('DELETE FROM sites WHERE site_key = ?')
  const revision = db.prepare<[number], number>('SELECT revision FROM sites WHERE site_key = ?').pluck()
  const bump = db.prepare('UPDATE sites SET revision = revision + 1 WHERE site_key = ?')

  return {
    list: () => list.all(),
    find: (siteId: string) => find.get(siteId),
    insert: ({ site_id, name, secret }: SiteRecord) =>
      Number(insert.run(site_id, name, secret).lastInsertRowid),
    remove: (siteKey: number) => remove.run(siteKey),
    revision: (siteKey: number) => revision.get(siteKey) as number,
    bumpRevision: (siteKey: number) => bump.run(siteKey),
  }
}
