//! The contract on SQLite, and what only SQLite has: a directory, a lock, a
//! version, a disk that is full.

use super::*;
use crate::store::contract::{Engine, promises};
use crate::store::{Committed, Hello, SendMessage, StoreError, TokenHash};
use chat_proto::Text;
use std::fs;

mod epoch;
mod erased;
mod upgrade;

promises!(Sqlite);

struct Sqlite {
    // Closed before its directory goes.
    store: SqliteStore,
    dir: tempfile::TempDir,
}

impl Engine for Sqlite {
    fn fresh() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path()).unwrap();
        Self { store, dir }
    }

    fn store(&self) -> &dyn Store {
        &self.store
    }

    fn settle(&self) {
        wait(self.store.settle()).unwrap();
    }

    fn make_admin(&self, user: UserId) {
        let done = self.store.writer.run(move |conn| {
            conn.execute("UPDATE users SET admin = 1 WHERE id = ?", [user.0])?;
            Ok(())
        });
        wait(done).unwrap();
    }

    fn reopen(self, now: Timestamp) -> Self {
        drop(self.store);
        let store = SqliteStore::open(self.dir.path(), now).unwrap();
        Self { store, ..self }
    }

    /// What a killed process leaves is its files as they are; the shared
    /// memory beside them is rebuilt.
    fn crash(self, now: Timestamp) -> Self {
        let Self { store, dir } = self;
        let kept = kept(&store, dir.path());
        drop(store);
        put_back(dir.path(), &kept);
        let store = SqliteStore::open(dir.path(), now).unwrap();
        Self { store, dir }
    }
}

/// The files of the database as they are while nothing is written.
fn kept(store: &SqliteStore, dir: &Path) -> Vec<(&'static str, Vec<u8>)> {
    let dir = dir.to_owned();
    wait(store.writer.run(move |_| {
        let files = ["chat.db", "chat.db-wal"];
        Ok(files
            .map(|file| (file, fs::read(dir.join(file)).unwrap()))
            .into())
    }))
    .unwrap()
}

fn put_back(dir: &Path, kept: &[(&'static str, Vec<u8>)]) {
    for (file, bytes) in kept {
        fs::write(dir.join(file), bytes).unwrap();
    }
}

#[test]
fn a_directory_is_one_servers_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path()).unwrap();
    let second = open(dir.path()).unwrap_err();
    assert!(matches!(second, OpenError::InUse { .. }), "{second:?}");
    assert_says(&second, &["in use by another server", "--data"]);
    drop(first);
    open(dir.path()).unwrap();
}

#[test]
fn a_newer_database_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()).unwrap());
    let conn = Connection::open(dir.path().join("chat.db")).unwrap();
    conn.pragma_update(None, "user_version", 1000).unwrap();
    drop(conn);
    let error = open(dir.path()).unwrap_err();
    assert!(
        matches!(error, OpenError::Newer { found: 1000, .. }),
        "{error:?}"
    );
    assert_says(&error, &["newer version", "1000"]);
}

#[test]
fn what_is_no_chat_database_is_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("chat.db");
    let bytes = "no database at all\n".repeat(1000);
    fs::write(&file, &bytes).unwrap();
    let error = open(dir.path()).unwrap_err();
    assert!(matches!(error, OpenError::Corrupt { .. }), "{error:?}");
    assert_says(&error, &["no intact chat database", "backup"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), bytes);

    fs::remove_file(&file).unwrap();
    let conn = Connection::open(&file).unwrap();
    conn.execute_batch("CREATE TABLE recipes (name TEXT)")
        .unwrap();
    drop(conn);
    let error = open(dir.path()).unwrap_err();
    assert!(matches!(error, OpenError::Corrupt { .. }), "{error:?}");
}

#[test]
fn a_damaged_database_is_said_to_be_one() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()).unwrap());
    let file = dir.path().join("chat.db");
    let mut bytes = fs::read(&file).unwrap();
    bytes[100..4096].fill(0xff);
    fs::write(&file, bytes).unwrap();
    let error = open(dir.path()).unwrap_err();
    assert!(matches!(error, OpenError::Corrupt { .. }), "{error:?}");
}

#[test]
fn a_directory_that_cannot_be_written_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a-file");
    fs::write(&file, "").unwrap();
    let error = open(&file.join("data")).unwrap_err();
    assert!(matches!(error, OpenError::NotWritable { .. }), "{error:?}");
    assert_says(&error, &["a-file/data", "can't be written", "--data"]);
}

#[cfg(unix)]
#[test]
fn a_directory_without_permission_is_named_and_a_new_one_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("deep/data");
    drop(open(&data).unwrap());
    let mode = fs::metadata(&data).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);

    let shut = dir.path().join("shut");
    fs::create_dir(&shut).unwrap();
    fs::set_permissions(&shut, fs::Permissions::from_mode(0o500)).unwrap();
    // Root may write anywhere.
    if fs::write(shut.join("probe"), "").is_err() {
        let error = open(&shut).unwrap_err();
        assert!(matches!(error, OpenError::NotWritable { .. }), "{error:?}");
    }
}

