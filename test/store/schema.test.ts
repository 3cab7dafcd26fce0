import type Database from 'better-sqlite3'
import { beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/store/database.ts'

let db: Database.Database
beforeEach(() => {
  db = openDatabase(':memory:')
  db.exec(`
    INSERT INTO contents (content_key) VALUES (1);
    INSERT INTO sites (site_key, site_id, name, secret, content_key) VALUES (1, 's', 'S', 'x', 1);
    INSERT INTO journeys (journey_key, content_key, id, multi_template_id, name, description, open_ended, status,
      created_at, updated_at) VALUES (1, 1, 'j', '0', 'J', '', 1, 'Draft', 't', 't');
    INSERT INTO nodes (node_key, journey_key, id, type, name, config, x, y)
      VALUES (1, 1, 'n', 'entry', 'N', '{}', 0, 0), (2, 1, 'r', 'reward', 'R', '{}', 0, 0);
    INSERT INTO connections (journey_key, id, source_node_key, target_node_key) VALUES (1, 'c', 1, 2);
    INSERT INTO members (member_key, content_key, email, email_folded) VALUES (1, 1, 'A@b.c', 'a@b.c');
    INSERT INTO participations (participation_key, member_key, journey_key, id, started_at, progress_percentage,
      created_at, updated_at) VALUES (1, 1, 1, 'p', 't', '0.0', 't', 't');
    INSERT INTO completed_steps (participation_key, node_key, completed_at) VALUES (1, 1, 't');
    INSERT INTO rewards (participation_key, node_key) VALUES (1, 2);`)
  return () => void db.close()
})

const codeOf = (sql: string): string => {
  try {
    db.exec(sql)
  } catch (error) {
    return (error as { code: string }).code
  }
  return 'no error'
}

it('Every table is strict', () => {
  const tables = db.pragma('table_list') as { schema: string; name: string; strict: 0 | 1 }[]
  const ours = tables.filter(({ schema, name }) => schema === 'main' && !name.startsWith('sqlite_'))
  expect(ours.length).toBeGreaterThanOrEqual(8)
  expect(ours.filter(({ strict }) => !strict)).toEqual([])
})

describe('A value of another type is refused', () => {
  it.each([
    "UPDATE journeys SET open_ended = 'yes'",
    "UPDATE nodes SET x = 'left'",
    "UPDATE sites SET revision = 'first'",
    "UPDATE participations SET started_at = x'00'",
  ])('%s', sql => expect(codeOf(sql)).toBe('SQLITE_CONSTRAINT_DATATYPE'))
})

describe('A value that cannot be is refused', () => {
  it.each([
    "UPDATE sites SET site_id = ''",
    "UPDATE sites SET secret = ''",
    'UPDATE journeys SET open_ended = 2',
    "UPDATE journeys SET status = 'Deleted'",
    "UPDATE nodes SET type = 'portal'",
    "UPDATE members SET status = 'away'",
    "UPDATE nodes SET config = '{'",
    "UPDATE participations SET completed_at = 't', expired_at = 't'",
    "UPDATE rewards SET hold_start_datetime = 't'",
    "UPDATE rewards SET hold_end_datetime = 't'",
    "UPDATE rewards SET blocked_by = 'n'",
    "UPDATE rewards SET blocked_at = 't'",
    "UPDATE rewards SET hold_start_datetime = 't', hold_end_datetime = 't', blocked_by = 'n', blocked_at = 't'",
  ])('%s', sql => expect(codeOf(sql)).toBe('SQLITE_CONSTRAINT_CHECK'))
})

describe('What there is once only is refused the second time', () => {
  it.each([
    "INSERT INTO sites (site_id, name, secret, content_key) VALUES ('s', 'again', 'x', 1)",
    `INSERT INTO journeys (content_key, id, multi_template_id, name, description, open_ended, status, created_at, updated_at)
      VALUES (1, 'j', '0', 'J', '', 1, 'Draft', 't', 't')`,
    "INSERT INTO nodes (journey_key, id, type, name, config, x, y) VALUES (1, 'n', 'exit', 'N', '{}', 0, 0)",
    "INSERT INTO connections (journey_key, id, source_node_key, target_node_key) VALUES (1, 'c', 1, 2)",
    "INSERT INTO members (content_key, email, email_folded) VALUES (1, 'a@B.c', 'a@b.c')",
  ])('%s', sql => expect(codeOf(sql)).toBe('SQLITE_CONSTRAINT_UNIQUE'))
})

describe('A reference to nothing is refused', () => {
  it.each([
    'UPDATE sites SET content_key = 9',
    'UPDATE sites SET template_key = 9',
    'DELETE FROM contents',
    'UPDATE journeys SET content_key = 9',
    'UPDATE nodes SET journey_key = 9',
    'UPDATE connections SET journey_key = 9',
    'UPDATE connections SET source_node_key = 9',
    'UPDATE connections SET target_node_key = 9',
    'UPDATE members SET content_key = 9',
    'UPDATE participations SET member_key = 9',
    'UPDATE participations SET journey_key = 9',
    'UPDATE completed_steps SET participation_key = 9',
    'UPDATE completed_steps SET node_key = 9',
    'UPDATE rewards SET participation_key = 9',
    'UPDATE rewards SET node_key = 9',
    // What members are in, and what they did, does not vanish with the journey.
    'DELETE FROM journeys',
    'DELETE FROM nodes WHERE node_key = 1',
  ])('%s', sql => expect(codeOf(sql)).toBe('SQLITE_CONSTRAINT_FOREIGNKEY'))
})

it('With a member goes what the member did, and nothing else', () => {
  db.exec('DELETE FROM members')
  const count = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
  for (const table of ['participations', 'completed_steps', 'rewards']) expect(count(table)).toBe(0)
  expect([count('journeys'), count('nodes'), count('connections')]).toEqual([1, 2, 1])
})
