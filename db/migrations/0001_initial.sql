-- Keys called *_key are ours and never leave the database; ids are the vendor's and unique within a site only,
-- so that any number of sites can hold the same journeys. Timestamps are the vendor's text, which sorts by time.
-- Only facts are stored: whether a reward is still held, or a journey has ended, is computed when it is read.

-- AUTOINCREMENT, so that a handle on a site that was removed is never one on a site that came later.
CREATE TABLE sites (
  site_key INTEGER PRIMARY KEY AUTOINCREMENT,
  site_id TEXT NOT NULL UNIQUE CHECK (site_id <> ''),
  name TEXT NOT NULL,
  secret TEXT NOT NULL CHECK (secret <> ''),
  revision INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE journeys (
  journey_key INTEGER PRIMARY KEY,
  site_key INTEGER NOT NULL REFERENCES sites ON DELETE CASCADE,
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
  UNIQUE (site_key, id)
) STRICT;

CREATE TABLE nodes (
  node_key INTEGER PRIMARY KEY,
  journey_key INTEGER NOT NULL REFERENCES journeys ON DELETE CASCADE,
  id TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('entry', 'event', 'action', 'condition', 'reward', 'badge', 'exit')),
  name TEXT NOT NULL,
  config TEXT NOT NULL CHECK (json_valid(config)),
  x REAL NOT NULL,
  y REAL NOT NULL,
  UNIQUE (journey_key, id)
) STRICT;

CREATE TABLE connections (
  connection_key INTEGER PRIMARY KEY,
  journey_key INTEGER NOT NULL REFERENCES journeys ON DELETE CASCADE,
  id TEXT NOT NULL,
  source_node_key INTEGER NOT NULL REFERENCES nodes ON DELETE CASCADE,
  target_node_key INTEGER NOT NULL REFERENCES nodes ON DELETE CASCADE,
  condition TEXT,
  UNIQUE (journey_key, id)
) STRICT;
CREATE INDEX connections_by_source ON connections (source_node_key);
CREATE INDEX connections_by_target ON connections (target_node_key);

-- email is as it was given; email_folded is what it is matched by.
CREATE TABLE members (
  member_key INTEGER PRIMARY KEY,
  site_key INTEGER NOT NULL REFERENCES sites ON DELETE CASCADE,
  email TEXT NOT NULL,
  email_folded TEXT NOT NULL,
  UNIQUE (site_key, email_folded)
) STRICT;

CREATE TABLE participations (
  participation_key INTEGER PRIMARY KEY,
  member_key INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
  journey_key INTEGER NOT NULL REFERENCES journeys,
  id TEXT NOT NULL,
  started_at TEXT NOT NULL,
  progress_percentage TEXT NOT NULL,
  completed_at TEXT,
  expired_at TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  CHECK (completed_at IS NULL OR expired_at IS NULL)
) STRICT;
CREATE INDEX participations_by_member ON participations (member_key);
CREATE INDEX participations_by_journey ON participations (journey_key);
CREATE INDEX participations_by_id ON participations (id);

CREATE TABLE completed_steps (
  step_key INTEGER PRIMARY KEY,
  participation_key INTEGER NOT NULL REFERENCES participations ON DELETE CASCADE,
  node_key INTEGER NOT NULL REFERENCES nodes,
  completed_at TEXT NOT NULL
) STRICT;
CREATE INDEX completed_steps_by_participation ON completed_steps (participation_key);
CREATE INDEX completed_steps_by_node ON completed_steps (node_key);

CREATE TABLE rewards (
  reward_key INTEGER PRIMARY KEY,
  participation_key INTEGER NOT NULL REFERENCES participations ON DELETE CASCADE,
  node_key INTEGER NOT NULL REFERENCES nodes,
  hold_start_datetime TEXT,
  hold_end_datetime TEXT,
  blocked_by TEXT,
  blocked_at TEXT,
  CHECK ((hold_start_datetime IS NULL) = (hold_end_datetime IS NULL)),
  CHECK ((blocked_by IS NULL) = (blocked_at IS NULL)),
  CHECK (hold_start_datetime IS NULL OR blocked_by IS NULL)
) STRICT;
CREATE INDEX rewards_by_participation ON rewards (participation_key);
CREATE INDEX rewards_by_node ON rewards (node_key);
