//! Opening a data directory: its lock, its connections, its schema.

use super::fault::Fault;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The schema's steps: the first makes version 1 of nothing, the next 2 of 1.
pub(super) const MIGRATIONS: [&str; 7] = [
    include_str!("schema_1.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3_search.sql"),
    include_str!("schema_4_files.sql"),
    include_str!("schema_5_log.sql"),
    include_str!("schema_6_barred.sql"),
    include_str!("schema_7_parts.sql"),
];
/// In every database of ours, so that no other program's is taken for one: "chat".
const APPLICATION_ID: i64 = 0x6368_6174;

/// Room that bringing a database to this version may take, in sizes of it: what
/// is written anew, and that which is overwritten, stand in the WAL first.
const UPGRADE_ROOM: u32 = 3;

/// Statements kept prepared on each connection; more than there are.
const STATEMENTS: usize = 128;
/// Pages of WAL after which a commit also moves them into the database: 8 MiB,
/// few enough that nobody notices the pause.
const CHECKPOINT_PAGES: u32 = 2048;
/// Bytes that the WAL's file keeps once a burst is over.
const WAL_BYTES_MAX: u32 = 64 * 1024 * 1024;
/// For so long a statement waits for whoever holds a lock.
pub(super) const BUSY_WAIT: Duration = Duration::from_secs(5);
/// KiB of page cache.
const WRITER_CACHE_KIB: u32 = 16 * 1024;
const READER_CACHE_KIB: u32 = 4 * 1024;

/// Why a data directory could not be opened; each says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It can't be made, or nothing can be written in it.
    #[error(
        "the data directory {} can't be written: {source}; make it writable, or name another with --data DIR",
        dir.display()
    )]
    NotWritable {
        /// The directory.
        dir: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another process has it open.
    #[error(
        "the data directory {} is in use by another server; stop that one, or name another directory with --data DIR",
        dir.display()
    )]
    InUse {
        /// The directory.
        dir: PathBuf,
    },
    /// A later version of this program wrote it.
    #[error(
        "the database {} is of a newer version ({found}; this server knows up to {known}); start the newer chat-server again",
        file.display()
    )]
    Newer {
        /// The database.
        file: PathBuf,
        /// Its version.
        found: i64,
        /// The last one that is known here.
        known: i64,
    },
    /// It is damaged, or something else.
    #[error(
        "{} is no intact chat database ({detail}); put back a backup of it, or name another directory with --data DIR",
        file.display()
    )]
    Corrupt {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// SQLite or the system refuses for another reason.
    #[error("the database {} can't be opened: {detail}", file.display())]
    Failed {
        /// The file.
        file: PathBuf,
        /// Why.
        detail: String,
    },
}

/// A data directory that is ours alone until this is dropped.
#[derive(Debug)]
pub(super) struct DataDir {
    file: PathBuf,
    _lock: File,
}

