import { randomUUID } from 'node:crypto'
import type { GraphRecord, MemberRecord } from '../contract/records.ts'
import type { Db } from './database.ts'
import type { JourneyTables } from './journeys.ts'
import type { MemberTables } from './members.ts'

/** Journeys and members. When the same lists are given again, they are copied within the database. */
export interface SeedContent {
  journeys: GraphRecord[]
  members: MemberRecord[]
  /** The seed document with these, as JSON. */
  document(): string
}

/**
 * How many templates are kept beside those that sites go back to: suites create a site for each test and remove it, from a
 * few seeds.
 */
const KEPT = 8

const ofSite = (table: 'journeys' | 'members') => `SELECT rowid FROM ${table} WHERE site_key = @from`
const ofMembers = `member_key IN (${ofSite('members')})`
const ofParticipations = `participation_key IN (SELECT rowid FROM participations WHERE ${ofMembers})`

/** The tables of the content, each after those that it refers to: its key, and which of its rows are those of a site. */
const CONTENT = [
  { table: 'journeys', key: 'journey_key', rows: 'site_key = @from' },
  { table: 'nodes', key: 'node_key', rows: `journey_key IN (${ofSite('journeys')})` },
  { table: 'connections', key: 'connection_key', rows: `journey_key IN (${ofSite('journeys')})` },
  { table: 'members', key: 'member_key', rows: 'site_key = @from' },
  { table: 'participations', key: 'participation_key', rows: ofMembers },
  { table: 'completed_steps', key: 'step_key', rows: ofParticipations },
  { table: 'rewards', key: 'reward_key', rows: ofParticipations },
  { table: 'member_events', key: 'event_key', rows: ofMembers },
] as const

/** Columns that hold a key of another name. */
const REFERENCES: Record<string, string> = { source_node_key: 'node_key', target_node_key: 'node_key' }

export type TemplateTables = ReturnType<typeof templateTables>

/** The statements of templates: hidden sites with the content that other sites are created from and go back to. */
export function templateTables(db: Db, journeys: JourneyTables, members: MemberTables) {
  const insertTemplate = db.prepare(
    "INSERT INTO sites (site_id, name, secret, is_template) VALUES (?, '', '-', 1)",
  )
  const insertDocument = db.prepare("INSERT INTO origins (site_key, site, document) VALUES (?, '{}', ?)")
  const find = db.prepare<[string], number>('SELECT site_key FROM sites WHERE site_id = ?').pluck()
  const keyOf = db
    .prepare<[number], number | null>('SELECT template_key FROM sites WHERE site_key = ?')
    .pluck()
  const set = db.prepare('UPDATE sites SET template_key = ? WHERE site_key = ?')
  const unused = db
    .prepare<[string], number>(`
      SELECT site_key FROM sites t WHERE is_template = 1
        AND NOT EXISTS (SELECT 1 FROM sites s WHERE s.template_key = t.site_key)
        AND site_key NOT IN (SELECT value FROM json_each(?))`)
    .pluck()
  const remove = db.prepare('DELETE FROM sites WHERE site_key = ?')

  // The keys of the copies are those of the originals, all of them moved by as much: no row has to be looked up, and all
  // stay in their order.
  const copies = CONTENT.map(({ table, key, rows }) => {
    const columns = (db.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name)
    const values = columns.map(column => {
      if (column === 'site_key') return '@to'
      const named = REFERENCES[column] ?? column
      return CONTENT.some(({ key }) => key === named) ? `${column} + @${named}` : column
    })
    return {
      key,
      offset: db
        .prepare<{ from: number }, number>(`
          SELECT coalesce((SELECT max(${key}) FROM ${table}) + 1 - min(${key}), 0) FROM ${table} WHERE ${rows}`)
        .pluck(),
      insert: db.prepare(`
        INSERT INTO ${table} (${columns}) SELECT ${values} FROM ${table} WHERE ${rows} ORDER BY ${key}`),
    }
  })

  // Table by table, which takes half of the time of deleting members with all that depends on them.
  const removals = CONTENT.toReversed().map(({ table, rows }) =>
    db.prepare<{ from: number }>(`DELETE FROM ${table} WHERE ${rows}`),
  )

  // By an id that is never given twice: a transaction that is rolled back gives its keys back.
  const known = new WeakMap<GraphRecord[], { members: MemberRecord[]; id: string }>()
  let recent: number[] = []

  /** The key of the template with this content, which is inserted when it is new. */
  function of(content: SeedContent): number {
    const found = known.get(content.journeys)
    const key = (found?.members === content.members && find.get(found.id)) || insert(content)
    recent = [key, ...recent.filter(other => other !== key)].slice(0, KEPT)
    return key
  }

  function insert(content: SeedContent): number {
    // A site has no space in its id.
    const id = `template ${randomUUID()}`
    const key = Number(insertTemplate.run(id).lastInsertRowid)
    insertDocument.run(key, content.document())
    for (const journey of content.journeys) journeys.insert(key, journey)
    for (const member of content.members) members.insert(key, member)
    known.set(content.journeys, { members: content.members, id })
    return key
  }

  const clear = (from: number): void => {
    for (const removal of removals) removal.run({ from })
  }

  return {
    of,
    /** Removes all journeys and members of a site. */
    clear,
    keyOf: (siteKey: number) => keyOf.get(siteKey) ?? undefined,
    set: (siteKey: number, templateKey: number | null) => set.run(templateKey, siteKey),
    /** Adds the content of a template to a site that has none. */
    copy(from: number, to: number): void {
      const offsets = copies.map(({ key, offset }) => [key, offset.get({ from })])
      const values = { from, to, ...Object.fromEntries(offsets) }
      for (const { insert } of copies) insert.run(values)
    },
    /** Removes the templates that no site goes back to, but the last few. */
    removeUnused(): void {
      for (const key of unused.all(JSON.stringify(recent))) {
        clear(key)
        remove.run(key)
      }
    },
  }
}
