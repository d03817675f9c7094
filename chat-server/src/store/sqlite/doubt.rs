//! What is done about a commit that broke while it was being made durable.
//!
//! When the sync of a commit fails, this process takes the transaction for
//! rolled back; but its pages may lie in the WAL, and who opens the database
//! after a crash would find them there and take them for committed. So the next
//! thing written goes over them: once that is on the disk, nothing of the
//! doubtful commit can come back, and "nothing was done" is the truth. Until it
//! is, nobody knows, and nothing else is committed.

use super::fault::Fault;
use rusqlite::{Connection, TransactionBehavior};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// For so long the fate of a commit is looked for.
const WITHIN: Duration = Duration::from_secs(5);
/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(50);

/// What became of a commit that failed with `fault`: nothing, where that can be
/// made certain in time; else the fault stays one that leaves it open.
pub(super) fn settle(conn: &mut Connection, fault: Fault) -> Fault {
    settle_within(conn, fault, WITHIN)
}

fn settle_within(conn: &mut Connection, fault: Fault, within: Duration) -> Fault {
    if !fault.is_doubtful() {
        return fault;
    }
    let until = Instant::now() + within;
    loop {
        match write(conn) {
            Ok(()) => return Fault::Undone(fault.to_string()),
            Err(error) if Instant::now() + PAUSE >= until => {
                tracing::warn!(%error, "what became of a commit can't be found out");
                return fault;
            }
            Err(_) => sleep(PAUSE),
        }
    }
}

/// Writes something that was not there before, and syncs it.
pub(super) fn write(conn: &mut Connection) -> Result<(), Fault> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // What is written as it stands already is not written at all.
    tx.prepare_cached(
        "INSERT INTO meta (key, value) VALUES ('written', '0')
         ON CONFLICT (key) DO UPDATE SET value = 1 - value",
    )?
    .execute(())?;
    tx.commit().map_err(Fault::Commit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    fn broken(extended: i32) -> Fault {
        Fault::Commit(rusqlite::Error::SqliteFailure(
            ffi::Error::new(extended),
            None,
        ))
    }

    fn database() -> (tempfile::TempDir, Connection) {
        let dir = tempfile::tempdir().unwrap();
        let conn = Connection::open(dir.path().join("chat.db")).unwrap();
        conn.execute_batch(
            "PRAGMA journal_mode = WAL; CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)",
        )
        .unwrap();
        (dir, conn)
    }

    #[test]
    fn a_commit_whose_sync_failed_is_undone_by_what_is_written_next() {
        let (_dir, mut conn) = database();
        for _ in 0..3 {
            let settled = settle(&mut conn, broken(ffi::SQLITE_IOERR_FSYNC));
            assert!(matches!(settled, Fault::Undone(_)), "{settled:?}");
        }
    }

    #[test]
    fn what_was_not_written_at_all_is_no_doubt() {
        let (_dir, mut conn) = database();
        for code in [ffi::SQLITE_FULL, ffi::SQLITE_IOERR_WRITE] {
            let settled = settle(&mut conn, broken(code));
            assert!(matches!(settled, Fault::Commit(_)), "{settled:?}");
            assert!(!settled.is_doubtful(), "{settled:?}");
        }
    }

    #[test]
    fn where_nothing_can_be_written_it_stays_a_doubt() {
        let (_dir, mut conn) = database();
        conn.pragma_update(None, "query_only", true).unwrap();
        let fault = broken(ffi::SQLITE_IOERR_FSYNC);
        let settled = settle_within(&mut conn, fault, Duration::from_millis(200));
        assert!(settled.is_doubtful(), "{settled:?}");
    }

    #[test]
    fn each_time_something_is_written() {
        let (dir, mut conn) = database();
        let wal = dir.path().join("chat.db-wal");
        for _ in 0..3 {
            let before = std::fs::metadata(&wal).map_or(0, |wal| wal.len());
            write(&mut conn).unwrap();
            assert!(std::fs::metadata(&wal).unwrap().len() > before);
        }
    }
}
