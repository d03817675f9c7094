-- The words of messages as they stand now, each behind its room, and whom they
-- are by: `12.release`, `12@ada`. The rowid is the room and the seq (index.rs).
-- Only the words are kept, not the texts; what is taken away is overwritten.
CREATE VIRTUAL TABLE words USING fts5 (
    said,
    content = '',
    columnsize = 0,
    tokenize = "ascii tokenchars '.@-_'"
);
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);

ALTER TABLE rooms ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0; -- the last event whose words are in it
