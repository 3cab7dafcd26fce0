-- What another server answers that the sandbox does not know: properties to serve beside its own, and where a single
-- operation answers otherwise. JSON, as in the seed document; null for none, as nearly always.

ALTER TABLE sites ADD COLUMN extra TEXT CHECK (json_valid(extra));
ALTER TABLE journeys ADD COLUMN extra TEXT CHECK (json_valid(extra));
ALTER TABLE journeys ADD COLUMN answers TEXT CHECK (json_valid(answers));
ALTER TABLE nodes ADD COLUMN extra TEXT CHECK (json_valid(extra));
ALTER TABLE connections ADD COLUMN extra TEXT CHECK (json_valid(extra));
ALTER TABLE members ADD COLUMN extra TEXT CHECK (json_valid(extra));
ALTER TABLE members ADD COLUMN answers TEXT CHECK (json_valid(answers));
ALTER TABLE participations ADD COLUMN extra TEXT CHECK (json_valid(extra));
ALTER TABLE participations ADD COLUMN answers TEXT CHECK (json_valid(answers));
ALTER TABLE completed_steps ADD COLUMN extra TEXT CHECK (json_valid(extra));
ALTER TABLE rewards ADD COLUMN extra TEXT CHECK (json_valid(extra));
