-- Facts about the store as a whole: its epoch.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- Never deleted: whoever wrote something stays its author.
CREATE TABLE users (
    id        INTEGER PRIMARY KEY,
    name      TEXT    NOT NULL,
    key       TEXT    NOT NULL,           -- the name as it is compared
    skeleton  TEXT    NOT NULL,           -- the name as it is confused
    guest     INTEGER NOT NULL,
    online    INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,           -- end of the last connection, ms
    wrote     INTEGER NOT NULL DEFAULT 0, -- has sent anything, ever
    lapsed    INTEGER NOT NULL DEFAULT 0  -- bears its name no longer
);
CREATE UNIQUE INDEX users_by_skeleton ON users (skeleton) WHERE lapsed = 0;
CREATE INDEX users_away ON users (wrote, last_seen) WHERE guest = 1 AND online = 0 AND lapsed = 0;
CREATE INDEX users_online ON users (id) WHERE online = 1;

-- By the SHA-256 of the token.
CREATE TABLE tokens (
    hash      BLOB PRIMARY KEY,
    user      INTEGER NOT NULL,
    created   INTEGER NOT NULL,
    last_used INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE rooms (
    id       INTEGER PRIMARY KEY,
    name     TEXT    NOT NULL UNIQUE,
    kind     INTEGER NOT NULL,
    topic    TEXT    NOT NULL,
    folded   TEXT    NOT NULL,            -- name and topic as they are searched
    owned    INTEGER NOT NULL,            -- made by a person, not by the server
    members  INTEGER NOT NULL,
    head     INTEGER NOT NULL,            -- seq of the last event
    last_at  INTEGER NOT NULL,            -- its time
    run_user INTEGER NOT NULL,            -- its author,
    run      INTEGER NOT NULL             -- of whom all events are from this seq on
);

CREATE TABLE memberships (
    user   INTEGER NOT NULL,
    room   INTEGER NOT NULL,
    role   INTEGER NOT NULL,
    read   INTEGER NOT NULL,
    joined INTEGER NOT NULL,
    key    TEXT,                          -- of the user's name; NULL while lapsed
    PRIMARY KEY (user, room)
) WITHOUT ROWID;
CREATE INDEX memberships_by_name ON memberships (room, key) WHERE key IS NOT NULL;
CREATE INDEX memberships_by_rank ON memberships (room, role DESC, joined) WHERE key IS NOT NULL;

-- The logs, each in one piece.
CREATE TABLE events (
    room     INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    user     INTEGER NOT NULL,
    author   TEXT    NOT NULL,            -- the name borne then
    kind     INTEGER NOT NULL,
    flags    INTEGER NOT NULL,            -- 1 guest, 2 hook, 4 deleted
    run      INTEGER NOT NULL,            -- all events from this seq to here are of one author
    text     TEXT,
    nonce    TEXT,
    reply_to INTEGER,
    PRIMARY KEY (room, seq)
) WITHOUT ROWID;
-- The nonce first: where clients make them rise with time, all are written at one end.
CREATE UNIQUE INDEX events_by_nonce ON events (nonce, user, room) WHERE nonce IS NOT NULL;

-- Which messages name whom, by key; 'room' names all.
CREATE TABLE mentions (
    room INTEGER NOT NULL,
    key  TEXT    NOT NULL,
    seq  INTEGER NOT NULL,
    user INTEGER NOT NULL,                -- the author
    PRIMARY KEY (room, key, seq)
) WITHOUT ROWID;
