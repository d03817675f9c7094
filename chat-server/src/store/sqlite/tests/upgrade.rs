//! A database of an earlier version keeps all that is in it.

use super::*;
use crate::store::Anchor;
use crate::store::sqlite::open::MIGRATIONS;

/// The last version whose logs lay by room and seq.
const BY_ROOM_AND_SEQ: usize = 4;

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
