-- The logs in one tree by numbers alone: a page that is not in memory is found
-- through few others, and what is said in many rooms at once changes few of them.
CREATE TABLE log (
    id       INTEGER PRIMARY KEY,         -- room << 36 | seq
    room     INTEGER NOT NULL AS (id >> 36),
    seq      INTEGER NOT NULL AS (id & 0xFFFFFFFFF),
    at       INTEGER NOT NULL,
    user     INTEGER NOT NULL,
    author   TEXT    NOT NULL,            -- the name borne then
    kind     INTEGER NOT NULL,
    flags    INTEGER NOT NULL,            -- 1 guest, 2 hook, 4 deleted, 8 put
    run      INTEGER NOT NULL,            -- of a message: those from this seq to here are of one author
    text     TEXT,
    nonce    TEXT,
    reply_to INTEGER,
    target   INTEGER,                     -- the message that this event changes
    subject  TEXT,                        -- member: whose standing, by the name borne then; reacted: the emoji
    files    TEXT,                        -- message: what is attached, as it is shown
    detail   INTEGER                      -- member: what became of it, and the role
);
INSERT INTO log (id, at, user, author, kind, flags, run, text, nonce, reply_to, target, subject, files, detail)
    SELECT room << 36 | seq, at, user, author, kind, flags, run, text, nonce, reply_to, target, subject, files, detail
    FROM events ORDER BY room, seq;
DROP TABLE events;
ALTER TABLE log RENAME TO events;
-- The nonce first: where clients make them rise with time, all are written at one end.
CREATE UNIQUE INDEX events_by_nonce ON events (nonce, user, room) WHERE nonce IS NOT NULL;
CREATE INDEX events_by_target ON events (room, target, seq) WHERE target IS NOT NULL;
CREATE INDEX events_by_reply ON events (room, reply_to, seq) WHERE reply_to IS NOT NULL;

-- Where a log holds nothing that could be unread, but deleted messages and what
-- is no message: from `first` to `last`, no two beside one another.
CREATE TABLE quiet (
    room  INTEGER NOT NULL,
    last  INTEGER NOT NULL,
    first INTEGER NOT NULL,
    PRIMARY KEY (room, last)
) WITHOUT ROWID;
INSERT INTO quiet (room, last, first)
    SELECT room, max(seq), min(seq) FROM (
        SELECT room, seq, seq - row_number() OVER (PARTITION BY room ORDER BY seq) AS island
        FROM events WHERE kind <> 0 OR flags & 4 <> 0)
    GROUP BY room, island;
