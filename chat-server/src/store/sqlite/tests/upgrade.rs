//! A database of an earlier version keeps all that is in it.

use super::erased::found;
use super::*;
use crate::store::sqlite::open::{DataDir, MIGRATIONS};
use crate::store::{Anchor, Revise, Revision};
use std::collections::BTreeMap;

/// The last version whose logs lay by room and seq.
const BY_ROOM_AND_SEQ: usize = 4;

/// Something in each table, and in each column that came later, by the version
/// that brought it. What is made of the rest (words, spans) has none.
const CONTENT: [&str; MIGRATIONS.len()] = [
    "INSERT INTO meta (key, value) VALUES ('epoch', 'e');
     INSERT INTO users (id, name, key, skeleton, guest, online, last_seen, wrote) VALUES
         (1, 'ada', 'ada', 'ada', 0, 0, 0, 1), (2, 'bob', 'bob', 'bob', 0, 0, 0, 1);
     INSERT INTO tokens (hash, user, created, last_used) VALUES (x'01', 1, 0, 0);
     INSERT INTO rooms (id, name, kind, topic, folded, owned, members, head, last_at, run_user, run)
         VALUES (1, 'lobby', 0, 'Tea', 'lobby' || char(10) || 'tea', 0, 2, 3, 30, 2, 3);
     INSERT INTO memberships (user, room, role, read, joined, key) VALUES
         (1, 1, 0, 0, 0, 'ada'), (2, 1, 0, 0, 0, 'bob');
     INSERT INTO events (room, seq, at, user, author, kind, flags, run, text, nonce, reply_to) VALUES
         (1, 1, 10, 1, 'ada', 0, 0, 1, 'hi @bob', 'n', NULL),
         (1, 2, 20, 1, 'ada', 0, 0, 1, 'there', NULL, 1),
         (1, 3, 30, 2, 'bob', 0, 0, 3, 'hm', NULL, NULL);
     INSERT INTO mentions (room, key, seq, user) VALUES (1, 'bob', 1, 1);",
    "UPDATE users SET password = 'hash', admin = 1 WHERE id = 1;
     UPDATE rooms SET keep = 9;
     INSERT INTO records (room, user, muted, mute_seq) VALUES (1, 2, 1, 0);
     INSERT INTO invites (user, room, by, at) VALUES (2, 1, 1, 0);
     INSERT INTO folds (room, seq, changed, rev, edited_at, text) VALUES (1, 2, 5, 5, 50, 'here');
     INSERT INTO events (room, seq, at, user, author, kind, flags, run, text, target, subject) VALUES
         (1, 4, 40, 2, 'bob', 5, 8, 3, NULL, 1, '👍'), (1, 5, 50, 1, 'ada', 3, 0, 5, 'here', 2, NULL);
     INSERT INTO reactions (room, target, emoji, user, name, \"on\", seq) VALUES (1, 1, '👍', 2, 'bob', 1, 4);
     INSERT INTO tallies (room, target, emoji, count, names) VALUES (1, 1, '👍', 1, 'bob');
     INSERT INTO folds (room, seq, changed) VALUES (1, 1, 4);
     INSERT INTO spans (room, last, first) VALUES (1, 5, 4);
     UPDATE rooms SET head = 5, last_at = 50, run_user = 1, run = 5;
     INSERT INTO hooks (id, room, name, skeleton, hash, by, made) VALUES (1, 1, 'ci', 'ci', x'02', 1, 0);",
    "",
    "INSERT INTO files (id, user, room, name, size, mime, since, state, seq)
         VALUES ('f', 1, 1, 'cat.png', 9, 'image/png', 0, 2, 1);",
    "",
    "UPDATE users SET muted = 1 WHERE id = 2;",
    "",
];

#[test]
fn whatever_an_earlier_version_held_is_there() {
    for version in 1..=MIGRATIONS.len() {
        let dir = tempfile::tempdir().unwrap();
        let conn = database(dir.path(), version);
        let before = rows(&conn);
        let empty: Vec<_> = before.iter().filter(|(_, rows)| **rows == 0).collect();
        assert!(empty.is_empty(), "nothing tried of {empty:?} in {version}");
        drop(conn);

        let store = open(dir.path()).unwrap();
        let (ada, bob) = (UserId(1), UserId(2));
        let (row, inside) = wait(store.room(lobby(), bob)).unwrap().unwrap();
        assert!(inside && row.topic == "Tea", "{row:?} of {version}");
        let log = wait(store.events(row.id, Seq::ZERO, 100)).unwrap();
        assert_eq!(log.len(), row.head.get() as usize, "of {version}");
        let account = wait(store.accounts(UserId(0), 1)).unwrap().remove(0);
        assert_eq!((account.id, account.devices), (ada, 1));
        let found = wait(store.rooms(bob, "tea".to_owned(), false, String::new(), 9));
        assert_eq!(found.unwrap().rooms.len(), 1, "of {version}");
        drop(store);

        let conn = Connection::open(dir.path().join("chat.db")).unwrap();
        let after = rows(&conn);
        for (table, rows) in before.iter().filter(|(table, _)| *table != "meta") {
            assert_eq!(after.get(table), Some(rows), "{table} of {version}");
        }
        let step: u32 = conn
            .query_row("PRAGMA user_version", (), |row| row.get(0))
            .unwrap();
        assert_eq!(step as usize, MIGRATIONS.len());
    }
}

/// What was said lies where no later deletion would find it, unless the upgrade
/// takes it away there.
#[test]
fn what_is_deleted_after_an_upgrade_is_in_no_file_either() {
    let dir = tempfile::tempdir().unwrap();
    let conn = database(dir.path(), BY_ROOM_AND_SEQ);
    let secret = "qqsecretqq";
    // As many as fill pages that the upgrade gives back.
    let said = 6..200;
    for seq in said.clone() {
        conn.execute(
            "INSERT INTO events (room, seq, at, user, author, kind, flags, run, text)
             VALUES (1, ?1, 60, 1, 'ada', 0, 0, 5, ?2)",
            (seq as i64, secret.repeat(50)),
        )
        .unwrap();
    }
    conn.execute("UPDATE rooms SET head = 199", ()).unwrap();
    drop(conn);
    let store = open(dir.path()).unwrap();
    assert!(found(dir.path(), secret) > 0, "the test looks where it is");
    let delete = said.map(|target| {
        Change::Revise(Revise {
            by: UserId(1),
            room: lobby(),
            target: Seq::new(target).unwrap(),
            what: Revision::Delete,
        })
    });
    let outcomes = wait(store.commit(delete.collect(), Timestamp::from_millis(70))).unwrap();
    assert!(outcomes.iter().all(|outcome| outcome.decision.is_ok()));
    wait(store.settle()).unwrap();
    assert_eq!(found(dir.path(), secret), 0);
}

#[test]
fn an_upgrade_for_which_there_is_no_room_leaves_all_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    drop(database(dir.path(), BY_ROOM_AND_SEQ));
    let data = DataDir::claim(dir.path()).unwrap();
    let mut conn = Connection::open(dir.path().join("chat.db")).unwrap();
    let pages: i64 = conn
        .query_row("PRAGMA page_count", (), |row| row.get(0))
        .unwrap();
    // Stands for the disk: SQLite fails in the same way when it can't grow.
    conn.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
        .unwrap();
    let before = rows(&conn);
    let full = data.migrate(&mut conn).unwrap_err();
    assert_says(&full, &["disk is full"]);
    assert_eq!(rows(&conn), before);
    drop((conn, data));
    assert!(open(dir.path()).is_ok());
}

