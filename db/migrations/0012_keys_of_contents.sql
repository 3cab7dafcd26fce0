-- Rows are found by their content and by the ids that seeds and answers have. A copy of a content is the same rows with
-- another content_key, and what belongs to a member lies together. Foreign keys are off while this runs.

CREATE TABLE new_journeys (
  content_key INTEGER NOT NULL REFERENCES contents,
  -- The order in which they were put in.
  ordinal INTEGER NOT NULL,
  id TEXT NOT NULL,
  multi_template_id TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  publish_at TEXT,
  open_ended INTEGER NOT NULL CHECK (open_ended IN (0, 1)),
  status TEXT NOT NULL CHECK (status IN ('Draft', 'Published', 'Archived')),
  start_date TEXT,
  end_date TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  created_by TEXT,
  extra TEXT CHECK (json_valid(extra)),
  PRIMARY KEY (content_key, ordinal),
  UNIQUE (content_key, id)
) STRICT, WITHOUT ROWID;
INSERT INTO new_journeys
SELECT content_key, row_number() OVER (PARTITION BY content_key ORDER BY journey_key), id, multi_template_id, name,
  description, publish_at, open_ended, status, start_date, end_date, created_at, updated_at, created_by, extra
FROM journeys;

CREATE TABLE new_nodes (
  content_key INTEGER NOT NULL,
  journey_id TEXT NOT NULL,
  id TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('entry', 'event', 'action', 'condition', 'reward', 'badge', 'exit')),
  name TEXT NOT NULL,
  config TEXT NOT NULL CHECK (json_valid(config)),
  x REAL NOT NULL,
  y REAL NOT NULL,
  extra TEXT CHECK (json_valid(extra)),
  PRIMARY KEY (content_key, journey_id, id),
  FOREIGN KEY (content_key, journey_id) REFERENCES journeys (content_key, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
INSERT INTO new_nodes
SELECT content_key, j.id, n.id, row_number() OVER (PARTITION BY journey_key ORDER BY n.ordinal, node_key), n.type, n.name,
  n.config, n.x, n.y, n.extra
FROM nodes n JOIN journeys j USING (journey_key);

CREATE TABLE new_connections (
  content_key INTEGER NOT NULL,
  journey_id TEXT NOT NULL,
  id TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  source_node_id TEXT NOT NULL,
  target_node_id TEXT NOT NULL,
  condition TEXT,
  extra TEXT CHECK (json_valid(extra)),
  PRIMARY KEY (content_key, journey_id, id),
  FOREIGN KEY (content_key, journey_id) REFERENCES journeys (content_key, id) ON DELETE CASCADE,
  FOREIGN KEY (content_key, journey_id, source_node_id) REFERENCES nodes (content_key, journey_id, id),
  FOREIGN KEY (content_key, journey_id, target_node_id) REFERENCES nodes (content_key, journey_id, id)
) STRICT, WITHOUT ROWID;
INSERT INTO new_connections
SELECT content_key, j.id, c.id, row_number() OVER (PARTITION BY c.journey_key ORDER BY connection_key), s.id, t.id,
  c.condition, c.extra
FROM connections c JOIN journeys j USING (journey_key)
  JOIN nodes s ON s.node_key = c.source_node_key JOIN nodes t ON t.node_key = c.target_node_key;

-- email is as it was given; email_folded is what it is matched by.
CREATE TABLE new_members (
  content_key INTEGER NOT NULL REFERENCES contents,
  -- Counted in each content, in the order in which they were put in.
  member_key INTEGER NOT NULL,
  email TEXT NOT NULL,
  email_folded TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'blocked', 'opted_out')),
  attributes TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(attributes)),
  extra TEXT CHECK (json_valid(extra)),
  PRIMARY KEY (content_key, member_key)
) STRICT, WITHOUT ROWID;
CREATE TEMP TABLE member_keys AS
SELECT member_key AS old_key, row_number() OVER (PARTITION BY content_key ORDER BY member_key) AS new_key FROM members;
CREATE UNIQUE INDEX temp.member_keys_by_old ON member_keys (old_key);
INSERT INTO new_members
SELECT content_key, new_key, email, email_folded, status, attributes, extra
FROM members JOIN member_keys ON old_key = member_key;

CREATE TABLE new_participations (
  content_key INTEGER NOT NULL,
  member_key INTEGER NOT NULL,
  id TEXT NOT NULL,
  journey_id TEXT NOT NULL,
  started_at TEXT NOT NULL,
  progress_percentage TEXT NOT NULL,
  completed_at TEXT,
  expired_at TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  waiting_at TEXT CHECK (json_valid(waiting_at)),
  extra TEXT CHECK (json_valid(extra)),
  PRIMARY KEY (content_key, member_key, id),
  UNIQUE (content_key, id),
  FOREIGN KEY (content_key, member_key) REFERENCES members ON DELETE CASCADE,
  FOREIGN KEY (content_key, journey_id) REFERENCES journeys (content_key, id),
  CHECK (completed_at IS NULL OR expired_at IS NULL)
) STRICT, WITHOUT ROWID;
-- Older versions could give an id twice; the second one gets its key as well.
CREATE TEMP TABLE participation_ids AS
SELECT participation_key, content_key, new_key AS member_key, j.id AS journey_id,
  p.id || iif(row_number() OVER (PARTITION BY content_key, p.id ORDER BY participation_key) = 1, '', '-' || participation_key) AS id
FROM participations p JOIN journeys j USING (journey_key) JOIN member_keys ON old_key = p.member_key;
CREATE UNIQUE INDEX temp.participation_ids_by_key ON participation_ids (participation_key);
INSERT INTO new_participations
SELECT i.content_key, i.member_key, i.id, i.journey_id, started_at, progress_percentage, completed_at, expired_at, created_at,
  updated_at, waiting_at, extra
