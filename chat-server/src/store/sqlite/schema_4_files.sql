-- Uploaded files; their bytes lie elsewhere, under the id. A row is there
-- before the bytes and until they are gone.
CREATE TABLE files (
    id    TEXT    PRIMARY KEY,
    user  INTEGER NOT NULL,               -- who uploaded it,
    room  INTEGER NOT NULL,               -- to where
    name  TEXT    NOT NULL,
    size  INTEGER NOT NULL,               -- while it is uploaded: at the most
    mime  TEXT    NOT NULL,
    since INTEGER NOT NULL,               -- when the upload began, ms
    state INTEGER NOT NULL,               -- 0 uploaded now, 1 waits, 2 attached, 3 doomed
    seq   INTEGER                         -- the message that has it
) WITHOUT ROWID;
CREATE INDEX files_waiting ON files (user) WHERE state < 2;
CREATE INDEX files_by_age ON files (since) WHERE state < 2;
CREATE INDEX files_by_message ON files (room, seq) WHERE state = 2;
CREATE INDEX files_doomed ON files (id) WHERE state = 3;
