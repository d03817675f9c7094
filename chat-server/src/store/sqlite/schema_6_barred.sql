-- Whom the operator keeps out of the server, or silences in all of it.
ALTER TABLE users ADD COLUMN banned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN muted  INTEGER NOT NULL DEFAULT 0;
