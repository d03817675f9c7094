//! What the writer's thread does between commits: it keeps the index of words
//! near the logs, and makes what was deleted be gone from the files.
//!
//! After deletions the pages of the database are freed of remains
//! (`remains.rs`), and what the WAL holds from before is emptied out.
//!
//! Each piece is small, so that no commit waits for long behind one. Failing is
//! no fault: a piece that failed is tried again with the next.

use super::fault::Fault;
use super::index::Backlog;
use super::{open, remains, worker};
use crate::store::{Effect, Outcome};
use rusqlite::{Connection, TransactionBehavior};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Without a job for so long, the writer is idle.
const IDLE: Duration = Duration::from_millis(200);
/// After a failure.
const LATER: Duration = Duration::from_secs(5);
/// Events that the index reads in one transaction: some 10 ms.
const BATCH: usize = 512;
/// Events that the index may lag behind while the writer is busy. Beyond, each
/// commit is followed by a batch.
const LAG: usize = 4 * BATCH;

/// From a deletion to the erasing of its remains; those of all that is deleted
/// meanwhile are erased with them.
const ERASE_AFTER: Duration = Duration::from_secs(30);
/// Pages gone through at a time: some 1 ms where there are no remains,
const PAGES: u32 = 256;
/// and the least time between two such pieces: 50 MB a second.
const BETWEEN: Duration = Duration::from_millis(20);
/// For so long the emptying waits for those who read; then it is tried again.
const READERS_WAIT: Duration = Duration::from_millis(100);

/// See the module. Shared by the writer's thread and the jobs that run there;
/// nobody else.
#[derive(Debug, Clone)]
pub(super) struct Chores(Arc<Mutex<Due>>);

#[derive(Debug)]
struct Due {
    backlog: Backlog,
    erase: Erase,
    /// Something was deleted since the erasing under way began.
    again: bool,
}

/// How far the erasing of remains is.
#[derive(Debug, Clone, Copy)]
enum Erase {
    /// There are none.
    Nothing,
    /// Begins then.
    From(Instant),
    /// Goes on with this page, then.
    Page(u32, Instant),
    /// All pages are done; the WAL is emptied then.
    Wal(Instant),
}

impl Chores {
    /// What the last server left to be done.
    pub(super) fn load(conn: &Connection) -> Result<Self, Fault> {
        let left = remains::are_left(conn)?;
        Ok(Self(Arc::new(Mutex::new(Due {
            backlog: Backlog::load(conn)?,
            erase: if left {
                Erase::From(Instant::now() + ERASE_AFTER)
            } else {
                Erase::Nothing
            },
            again: false,
        }))))
    }

    /// These were committed.
    pub(super) fn note(&self, outcomes: &[Outcome]) {
        let mut due = self.due();
        for effect in outcomes.iter().flat_map(|outcome| &outcome.effects) {
            match effect {
                Effect::Appended { room, .. } => due.backlog.add(*room),
                Effect::Rewritten { .. } | Effect::Forgotten { .. } => due.deleted(),
                Effect::FilesDoomed
                | Effect::Entered { .. }
                | Effect::Marked { .. }
                | Effect::Left { .. }
                | Effect::Removed { .. }
                | Effect::Registered { .. }
                | Effect::LoggedOut { .. }
                | Effect::Banned { .. }
                | Effect::Invited { .. }
                | Effect::Uninvited { .. } => {}
            }
        }
    }

    /// One batch of the index; false if there was nothing to be read.
    pub(super) fn index(&self, conn: &mut Connection) -> Result<bool, Fault> {
        let mut due = self.due();
        if due.backlog.events() == 0 {
            return Ok(false);
        }
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let left = due.backlog.read(&tx, BATCH)?;
        tx.commit().map_err(Fault::Commit)?;
        due.backlog = left;
        Ok(true)
    }

    /// Goes on with erasing, whether or not it is time; false once there is nothing left to do.
    pub(super) fn erase(&self, conn: &mut Connection) -> Result<bool, Fault> {
        let now = Instant::now();
        let at = self.due().erase;
        let next = match at {
            Erase::Nothing => return Ok(false),
            Erase::From(_) => {
                self.due().again = false;
                Erase::Page(1, now)
            }
            Erase::Page(page, _) => {
                let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let next = remains::erase(&tx, page, PAGES)?;
                if next.is_none() && !self.due().again {
                    remains::are_gone(&tx)?;
                }
                tx.commit().map_err(Fault::Commit)?;
                next.map_or(Erase::Wal(now), |page| Erase::Page(page, now + BETWEEN))
            }
            Erase::Wal(_) if !empty_wal(conn)? => Erase::Wal(now + LATER),
            Erase::Wal(_) if self.due().again => Erase::From(now + ERASE_AFTER),
            Erase::Wal(_) => Erase::Nothing,
        };
        self.due().erase = next;
        Ok(true)
    }

    /// Reads a batch into the index if it is time; when to look again.
    fn tend_index(&self, conn: &mut Connection, idle: bool) -> Option<Duration> {
        let events = self.due().backlog.events();
        if events == 0 {
            return None;
        }
        if !idle && events < LAG {
            return Some(IDLE);
        }
        match self.index(conn) {
            // The next batch follows at once, unless a job came.
            Ok(true) if idle => Some(Duration::ZERO),
            Ok(_) => Some(IDLE),
            Err(error) => {
                tracing::warn!(%error, "the index of words could not be brought up to date");
                Some(LATER)
            }
        }
    }

    /// Goes on with erasing if it is time; when to look again.
    fn tend_remains(&self, conn: &mut Connection) -> Option<Duration> {
        let left = self.due().erase.wait()?;
        if left > Duration::ZERO {
            return Some(left);
        }
        if let Err(error) = self.erase(conn) {
            tracing::warn!(%error, "the remains of what was deleted could not be erased yet");
            return Some(LATER);
        }
        self.due().erase.wait()
    }

    fn due(&self) -> MutexGuard<'_, Due> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Due {
    fn deleted(&mut self) {
        self.again = true;
        if matches!(self.erase, Erase::Nothing) {
            self.erase = Erase::From(Instant::now() + ERASE_AFTER);
        }
    }
}

impl Erase {
    /// Until the next step.
    fn wait(self) -> Option<Duration> {
        match self {
            Self::Nothing => None,
            Self::From(then) | Self::Page(_, then) | Self::Wal(then) => {
                Some(then.saturating_duration_since(Instant::now()))
            }
        }
    }
}

/// False if somebody still reads what was there before.
fn empty_wal(conn: &Connection) -> Result<bool, Fault> {
    conn.busy_timeout(READERS_WAIT)?;
    let busy: Result<bool, _> =
        conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get(0));
    conn.busy_timeout(open::BUSY_WAIT)?;
    Ok(!busy?)
}

impl worker::Chores for Chores {
    fn tend(&self, conn: &mut Connection, idle: bool) -> Option<Duration> {
        let index = self.tend_index(conn, idle);
        let remains = self.tend_remains(conn);
        index.into_iter().chain(remains).min()
    }

    /// So that a directory at rest is one file, and the next start has nothing to recover.
    fn last(&self, conn: &mut Connection) {
        // If it can't be done now, the next start does it.
        let _ = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(()));
    }
}

/// Those who only read have nothing to tend.
#[derive(Debug, Clone, Copy)]
pub(super) struct NoChores;

impl worker::Chores for NoChores {
    fn tend(&self, _conn: &mut Connection, _idle: bool) -> Option<Duration> {
        None
    }

    fn last(&self, _conn: &mut Connection) {}
}
