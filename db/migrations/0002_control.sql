-- What a test controls: the site's clock, its faults, its snapshots, and the seed it goes back to.

-- The seed document a reset returns to, and when it was loaded, from which the defaults of its times follow.
ALTER TABLE sites ADD COLUMN origin TEXT CHECK (json_valid(origin));
ALTER TABLE sites ADD COLUMN created_at TEXT NOT NULL DEFAULT '1970-01-01T00:00:00.000000';
-- An ISO 8601 duration: a site unused for that long is removed.
ALTER TABLE sites ADD COLUMN ttl TEXT;
-- How the site's clock differs from the system clock; in milliseconds. Null: it does not.
ALTER TABLE sites ADD COLUMN clock TEXT CHECK (json_valid(clock));

-- How many fault rules were ever added, so that the id of one that is gone is not given again.
ALTER TABLE sites ADD COLUMN fault_count INTEGER NOT NULL DEFAULT 0;

-- The place of a node in its document; a node that is kept when its journey is replaced may change it.
ALTER TABLE nodes ADD COLUMN ordinal INTEGER NOT NULL DEFAULT 0;

CREATE TABLE faults (
  fault_key INTEGER PRIMARY KEY,
  site_key INTEGER NOT NULL REFERENCES sites ON DELETE CASCADE,
  id TEXT NOT NULL,
  rule TEXT NOT NULL CHECK (json_valid(rule)),
  -- How many requests it has matched, and how many of them got the fault.
  seen INTEGER NOT NULL DEFAULT 0,
  used INTEGER NOT NULL DEFAULT 0,
  UNIQUE (site_key, id)
) STRICT;

CREATE TABLE snapshots (
  snapshot_key INTEGER PRIMARY KEY,
  site_key INTEGER NOT NULL REFERENCES sites ON DELETE CASCADE,
  name TEXT NOT NULL,
  taken_at TEXT NOT NULL,
  content TEXT NOT NULL CHECK (json_valid(content)),
  UNIQUE (site_key, name)
) STRICT;