FROM participations p JOIN participation_ids i USING (participation_key);

CREATE TABLE new_completed_steps (
  content_key INTEGER NOT NULL,
  member_key INTEGER NOT NULL,
  participation_id TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  journey_id TEXT NOT NULL,
  node_id TEXT NOT NULL,
  completed_at TEXT NOT NULL,
  extra TEXT CHECK (json_valid(extra)),
  PRIMARY KEY (content_key, member_key, participation_id, ordinal),
  FOREIGN KEY (content_key, member_key, participation_id) REFERENCES participations ON DELETE CASCADE,
  FOREIGN KEY (content_key, journey_id, node_id) REFERENCES nodes
) STRICT, WITHOUT ROWID;
INSERT INTO new_completed_steps
SELECT content_key, member_key, i.id, row_number() OVER (PARTITION BY participation_key ORDER BY step_key), i.journey_id,
  n.id, s.completed_at, s.extra
FROM completed_steps s JOIN participation_ids i USING (participation_key) JOIN nodes n USING (node_key);

CREATE TABLE new_rewards (
  content_key INTEGER NOT NULL,
  member_key INTEGER NOT NULL,
  participation_id TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  journey_id TEXT NOT NULL,
  node_id TEXT NOT NULL,
  hold_start_datetime TEXT,
  hold_end_datetime TEXT,
  blocked_by TEXT,
  blocked_at TEXT,
  extra TEXT CHECK (json_valid(extra)),
  PRIMARY KEY (content_key, member_key, participation_id, ordinal),
  FOREIGN KEY (content_key, member_key, participation_id) REFERENCES participations ON DELETE CASCADE,
  FOREIGN KEY (content_key, journey_id, node_id) REFERENCES nodes,
  CHECK ((hold_start_datetime IS NULL) = (hold_end_datetime IS NULL)),
  CHECK ((blocked_by IS NULL) = (blocked_at IS NULL)),
  CHECK (hold_start_datetime IS NULL OR blocked_by IS NULL)
) STRICT, WITHOUT ROWID;
INSERT INTO new_rewards
SELECT content_key, member_key, i.id, row_number() OVER (PARTITION BY participation_key ORDER BY reward_key), i.journey_id,
  n.id, hold_start_datetime, hold_end_datetime, blocked_by, blocked_at, r.extra
FROM rewards r JOIN participation_ids i USING (participation_key) JOIN nodes n USING (node_key);

CREATE TABLE new_member_events (
  content_key INTEGER NOT NULL,
  member_key INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  event TEXT NOT NULL CHECK (event <> ''),
  attributes TEXT NOT NULL CHECK (json_valid(attributes)),
  at TEXT NOT NULL,
  PRIMARY KEY (content_key, member_key, ordinal),
  FOREIGN KEY (content_key, member_key) REFERENCES members ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
INSERT INTO new_member_events
SELECT content_key, new_key, row_number() OVER (PARTITION BY member_key ORDER BY event_key), event, e.attributes, at
FROM member_events e JOIN members m USING (member_key) JOIN member_keys ON old_key = member_key;

DROP TABLE member_keys;
DROP TABLE participation_ids;
DROP TABLE member_events;
DROP TABLE rewards;
DROP TABLE completed_steps;
DROP TABLE participations;
DROP TABLE members;
DROP TABLE connections;
DROP TABLE nodes;
DROP TABLE journeys;
ALTER TABLE new_journeys RENAME TO journeys;
ALTER TABLE new_nodes RENAME TO nodes;
ALTER TABLE new_connections RENAME TO connections;
ALTER TABLE new_members RENAME TO members;
ALTER TABLE new_participations RENAME TO participations;
ALTER TABLE new_completed_steps RENAME TO completed_steps;
ALTER TABLE new_rewards RENAME TO rewards;
ALTER TABLE new_member_events RENAME TO member_events;

-- As an index of its own, from which SQLite also takes the keys: as a constraint of the table it would not.
CREATE UNIQUE INDEX members_by_email ON members (content_key, email_folded);
-- What the pages count and list: by these a journey of 100,000 members takes milliseconds.
CREATE INDEX participations_by_progress ON participations (content_key, journey_id, completed_at, expired_at);
CREATE INDEX completed_steps_by_node ON completed_steps (content_key, journey_id, node_id);
CREATE INDEX rewards_by_node ON rewards (content_key, journey_id, node_id, hold_end_datetime);

-- How many rows have the same first columns of an index, in a large content. Without this, SQLite takes all rows of a
-- content for a few, and reads them all. See https://sqlite.org/optoverview.html#manual_control_of_query_plans_using_sqlite_stat_tables
ANALYZE;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('journeys', 'journeys', '1000 100 1'),
  ('journeys', 'sqlite_autoindex_journeys_2', '1000 100 1'),
  ('nodes', 'nodes', '10000 1000 10 1'),
  ('connections', 'connections', '10000 1000 10 1'),
  ('members', 'members', '1000000 100000 1'),
  ('members', 'members_by_email', '1000000 100000 1'),
  ('participations', 'participations', '2000000 200000 2 1'),
  ('participations', 'sqlite_autoindex_participations_2', '2000000 200000 1'),
  ('participations', 'participations_by_progress', '2000000 200000 2000 1000 10'),
  ('completed_steps', 'completed_steps', '6000000 600000 6 3 1'),
  ('completed_steps', 'completed_steps_by_node', '6000000 600000 6000 600'),
  ('rewards', 'rewards', '2000000 200000 2 1 1'),
  ('rewards', 'rewards_by_node', '2000000 200000 2000 600 10'),
  ('member_events', 'member_events', '6000000 600000 6 1');
ANALYZE sqlite_schema;
