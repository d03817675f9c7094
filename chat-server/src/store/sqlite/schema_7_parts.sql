-- Parts of rooms' names and topics, by which a rare one is found without looking
-- through all rooms. The texts themselves stay in `rooms.folded`.
CREATE VIRTUAL TABLE parts USING fts5 (
    folded,
    content = 'rooms',
    content_rowid = 'id',
    columnsize = 0,
    tokenize = "trigram case_sensitive 1"
);
INSERT INTO parts (parts) VALUES ('rebuild');
CREATE TRIGGER room_is_made AFTER INSERT ON rooms BEGIN
    INSERT INTO parts (rowid, folded) VALUES (new.id, new.folded);
END;
CREATE TRIGGER room_is_changed AFTER UPDATE OF folded ON rooms BEGIN
    INSERT INTO parts (parts, rowid, folded) VALUES ('delete', old.id, old.folded);
    INSERT INTO parts (rowid, folded) VALUES (new.id, new.folded);
END;
