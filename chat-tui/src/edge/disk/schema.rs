//! The database file: opened, brought up to date, or put aside when broken.

use crate::edge::profile::create_private_dir;
use rusqlite::{Connection, ErrorCode, OpenFlags, params};
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The version of the tables that this program reads and writes.
const VERSION: i64 = 5;

/// The tables of version 1; those of later ones follow by [`STEPS`].
pub(super) const TABLES: &str = "
    -- What there is one of: the name borne last, the epoch of the logs, the room open last.
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE rooms (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        -- The server's words; NULL for a room that only has a log so far.
        state TEXT,
        first INTEGER NOT NULL DEFAULT 1,
        place_seq INTEGER,
        place_row INTEGER
    );
    CREATE TABLE entries (
        room INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        entry TEXT NOT NULL,
        PRIMARY KEY (room, seq)
    ) WITHOUT ROWID;
    -- What of a log is cached whole; rows of a room neither meet nor overlap.
    CREATE TABLE known (
        room INTEGER NOT NULL,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        PRIMARY KEY (room, first)
    ) WITHOUT ROWID;
    -- `slot` is the running client whose text it is.
    CREATE TABLE drafts (
        room TEXT NOT NULL,
        slot INTEGER NOT NULL,
        text TEXT NOT NULL,
        cursor INTEGER NOT NULL,
        reply_to INTEGER,
        PRIMARY KEY (room, slot)
    ) WITHOUT ROWID;
    CREATE TABLE outbox (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        nonce TEXT NOT NULL UNIQUE,
        slot INTEGER NOT NULL,
        room TEXT NOT NULL,
        text TEXT NOT NULL,
        reply_to INTEGER,
        at INTEGER NOT NULL,
        refused TEXT
    );
    -- What the command line could not send: the same text bears the same nonce again.
    CREATE TABLE retries (
        room TEXT NOT NULL,
        text TEXT NOT NULL,
        nonce TEXT NOT NULL,
        PRIMARY KEY (room, text)
    ) WITHOUT ROWID;
";

/// What each version added to the one before; the first makes version 2.
const STEPS: [&str; 4] = [
    "
    -- A text that is to become that of a message: which, and what was being written before.
    ALTER TABLE drafts ADD COLUMN edits INTEGER;
    ALTER TABLE drafts ADD COLUMN before_text TEXT;
    ALTER TABLE drafts ADD COLUMN before_cursor INTEGER;
    ALTER TABLE drafts ADD COLUMN before_reply_to INTEGER;
    -- Entries of this room may have changed after this event without notice.
    ALTER TABLE rooms ADD COLUMN unchecked INTEGER;
    -- What is to be done to messages; `act` is JSON.
    CREATE TABLE deeds (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        slot INTEGER NOT NULL,
        room TEXT NOT NULL,
        target INTEGER NOT NULL,
        act TEXT NOT NULL,
        refused TEXT
    );
",
    "
    -- The words of what is cached; ids rise with the messages' times.
    CREATE VIRTUAL TABLE words USING fts5 (
        text, author, room,
        content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
    );
    CREATE TABLE places (
        id INTEGER PRIMARY KEY,
        room INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        UNIQUE (room, seq)
    );
    -- What is cached already is indexed from here on, in the background.
    INSERT INTO meta (key, value) SELECT 'unindexed', '0 0' WHERE EXISTS (SELECT * FROM entries);
",
    "
    -- Each thread has a draft of its own: `thread` is the message that it begins
    -- with, 0 for the room itself.
    ALTER TABLE drafts RENAME TO drafts_of_rooms;
    CREATE TABLE drafts (
        room TEXT NOT NULL,
        thread INTEGER NOT NULL,
        slot INTEGER NOT NULL,
        text TEXT NOT NULL,
        cursor INTEGER NOT NULL,
        reply_to INTEGER,
        edits INTEGER,
        before_text TEXT,
        before_cursor INTEGER,
        before_reply_to INTEGER,
        PRIMARY KEY (room, thread, slot)
    ) WITHOUT ROWID;
    INSERT INTO drafts
        SELECT room, 0, slot, text, cursor, reply_to,
            edits, before_text, before_cursor, before_reply_to
        FROM drafts_of_rooms;
    DROP TABLE drafts_of_rooms;
    -- Who answers a message.
    CREATE INDEX answers ON entries (room, json_extract(entry, '$.reply_to'))
        WHERE json_extract(entry, '$.reply_to') IS NOT NULL;
",
    "
    -- What a message is to bear, as JSON.
    ALTER TABLE outbox ADD COLUMN files TEXT NOT NULL DEFAULT '[]';
",
];

/// What nobody can get back from a server: saved out of a broken file first.
const SALVAGED: [(&str, &str); 4] = [
    (
        "drafts",
        "room, thread, slot, text, cursor, reply_to,
         edits, before_text, before_cursor, before_reply_to",
    ),
    ("deeds", "position, id, slot, room, target, act, refused"),
    (
        "outbox",
        "position, nonce, slot, room, text, reply_to, at, refused, files",
    ),
    ("retries", "room, text, nonce"),
];

/// Why a file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A later program's tables.
    #[error("a newer version of this program wrote {path:?}")]
    Newer {
        /// Which file.
        path: PathBuf,
    },
    /// The file system refuses.
    #[error("{error}: {path:?}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The database engine refuses.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

