-- Journeys and members belong to a content, and a site shows one. What a site goes back to, and what a snapshot holds, is a
-- content as well: going back to it is showing a copy. Foreign keys are off while this runs.

CREATE TABLE contents (
  content_key INTEGER PRIMARY KEY,
  -- Journeys and members as a document of an older version, which become rows when the program starts; null for none.
  document TEXT CHECK (json_valid(document))
) STRICT;

-- Sites and templates have the content of their own key. A seed or a snapshot that was a document gets a new one.
CREATE TEMP TABLE documents AS
SELECT (SELECT max(site_key) FROM sites) + row_number() OVER () AS content_key, *
FROM (
  SELECT site_key, NULL AS snapshot_key, document FROM origins JOIN sites USING (site_key)
  WHERE is_template = 0 AND document IS NOT NULL
  UNION ALL SELECT NULL, snapshot_key, content -> '$.data' FROM snapshots
);
INSERT INTO contents (content_key) SELECT site_key FROM sites;
INSERT INTO contents SELECT content_key, document FROM documents;

-- AUTOINCREMENT, so that a handle on a site that was removed is never one on a site that came later.
CREATE TABLE new_sites (
  site_key INTEGER PRIMARY KEY AUTOINCREMENT,
  site_id TEXT NOT NULL UNIQUE CHECK (site_id <> ''),
  name TEXT NOT NULL,
  secret TEXT NOT NULL CHECK (secret <> ''),
  extra TEXT CHECK (json_valid(extra)),
  revision INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL DEFAULT '1970-01-01T00:00:00.000000',
  -- An ISO 8601 duration: a site that is idle for that long is removed.
  ttl TEXT,
  -- How the site's clock was set. Null: it follows the system clock.
  clock TEXT CHECK (json_valid(clock)),
  -- How many fault rules were ever added, so that the id of one that is gone is not given again.
  fault_count INTEGER NOT NULL DEFAULT 0,
  content_key INTEGER NOT NULL REFERENCES contents,
  -- The content that a reset goes back to, and what the site is there, as JSON. Null: there is none.
  template_key INTEGER REFERENCES contents,
  template_site TEXT CHECK (json_valid(template_site))
) STRICT;
INSERT INTO new_sites
SELECT site_key, site_id, name, secret, extra, revision, created_at, ttl, clock, fault_count, site_key,
  coalesce((SELECT content_key FROM documents WHERE documents.site_key = sites.site_key), template_key), origins.site
FROM sites LEFT JOIN origins USING (site_key) WHERE is_template = 0;
DROP TABLE origins;
DROP TABLE sites;
ALTER TABLE new_sites RENAME TO sites;
CREATE INDEX sites_by_content ON sites (content_key);
CREATE INDEX sites_by_template ON sites (template_key);

CREATE TABLE new_snapshots (
  snapshot_key INTEGER PRIMARY KEY,
  site_key INTEGER NOT NULL REFERENCES sites ON DELETE CASCADE,
  name TEXT NOT NULL,
  taken_at TEXT NOT NULL,
  content_key INTEGER NOT NULL REFERENCES contents,
  -- What the site was beside its content: its name and secret, its clock, and its fault rules.
  state TEXT NOT NULL CHECK (json_valid(state)),
  -- About how much it takes.
  bytes INTEGER NOT NULL,
  UNIQUE (site_key, name)
) STRICT;
INSERT INTO new_snapshots
SELECT snapshot_key, snapshots.site_key, name, taken_at, content_key,
  json_remove(json_set(content, '$.site', content -> '$.data.site'), '$.data'), octet_length(content)
FROM snapshots JOIN documents USING (snapshot_key);
DROP TABLE snapshots;
ALTER TABLE new_snapshots RENAME TO snapshots;
CREATE INDEX snapshots_by_content ON snapshots (content_key);

CREATE TABLE new_journeys (
  journey_key INTEGER PRIMARY KEY,
  content_key INTEGER NOT NULL REFERENCES contents ON DELETE CASCADE,
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
  UNIQUE (content_key, id)
) STRICT;
INSERT INTO new_journeys
SELECT journey_key, site_key, id, multi_template_id, name, description, publish_at, open_ended, status, start_date, end_date,
  created_at, updated_at, created_by, extra
FROM journeys;
DROP TABLE journeys;
ALTER TABLE new_journeys RENAME TO journeys;

-- email is as it was given; email_folded is what it is matched by.
CREATE TABLE new_members (
  member_key INTEGER PRIMARY KEY,
  content_key INTEGER NOT NULL REFERENCES contents ON DELETE CASCADE,
  email TEXT NOT NULL,
  email_folded TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'blocked', 'opted_out')),
  attributes TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(attributes)),
  extra TEXT CHECK (json_valid(extra)),
  UNIQUE (content_key, email_folded)
) STRICT;
INSERT INTO new_members SELECT member_key, site_key, email, email_folded, status, attributes, extra FROM members;
DROP TABLE members;
ALTER TABLE new_members RENAME TO members;
-- In the order of their keys, in which they are copied.
CREATE INDEX members_by_content ON members (content_key);

DROP TABLE documents;
