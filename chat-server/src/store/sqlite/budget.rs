//! Reading that ends in time, whatever is asked for: the threads that read are
//! few, and everybody's pages come from them.
//!
//! SQLite asks every so many steps of its machine whether to go on. Between two
//! steps it may walk the lists of words in the index for long, but it reads
//! them from its tables, which are steps as well.
//!
//! What counts is the work of the thread, so that a busy machine makes nothing
//! unavailable that is not; waiting, for a disk above all, counts a tenth.

use super::fault::Fault;
use rusqlite::{Connection, ErrorCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Steps between two looks at the clock: some microseconds of common ones, a
/// millisecond or two of those that walk lists of words.
const STEPS: i32 = 100;

/// What is waited for may take so many times the work.
const WAITING: u32 = 10;

/// Does the work, unless there is more of it than that: [`Fault::TooLong`].
pub(super) fn within<T>(
    conn: &mut Connection,
    budget: Duration,
    work: impl FnOnce(&mut Connection, &Budget) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let counted = Budget(Arc::new(AtomicBool::new(true)));
    let counts = Arc::clone(&counted.0);
    let (begun, end) = (Instant::now(), worked() + budget);
    let is_over = move || {
        let passed = begun.elapsed();
        // Nobody works for longer than time passes, and the clock of the work
        // costs a call into the system: for most that is read it is not asked.
        passed >= budget
            && counts.load(Ordering::Relaxed)
            && (passed >= budget * WAITING || worked() >= end)
    };
    conn.progress_handler(STEPS, Some(is_over))?;
    let result = work(conn, &counted);
    conn.progress_handler(0, None::<fn() -> bool>)?;
    result.map_err(|fault| match fault {
        Fault::Sql(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
            Fault::TooLong
        }
        other => other,
    })
}

/// What is left of it, for whoever does the work.
#[derive(Debug)]
pub(super) struct Budget(Arc<AtomicBool>);

impl Budget {
    /// All is found; what is still to be done has a bound of its own.
    pub(super) fn is_kept(&self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// How long this thread has had a processor.
fn worked() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDLESS: &str =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";

    #[test]
    fn what_takes_too_long_is_given_up_and_the_connection_goes_on() {
        let mut conn = Connection::open_in_memory().unwrap();
        let endless = |conn: &mut Connection, _: &Budget| -> Result<i64, Fault> {
            let tx = conn.transaction()?;
            Ok(tx.query_row(ENDLESS, (), |row| row.get(0))?)
        };
        let fault = within(&mut conn, Duration::from_millis(1), endless).unwrap_err();
        assert!(matches!(fault, Fault::TooLong), "{fault}");
        assert!(conn.is_autocommit(), "its transaction has ended");
        let count =
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
                     SELECT count(*) FROM n";
        let all: i64 = conn.query_row(count, (), |row| row.get(0)).unwrap();
        assert_eq!(all, 100_000);
    }

    /// Two words that never stand together are one step of the machine.
    #[test]
    fn walking_the_lists_of_words_can_be_given_up_too() {
        let looks = |documents: usize| {
            let mut conn = Connection::open_in_memory().unwrap();
            conn.execute_batch(include_str!("schema_1.sql")).unwrap();
            conn.execute_batch(include_str!("schema_3_search.sql"))
                .unwrap();
            let tx = conn.transaction().unwrap();
            for id in 0..documents {
                let word = ["1.aaaaaaaaaa", "1.bbbbbbbbbb"][id % 2];
                tx.execute(
                    "INSERT INTO words (rowid, said) VALUES (?, ?)",
                    (id as i64, word),
                )
                .unwrap();
            }
            tx.commit().unwrap();
            let (seen, look) = std::sync::mpsc::channel();
            conn.progress_handler(1, Some(move || seen.send(()).is_err()))
                .unwrap();
            let found = conn
                .prepare("SELECT rowid FROM words WHERE words MATCH '\"1.aaaaaaaaaa\" AND \"1.bbbbbbbbbb\"'")
                .unwrap()
                .exists(())
                .unwrap();
            assert!(!found);
            look.try_iter().count()
        };
        let (few, many) = (looks(2_000), looks(40_000));
        assert!(many > few + 20, "{few} looks, then {many}");
    }
}