/// A database as this version made it, with something in each table.
fn database(dir: &Path, version: usize) -> Connection {
    let conn = Connection::open(dir.join("chat.db")).unwrap();
    for (step, content) in MIGRATIONS.iter().zip(CONTENT).take(version) {
        conn.execute_batch(step).unwrap();
        conn.execute_batch(content).unwrap();
    }
    conn.execute_batch("PRAGMA application_id = 0x63686174")
        .unwrap();
    conn.pragma_update(None, "user_version", version as i64)
        .unwrap();
    conn
}

/// How many rows each table has, but those in which an index keeps words.
fn rows(conn: &Connection) -> BTreeMap<String, i64> {
    let tables: Vec<String> = conn
        .prepare(
            "SELECT name FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        )
        .unwrap()
        .query_map((), |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let count = |table: &String| {
        let sql = format!("SELECT count(*) FROM {table}");
        conn.query_row(&sql, (), |row| row.get(0)).unwrap()
    };
    tables
        .into_iter()
        .map(|table| (table.clone(), count(&table)))
        .collect()
}

#[test]
fn a_log_of_an_earlier_version_is_read_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let conn = Connection::open(dir.path().join("chat.db")).unwrap();
    for step in &MIGRATIONS[..BY_ROOM_AND_SEQ] {
        conn.execute_batch(step).unwrap();
    }
    conn.execute_batch(
        "PRAGMA application_id = 0x63686174;
         PRAGMA user_version = 4;
         INSERT INTO users (id, name, key, skeleton, guest, online, last_seen, wrote) VALUES
             (1, 'ada', 'ada', 'ada', 1, 0, 0, 1), (2, 'bob', 'bob', 'bob', 1, 0, 0, 1);
         INSERT INTO rooms (id, name, kind, topic, folded, owned, members, head, last_at, run_user, run)
             VALUES (1, 'lobby', 0, '', 'lobby', 0, 2, 6, 60, 1, 6),
                    (2, 'dev', 0, '', 'dev', 1, 1, 1, 10, 1, 1);
         INSERT INTO memberships (user, room, role, read, joined, key) VALUES
             (1, 1, 0, 0, 0, 'ada'), (2, 1, 0, 0, 0, 'bob'), (2, 2, 2, 0, 0, 'bob');
         INSERT INTO events (room, seq, at, user, author, kind, flags, run, text, nonce, reply_to) VALUES
             (1, 1, 10, 1, 'ada', 0, 1, 1, 'hi', 'n', NULL),
             (1, 3, 30, 1, 'ada', 0, 1, 1, 'still here', NULL, 1),
             (2, 1, 10, 1, 'ada', 0, 1, 1, 'elsewhere', 'n', NULL);
         INSERT INTO events (room, seq, at, user, author, kind, flags, run, text, target, subject) VALUES
             (1, 2, 20, 1, 'ada', 0, 5, 1, NULL, NULL, NULL),
             (1, 4, 40, 2, 'bob', 5, 9, 4, NULL, 1, '👍'),
             (1, 5, 50, 2, 'bob', 4, 1, 4, NULL, 2, NULL),
             (1, 6, 60, 1, 'ada', 0, 1, 6, 'bye', NULL, NULL);
         INSERT INTO spans (room, last, first) VALUES (1, 5, 4);
         INSERT INTO folds (room, seq, changed, del_seq) VALUES (1, 1, 4, 0), (1, 2, 5, 5);",
    )
    .unwrap();
    drop(conn);

    let store = open(dir.path()).unwrap();
    let (ada, bob) = (UserId(1), UserId(2));
    let room = wait(store.room(lobby(), bob)).unwrap().unwrap().0;
    let log = wait(store.events(room.id, Seq::ZERO, 100)).unwrap();
    let seqs: Vec<_> = log.iter().map(|event| event.seq.get()).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5, 6]);
    let page = wait(store.history(room.id, Anchor::Newest, 3)).unwrap();
    let seqs = page.entries.iter().map(|entry| entry.event.seq.get());
    assert_eq!(seqs.collect::<Vec<_>>(), [2, 3, 6]);
    let thread = wait(store.history(room.id, Anchor::Thread(Seq::FIRST), 9)).unwrap();
    assert_eq!(thread.entries.len(), 2);
    for (user, name, unread) in [(ada, "ada", 0), (bob, "bob", 3)] {
        let name = UserName::trusted(name).unwrap();
        let standing = wait(store.standing(user, name, room.id, None)).unwrap();
        assert_eq!(standing.unwrap().counts.unread, unread);
    }
    // Its nonces are known, and it goes on where it ended.
    let Change::Send(again) = say(ada, "hi") else {
        unreachable!("a send")
    };
    let again = Change::Send(SendMessage {
        nonce: Some(chat_proto::Nonce::parse("n").unwrap()),
        ..again
    });
    let batch = vec![again, say(ada, "back")];
    let sent = wait(store.commit(batch, Timestamp::from_millis(70))).unwrap();
    let seqs = sent.into_iter().map(|outcome| match outcome.decision {
        Ok(Committed::Sent { seq, duplicate, .. }) => (seq.get(), duplicate),
        other => panic!("{other:?}"),
    });
    assert_eq!(seqs.collect::<Vec<_>>(), [(1, true), (7, false)]);
}
