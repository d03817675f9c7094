-- Accounts: a guest has no password.
ALTER TABLE users ADD COLUMN password TEXT;                    -- argon2id, as a PHC string
ALTER TABLE users ADD COLUMN admin INTEGER NOT NULL DEFAULT 0; -- of the server
CREATE INDEX users_by_name ON users (key) WHERE password IS NOT NULL;
CREATE INDEX tokens_by_user ON tokens (user);
CREATE INDEX users_by_key ON users (key) WHERE lapsed = 0;

ALTER TABLE rooms ADD COLUMN guests    INTEGER NOT NULL DEFAULT 1; -- may write
ALTER TABLE rooms ADD COLUMN topic_seq INTEGER NOT NULL DEFAULT 0; -- the event that set the topic
ALTER TABLE rooms ADD COLUMN first     INTEGER NOT NULL DEFAULT 1; -- the oldest event kept
ALTER TABLE rooms ADD COLUMN keep      INTEGER;                    -- for so many days; 0: for ever; NULL: as all rooms

-- A direct room that was left is hidden until its next message.
ALTER TABLE memberships ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;

-- What was decided about a user in a room; outlives the membership. Each seq
-- is of the event that made it so; 0 where none did.
CREATE TABLE records (
    room     INTEGER NOT NULL,
    user     INTEGER NOT NULL,
    banned   INTEGER NOT NULL DEFAULT 0,
    ban_seq  INTEGER NOT NULL DEFAULT 0,
    muted    INTEGER NOT NULL DEFAULT 0,
    mute_seq INTEGER NOT NULL DEFAULT 0,
    role_seq INTEGER NOT NULL DEFAULT 0,
    kick_seq INTEGER NOT NULL DEFAULT 0,  -- 0 again once they came back
    PRIMARY KEY (room, user)
) WITHOUT ROWID;

-- Invitations not yet used.
CREATE TABLE invites (
    user INTEGER NOT NULL,
    room INTEGER NOT NULL,
    by   INTEGER NOT NULL,
    at   INTEGER NOT NULL,
    PRIMARY KEY (user, room)
) WITHOUT ROWID;

ALTER TABLE events ADD COLUMN target  INTEGER; -- the message that this event changes
ALTER TABLE events ADD COLUMN subject TEXT;    -- member: whose standing, by the name borne then; reacted: the emoji
ALTER TABLE events ADD COLUMN files   TEXT;    -- message: what is attached, as it is shown
ALTER TABLE events ADD COLUMN detail  INTEGER; -- member: what became of it, and the role
CREATE INDEX events_by_target ON events (room, target, seq) WHERE target IS NOT NULL;
CREATE INDEX events_by_reply ON events (room, reply_to, seq) WHERE reply_to IS NOT NULL;

-- Messages that were changed since they were sent, as they stand now.
CREATE TABLE folds (
    room      INTEGER NOT NULL,
    seq       INTEGER NOT NULL,
    changed   INTEGER NOT NULL,           -- the last change, whatever it was
    rev       INTEGER,                    -- the last edit,
    edited_at INTEGER,                    -- its time
    text      TEXT,                       -- and what it says; NULL if never edited, or deleted
    pinned    INTEGER NOT NULL DEFAULT 0,
    pin_seq   INTEGER NOT NULL DEFAULT 0,
    del_seq   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (room, seq)
) WITHOUT ROWID;
CREATE INDEX folds_by_change ON folds (room, changed);

-- Who put which emoji to a message; one that was taken away stays as `on` = 0.
CREATE TABLE reactions (
    room   INTEGER NOT NULL,
    target INTEGER NOT NULL,
    emoji  TEXT    NOT NULL,
    user   INTEGER NOT NULL,
    name   TEXT    NOT NULL,              -- borne then
    "on"   INTEGER NOT NULL,
    seq    INTEGER NOT NULL,              -- the event that made it so
    PRIMARY KEY (room, target, emoji, user)
) WITHOUT ROWID;
CREATE INDEX reactions_put ON reactions (room, target, emoji, seq) WHERE "on" = 1;

-- The same as a page shows it, so that one costs no more where thousands reacted.
CREATE TABLE tallies (
    room   INTEGER NOT NULL,
    target INTEGER NOT NULL,
    emoji  TEXT    NOT NULL,
    count  INTEGER NOT NULL,              -- never 0
    names  TEXT    NOT NULL,              -- of the first who put it, with blanks between them
    PRIMARY KEY (room, target, emoji)
) WITHOUT ROWID;

-- Where a log holds nothing but changes (edits, deletions, reactions, pins):
-- from `first` to `last`, no two beside one another. Pages step over them.
CREATE TABLE spans (
    room  INTEGER NOT NULL,
    last  INTEGER NOT NULL,
    first INTEGER NOT NULL,
    PRIMARY KEY (room, last)
) WITHOUT ROWID;

-- Webhooks. As the author of events and nonces, one is the negative of its id,
-- so that it is no user; an id is never given again.
CREATE TABLE hooks (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    room     INTEGER NOT NULL,
    name     TEXT    NOT NULL,
    skeleton TEXT    NOT NULL,            -- the name as it is confused
    hash     BLOB    NOT NULL UNIQUE,     -- the SHA-256 of the token
    by       INTEGER NOT NULL,
    made     INTEGER NOT NULL
);
CREATE INDEX hooks_by_name ON hooks (room, skeleton);
CREATE INDEX hooks_by_skeleton ON hooks (skeleton);
