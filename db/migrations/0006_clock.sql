-- The clock of a site has microseconds: it is kept as the site's time when it was set, a vendor timestamp, and the
-- system clock at that moment, in milliseconds (null for a frozen clock). A time outside the years 0000 to 9999 has no
-- timestamp, and such a clock follows the system clock again. Snapshots also keep how many fault rules were ever added.

CREATE TEMP VIEW clocks AS
SELECT old, iif(at IS NULL, NULL, json_object('at', at || '000', 'since', iif(frozen IS NULL, 0, NULL),
  'tokens', json(iif(old ->> '$.tokens', 'true', 'false')))) AS new
FROM (
  SELECT old, frozen, strftime('%Y-%m-%dT%H:%M:%f', coalesce(frozen, old ->> '$.offset_ms') / 1000.0, 'unixepoch') AS at
  FROM (
    SELECT old, old ->> '$.frozen_at' AS frozen FROM (
      SELECT clock AS old FROM sites UNION SELECT content ->> '$.clock' FROM snapshots
    )
  )
);

UPDATE snapshots SET content = json_set(content,
  '$.clock', (SELECT new FROM clocks WHERE old = content ->> '$.clock'),
  '$.fault_count', max(
    (SELECT fault_count FROM sites WHERE sites.site_key = snapshots.site_key),
    coalesce((SELECT max(CAST(substr(value ->> '$.id', 7) AS INTEGER)) FROM json_each(content, '$.faults')), 0)));
UPDATE sites SET clock = (SELECT new FROM clocks WHERE old = clock) WHERE clock IS NOT NULL;

DROP VIEW clocks;
