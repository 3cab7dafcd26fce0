-- The content of a seed is kept once, as that of a hidden site: sites are created from it, and go back to it, by copying
-- rows within the database. Null for a site that has not gone back to its origin yet.

ALTER TABLE sites ADD COLUMN is_template INTEGER NOT NULL DEFAULT 0 CHECK (is_template IN (0, 1));
ALTER TABLE sites ADD COLUMN template_key INTEGER REFERENCES sites;
CREATE INDEX sites_by_template ON sites (template_key);
CREATE INDEX templates ON sites (is_template) WHERE is_template = 1;

-- The document may be long, and rows of sites are read all the time. It is that of the template where a site has one.
CREATE TABLE origins (
  site_key INTEGER PRIMARY KEY REFERENCES sites ON DELETE CASCADE,
  -- What the site is in the document.
  site TEXT,
  document TEXT
) STRICT;
INSERT INTO origins SELECT site_key, origin -> '$.site', origin FROM sites WHERE origin IS NOT NULL;
ALTER TABLE sites DROP COLUMN origin;
