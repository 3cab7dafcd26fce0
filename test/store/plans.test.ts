import { expect, it } from 'vitest'
import { openDatabase } from '../../src/store/database.ts'
import { prepareTables } from '../../src/store/site-store.ts'

/** Anything as a named parameter. */
const ANY = new Proxy(
  {},
  { get: () => 1, getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }) },
)

/** The statements that read all that a site has of a table, and must. */
const WHOLE = [
  'SELECT count(*) FROM members',
  // The greatest key is the last one in the index.
  'SELECT coalesce(max(member_key), 0)',
  'INSERT INTO members',
  // Its members are gone already.
  'DELETE FROM contents',
  // A search for a part of an email.
  'SELECT m.email FROM',
]

it('No other statement reads all members of a site, or all that they did, whatever it is checked against', () => {
  const db = openDatabase(':memory:')
  const prepare = db.prepare.bind(db)
  const statements: string[] = []
  db.prepare = ((sql: string) => {
    statements.push(sql.trim().replace(/\s+/g, ' '))
    return prepare(sql)
  }) as typeof db.prepare
  prepareTables(db)
  expect(statements.length).toBeGreaterThan(80)

  const planOf = (sql: string) => {
    const plan = prepare(`EXPLAIN QUERY PLAN ${sql}`)
    const details = sql.includes('@') ? plan.all(ANY) : plan.all(...[...sql.matchAll(/\?/g)].map(() => 1))
    return (details as { detail: string }[]).map(({ detail }) => detail)
  }
  const large = '(members|m|participations|p|completed_steps|s|rewards|r|h|u|member_events)'
  const wide = new RegExp(
    `^(SCAN ${large}\\b|SEARCH ${large} USING (?!.*(sites|snapshots)_by).*\\(content_key=\\?\\)$)`,
  )
  const found = statements
    .filter(sql => !WHOLE.some(start => sql.startsWith(start)))
    .flatMap(sql => planOf(sql).flatMap(detail => (wide.test(detail) ? [`${detail}: ${sql}`] : [])))
  expect(found).toEqual([])
  db.close()
})