impl OpenError {
    fn is_broken(&self) -> bool {
        matches!(self, Self::Sqlite(e) if is_broken(e))
    }
}

/// Whether an error means that the file is no sound database.
pub fn is_broken(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    )
}

/// Opens the file, making it where there is none. A broken one is put aside;
/// the words say so.
pub fn open(path: &Path) -> Result<(Connection, Option<String>), OpenError> {
    match open_sound(path) {
        Err(e) if e.is_broken() => renew(path).map(|(db, note)| (db, Some(note))),
        other => other.map(|db| (db, None)),
    }
}

/// A database of nothing, kept nowhere.
pub fn open_in_memory() -> Result<Connection, OpenError> {
    let db = Connection::open_in_memory()?;
    prepare(&db, Path::new(":memory:"))?;
    Ok(db)
}

/// Puts a broken file aside and begins a new one with what could be read of
/// the drafts and the unsent messages.
pub fn renew(path: &Path) -> Result<(Connection, String), OpenError> {
    let aside = put_aside(path).map_err(|error| OpenError::Io {
        path: path.to_owned(),
        error,
    })?;
    let db = open_sound(path)?;
    let saved = salvage(&db, &aside);
    let note = format!(
        "the cache was broken; a new one begins, {saved}; the old one is {}",
        aside.display()
    );
    Ok((db, note))
}

fn open_sound(path: &Path) -> Result<Connection, OpenError> {
    let io = |error| OpenError::Io {
        path: path.to_owned(),
        error,
    };
    if let Some(dir) = path.parent() {
        create_private_dir(dir).map_err(io)?;
    }
    // The engine would make it readable for everyone.
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .map_err(io)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    prepare(&db, path)?;
    Ok(db)
}

fn prepare(db: &Connection, path: &Path) -> Result<(), OpenError> {
    // Another client of this profile may be writing.
    db.busy_timeout(Duration::from_secs(5))?;
    db.set_prepared_statement_cache_capacity(32);
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -512;",
    )?;
    if version(db)? < VERSION {
        // Two first starts at once: only one of them finds no tables.
        db.execute_batch("BEGIN IMMEDIATE")?;
        bring_up_to_date(db)?;
        db.execute_batch("COMMIT")?;
    }
    if version(db)? > VERSION {
        return Err(OpenError::Newer {
            path: path.to_owned(),
        });
    }
    Ok(())
}

fn bring_up_to_date(db: &Connection) -> rusqlite::Result<()> {
    let from = version(db)?;
    if from == 0 {
        db.execute_batch(TABLES)?;
    }
    let steps = usize::try_from(from.max(1) - 1).unwrap_or(0);
    for step in STEPS.iter().skip(steps) {
        db.execute_batch(step)?;
    }
    db.pragma_update(None, "user_version", VERSION.max(from))
}

fn version(db: &Connection) -> rusqlite::Result<i64> {
    db.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Renames the file, with its log, to a name that is free.
fn put_aside(path: &Path) -> std::io::Result<PathBuf> {
    let named = |n: u32, tail: &str| PathBuf::from(format!("{}.broken-{n}{tail}", path.display()));
    let n = (1..u32::MAX)
        .find(|n| !named(*n, "").exists())
        .unwrap_or(u32::MAX);
    std::fs::rename(path, named(n, ""))?;
    for tail in ["-wal", "-shm"] {
        let beside = PathBuf::from(format!("{}{tail}", path.display()));
        if beside.exists() {
            std::fs::rename(beside, named(n, tail))?;
        }
    }
    Ok(named(n, ""))
}

/// Copies what can be read; says how much that was.
fn salvage(db: &Connection, aside: &Path) -> String {
    let mut rows = 0;
    let mut whole = true;
    if let Ok(old) = Connection::open_with_flags(aside, OpenFlags::SQLITE_OPEN_READ_WRITE) {
        for (table, columns) in SALVAGED {
            let (copied, complete) = copy(&old, db, table, columns);
            rows += copied;
            whole &= complete;
        }
    } else {
        whole = false;
    }
    match (whole, rows) {
        (true, _) => "with all drafts and unsent messages".to_owned(),
        (false, 0) => "without its drafts and unsent messages".to_owned(),
        (false, _) => format!("with {rows} drafts and unsent messages, maybe not all"),
    }
}

fn copy(old: &Connection, new: &Connection, table: &str, columns: &str) -> (usize, bool) {
    let marks = vec!["?"; columns.split(',').count()].join(", ");
    let (Ok(mut select), Ok(mut insert)) = (
        old.prepare(&format!("SELECT {columns} FROM {table}")),
        new.prepare(&format!(
            "INSERT OR REPLACE INTO {table} ({columns}) VALUES ({marks})"
        )),
    ) else {
        return (0, false);
    };
    let width = select.column_count();
    let Ok(mut rows) = select.query(params![]) else {
        return (0, false);
    };
    let mut copied = 0;
    loop {
        match rows.next() {
            Ok(Some(row)) => {
                let values: Result<Vec<rusqlite::types::Value>, _> =
                    (0..width).map(|column| row.get(column)).collect();
                let stored =
                    values.and_then(|values| insert.execute(rusqlite::params_from_iter(values)));
                if stored.is_err() {
                    return (copied, false);
                }
                copied += 1;
            }
            Ok(None) => return (copied, true),
            Err(_) => return (copied, false),
        }
    }
}
