-- What members live through: who they are to a journey's criteria, where they stand, and what they did.

ALTER TABLE members ADD COLUMN attributes TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(attributes));
-- The steps at which a member waits, with how often each has been counted. Null: it follows from the event history.
ALTER TABLE participations ADD COLUMN standing TEXT CHECK (json_valid(standing));

CREATE TABLE member_events (
  event_key INTEGER PRIMARY KEY,
  member_key INTEGER NOT NULL REFERENCES members ON DELETE CASCADE,
  event TEXT NOT NULL CHECK (event <> ''),
  attributes TEXT NOT NULL CHECK (json_valid(attributes)),
  at TEXT NOT NULL
) STRICT;
CREATE INDEX member_events_by_member ON member_events (member_key);
