import type Database from 'better-sqlite3'
import { beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/store/database.ts'

let db: Database.Database
beforeEach(() => {
  db = openDatabase(':memory:')
  db.exec(`
    INSERT INTO contents (content_key) VALUES (1);
    INSERT INTO sites (site_key, site_id, name, secret, content_key) VALUES (1, 's', 'S', 'x', 1);
    INSERT INTO journeys (content_key, ordinal, id, multi_template_id, name, description, open_ended, status,
      created_at, updated_at) VALUES (1, 1, 'j', '0', 'J', '', 1, 'Draft', 't', 't');
    INSERT INTO nodes (content_key, journey_id, id, ordinal, type, name, config, x, y)
      VALUES (1, 'j', 'n', 0, 'entry', 'N', '{}', 0, 0), (1, 'j', 'r', 1, 'reward', 'R', '{}', 0, 0);
    INSERT INTO connections (content_key, journey_id, id, ordinal, source_node_id, target_node_id)
      VALUES (1, 'j', 'c', 0, 'n', 'r');
    INSERT INTO members (content_key, member_key, email, email_folded) VALUES (1, 1, 'A@b.c', 'a@b.c');
    INSERT INTO participations (content_key, member_key, id, journey_id, started_at, progress_percentage, created_at,
      updated_at) VALUES (1, 1, 'p', 'j', 't', '0.0', 't', 't');
    INSERT INTO completed_steps (content_key, member_key, participation_id, ordinal, journey_id, node_id, completed_at)
      VALUES (1, 1, 'p', 0, 'j', 'n', 't');
    INSERT INTO rewards (content_key, member_key, participation_id, ordinal, journey_id, node_id)
      VALUES (1, 1, 'p', 0, 'j', 'r');
    INSERT INTO member_events (content_key, member_key, ordinal, event, attributes, at)
      VALUES (1, 1, 0, 'purchase', '{}', 't');`)
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
    `INSERT INTO journeys SELECT content_key, 2, id, multi_template_id, name, description, publish_at, open_ended, status,
      start_date, end_date, created_at, updated_at, created_by, extra FROM journeys`,
    "INSERT INTO nodes SELECT content_key, journey_id, 'n', 2, type, name, config, x, y, extra FROM nodes WHERE id = 'r'",
    'INSERT INTO connections SELECT * FROM connections',
    "INSERT INTO members (content_key, member_key, email, email_folded) VALUES (1, 2, 'a@B.c', 'a@b.c')",
    `INSERT INTO members (content_key, member_key, email, email_folded) VALUES (1, 2, 'd@e.f', 'd@e.f');
     INSERT INTO participations SELECT content_key, 2, id, journey_id, started_at, progress_percentage, completed_at,
       expired_at, created_at, updated_at, waiting_at, extra FROM participations`,
  ])('%s', sql => expect(codeOf(sql)).toMatch(/^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)$/))
})

describe('A reference to nothing is refused', () => {
  it.each([
    'UPDATE sites SET content_key = 9',
    'UPDATE sites SET template_key = 9',
    'DELETE FROM contents',
    'UPDATE journeys SET content_key = 9',
    "UPDATE nodes SET journey_id = 'x'",
    "UPDATE connections SET journey_id = 'x'",
    "UPDATE connections SET source_node_id = 'x'",
    "UPDATE connections SET target_node_id = 'x'",
    'UPDATE members SET content_key = 9',
    'UPDATE participations SET member_key = 9',
    "UPDATE participations SET journey_id = 'x'",
    "UPDATE completed_steps SET participation_id = 'x'",
    "UPDATE completed_steps SET node_id = 'x'",
    "UPDATE rewards SET participation_id = 'x'",
    "UPDATE rewards SET node_id = 'x'",
    'UPDATE member_events SET member_key = 9',
    // What members are in, and what they did, does not vanish with the journey.
    'DELETE FROM journeys',
    "DELETE FROM nodes WHERE id = 'n'",
  ])('%s', sql => expect(codeOf(sql)).toBe('SQLITE_CONSTRAINT_FOREIGNKEY'))
})

it('With a member goes what the member did, and nothing else', () => {
  db.exec('DELETE FROM members')
  const count = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
  for (const table of ['participations', 'completed_steps', 'rewards', 'member_events'])
    expect(count(table)).toBe(0)
  expect([count('journeys'), count('nodes'), count('connections')]).toEqual([1, 2, 1])
})