#[test]
fn a_full_disk_refuses_and_recovers() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    let author = come_in(&store);
    // Stands for the disk: SQLite fails in the same way when it can't grow.
    let disk = |pages: i64| {
        wait(store.writer.run(move |conn| {
            conn.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
            Ok(())
        }))
        .unwrap();
    };
    disk(1);
    let batch = || {
        (0..100)
            .map(|_| say(author, &"long ".repeat(700)))
            .collect()
    };
    let now = Timestamp::from_millis(1);
    let error = wait(store.commit(batch(), now)).unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    let room = wait(store.room(lobby(), author)).unwrap().unwrap().0;
    assert_eq!(room.head, Seq::ZERO, "nothing was done");
    wait(store.ready()).unwrap();
    disk(1_000_000);
    assert_eq!(wait(store.commit(batch(), now)).unwrap().len(), 100);
}

#[test]
fn names_are_compared_anew_when_unicode_moves() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    come_in(&store);
    drop(store);
    // As another version of Unicode could have left it: a second name that,
    // by now, is the same as the first.
    let conn = Connection::open(dir.path().join("chat.db")).unwrap();
    conn.execute_batch(
        "UPDATE meta SET value = '1.0.0' WHERE key = 'unicode';
         UPDATE users SET key = 'old', skeleton = 'old';
         UPDATE memberships SET key = 'old';
         INSERT INTO users (name, key, skeleton, guest, online, last_seen)
         VALUES ('Ada', 'older', 'older', 1, 0, 0);",
    )
    .unwrap();
    drop(conn);
    drop(open(dir.path()).unwrap());
    let conn = Connection::open(dir.path().join("chat.db")).unwrap();
    let forms = |sql: &str| -> Vec<String> {
        let mut statement = conn.prepare(sql).unwrap();
        let rows = statement.query_map((), |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    assert_eq!(forms("SELECT key FROM users ORDER BY id"), ["ada", "ada"]);
    assert_eq!(
        forms("SELECT skeleton FROM users ORDER BY id"),
        ["ada", "\0\u{32}"]
    );
    assert_eq!(forms("SELECT key FROM memberships"), ["ada"]);
}

#[test]
fn a_statement_uses_the_index_made_for_it() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()).unwrap());
    let conn = Connection::open(dir.path().join("chat.db")).unwrap();
    for (sql, index) in [
        (
            "SELECT seq FROM events WHERE user = 1 AND room = 1 AND nonce = 'n'",
            "events_by_nonce",
        ),
        (
            "SELECT id FROM users WHERE skeleton = 's' AND lapsed = 0",
            "users_by_skeleton",
        ),
        (
            "SELECT id FROM users WHERE guest = 1 AND online = 0 AND lapsed = 0
             AND wrote = 0 AND last_seen <= 9 AND banned = 0 LIMIT 1",
            "users_away",
        ),
        (
            "UPDATE users SET online = 0 WHERE online = 1",
            "users_online",
        ),
        (
            "SELECT user FROM memberships WHERE room = 1 AND key > 'a' AND key IS NOT NULL
             ORDER BY key LIMIT 1",
            "memberships_by_name",
        ),
        (
            "SELECT user, role FROM memberships WHERE room = 1 AND key IS NOT NULL AND user <> 2
             ORDER BY role DESC, joined, user LIMIT 1",
            "memberships_by_rank",
        ),
    ] {
        let plan: Vec<String> = conn
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap()
            .query_map((), |row| row.get(3))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let plan = plan.join("; ");
        assert!(
            plan.contains(index) && !plan.contains("TEMP B-TREE"),
            "{sql}: {plan}"
        );
    }
}

fn open(dir: &Path) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(dir, Timestamp::from_millis(0))
}

fn assert_says(error: &OpenError, words: &[&str]) {
    let text = error.to_string();
    assert!(!text.contains('\n'), "{text}");
    for word in words {
        assert!(text.contains(word), "{text}");
    }
}

fn wait<T>(pending: Pending<'_, T>) -> Result<T, StoreError> {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(pending)
}

fn lobby() -> RoomName {
    RoomName::trusted("lobby").unwrap()
}

fn come_in(store: &SqliteStore) -> UserId {
    let hello = Change::Hello(Hello {
        name: UserName::trusted("ada"),
        token: None,
        fresh: TokenHash([1; 32]),
        default_rooms: vec![lobby()],
        guests: true,
    });
    match &wait(store.commit(vec![hello], Timestamp::from_millis(0))).unwrap()[..] {
        [
            Outcome {
                decision: Ok(Committed::Welcomed(welcomed)),
                ..
            },
        ] => welcomed.user.id,
        other => panic!("{other:?}"),
    }
}

fn say(author: UserId, text: &str) -> Change {
    Change::Send(SendMessage {
        author,
        room: lobby(),
        text: Some(Text::parse(text, 4000).unwrap()),
        nonce: None,
        reply_to: None,
        rooms_max: 1000,
        files: Box::default(),
    })
}
