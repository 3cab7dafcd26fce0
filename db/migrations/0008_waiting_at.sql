-- The steps at which a member waits are called so in the database, in seeds and in snapshots.

ALTER TABLE participations RENAME COLUMN standing TO waiting_at;

-- A document always has a list or null there, unlike an attribute that someone has given the same name.
UPDATE sites SET origin = replace(replace(origin, '"standing":[', '"waiting_at":['), '"standing":null', '"waiting_at":null')
WHERE origin IS NOT NULL;
UPDATE snapshots
SET content = replace(replace(content, '"standing":[', '"waiting_at":['), '"standing":null', '"waiting_at":null');
