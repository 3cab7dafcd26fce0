-- What the pages count and look up, from indexes alone: they start with the columns of those that they replace.

DROP INDEX participations_by_journey;
CREATE INDEX participations_by_journey ON participations (journey_key, expired_at, completed_at);
-- Which rewards are held, and which of them ends next.
DROP INDEX rewards_by_node;
CREATE INDEX rewards_by_node ON rewards (node_key, hold_end_datetime);
