-- Members who are blocked or have opted out get an error from the member operations.

ALTER TABLE members ADD COLUMN status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'blocked', 'opted_out'));
