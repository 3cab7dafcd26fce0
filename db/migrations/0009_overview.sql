-- What the pages count and look up, from indexes alone.

-- How many members are how far in a journey, and whose participation ends next.
CREATE INDEX participations_by_progress ON participations (journey_key, completed_at, expired_at);
-- Which rewards are held, and which hold ends next. It starts with the column of the index that it replaces.
DROP INDEX rewards_by_node;
CREATE INDEX rewards_by_node ON rewards (node_key, hold_end_datetime);
