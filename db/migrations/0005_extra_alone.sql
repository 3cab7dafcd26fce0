-- What one operation answers otherwise is no longer kept: an object has properties of its own, `extra`, and nothing else.

ALTER TABLE journeys DROP COLUMN answers;
ALTER TABLE members DROP COLUMN answers;
ALTER TABLE participations DROP COLUMN answers;

-- The seeds to go back to, and the snapshots, are documents; in these, `extra` was called `x-extra`.
UPDATE sites SET origin = replace(origin, '"x-extra":', '"extra":') WHERE origin IS NOT NULL;
UPDATE snapshots SET content = replace(content, '"x-extra":', '"extra":');