impl DataDir {
    pub(super) fn claim(dir: &Path) -> Result<Self, OpenError> {
        let not_writable = |source| OpenError::NotWritable {
            dir: dir.to_owned(),
            source,
        };
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(dir).map_err(not_writable)?;
        let lock = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .open(dir.join("chat.lock"))
            .map_err(not_writable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                file: dir.join("chat.db"),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse {
                dir: dir.to_owned(),
            }),
            Err(TryLockError::Error(source)) => Err(not_writable(source)),
        }
    }

    /// The one connection that writes, its schema up to date.
    pub(super) fn writer(&self) -> Result<Connection, OpenError> {
        let mut conn =
            self.connect(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        // First of all: a step of the schema may move what was said, and what
        // stays where it was would outlive its deletion.
        conn.pragma_update(None, "secure_delete", "ON")
            .map_err(|error| self.failed(&error))?;
        self.migrate(&mut conn)?;
        conn.pragma_update(None, "synchronous", "FULL")
            .and_then(|()| conn.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES))
            .and_then(|()| conn.pragma_update(None, "journal_size_limit", WAL_BYTES_MAX))
            .and_then(|()| cache(&conn, WRITER_CACHE_KIB))
            .map_err(|error| self.failed(&error))?;
        Ok(conn)
    }

    /// One that reads. The writer's has to be open.
    pub(super) fn reader(&self) -> Result<Connection, OpenError> {
        let conn = self.connect(OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        cache(&conn, READER_CACHE_KIB).map_err(|error| self.failed(&error))?;
        Ok(conn)
    }

    fn connect(&self, flags: OpenFlags) -> Result<Connection, OpenError> {
        let conn = Connection::open_with_flags(&self.file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(|error| self.failed(&error))?;
        conn.set_prepared_statement_cache_capacity(STATEMENTS);
        // Else a statement that meets a partial index is planned anew for every
        // value it is given.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
            .map_err(|error| self.failed(&error))?;
        // Only a backup or a curious shell can hold a lock against us.
        conn.busy_timeout(BUSY_WAIT)
            .map_err(|error| self.failed(&error))?;
        Ok(conn)
    }

    /// Brings the schema up to date, a step in one piece or not at all.
    pub(super) fn migrate(&self, conn: &mut Connection) -> Result<(), OpenError> {
        let failed = |error: rusqlite::Error| self.failed(&error);
        let found = number(conn, "PRAGMA user_version").map_err(failed)?;
        let known = i64::try_from(MIGRATIONS.len()).expect("a handful of migrations");
        if found > known {
            return Err(OpenError::Newer {
                file: self.file.clone(),
                found,
                known,
            });
        }
        let ours = number(conn, "PRAGMA application_id").map_err(failed)? == APPLICATION_ID;
        let tables = number(conn, "SELECT count(*) FROM sqlite_schema").map_err(failed)?;
        if !ours && tables > 0 {
            return Err(self.corrupt("it is another program's"));
        }
        // Returns the mode as a row, and can't be changed within a transaction.
        conn.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))
            .map_err(failed)?;
        let done = usize::try_from(found).map_err(|_| self.corrupt("its version is negative"))?;
        if (1..known).contains(&found) {
            self.tell_of_upgrade(found, known);
        }
        for (sql, version) in MIGRATIONS.iter().zip(1_i64..).skip(done) {
            let tx = conn.transaction().map_err(failed)?;
            tx.execute_batch(sql)
                .and_then(|()| tx.pragma_update(None, "application_id", APPLICATION_ID))
                .and_then(|()| tx.pragma_update(None, "user_version", version))
                .and_then(|()| tx.commit())
                .map_err(failed)?;
        }
        Ok(())
    }

    /// So that nobody wonders why a large one is not ready at once.
    fn tell_of_upgrade(&self, found: i64, known: i64) {
        let megabytes = fs::metadata(&self.file).map_or(0, |file| file.len() >> 20);
        tracing::info!(
            megabytes,
            "the database is brought from version {found} to {known}; a large one takes minutes, and {UPGRADE_ROOM} times its size beside it while it lasts. A stop meanwhile loses nothing"
        );
    }

    pub(super) fn faulty(&self, fault: &Fault) -> OpenError {
        match fault {
            Fault::Sql(error) | Fault::Commit(error) => self.failed(error),
            Fault::Nonsense(what) | Fault::NotYet(what) | Fault::Undone(what) => self.corrupt(what),
            Fault::TooLong => self.corrupt(&fault.to_string()),
        }
    }

    fn failed(&self, error: &rusqlite::Error) -> OpenError {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                self.corrupt(&error.to_string())
            }
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                OpenError::NotWritable {
                    dir: self.file.parent().unwrap_or(&self.file).to_owned(),
                    source: io::Error::other(error.to_string()),
                }
            }
            Some(ErrorCode::DiskFull) => OpenError::Failed {
                file: self.file.clone(),
                detail: "its disk is full; make room there".to_owned(),
            },
            _ => OpenError::Failed {
                file: self.file.clone(),
                detail: error.to_string(),
            },
        }
    }

    pub(super) fn thread_failed(&self, error: &io::Error) -> OpenError {
        OpenError::Failed {
            file: self.file.clone(),
            detail: format!("no thread for it can be started: {error}"),
        }
    }

    fn corrupt(&self, detail: &str) -> OpenError {
        OpenError::Corrupt {
            file: self.file.clone(),
            detail: detail.to_owned(),
        }
    }
}

fn cache(conn: &Connection, kib: u32) -> rusqlite::Result<()> {
    // Negative: KiB instead of pages.
    conn.pragma_update(None, "cache_size", -i64::from(kib))
}

fn number(conn: &Connection, sql: &str) -> rusqlite::Result<i64> {
    conn.query_row(sql, (), |row| row.get(0))
}
