-- The words of messages as they stand now and whom they are by, each as a hash
-- behind its room: `12.0123456789`, `12@9876543210` (index.rs). The rowid is the
-- room and the seq. No text is kept; what is taken away is overwritten.
CREATE VIRTUAL TABLE words USING fts5 (
    said,
    content = '',
    columnsize = 0,
    tokenize = "ascii tokenchars '.@'"
);
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);

ALTER TABLE rooms ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0; -- the last event whose words are in it
