//! What the writer's thread does between commits: keeping the index of words
//! near the logs.
//!
//! Each piece is small, so that no commit waits for long behind one. Failing is
//! no fault: a piece that failed is tried again with the next.

use super::fault::Fault;
use super::index::Backlog;
use super::worker;
use crate::store::{Effect, Outcome};
use rusqlite::{Connection, TransactionBehavior};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Without a job for so long, the writer is idle.
const IDLE: Duration = Duration::from_millis(200);
/// After a failure.
const LATER: Duration = Duration::from_secs(5);
/// Events that the index reads in one transaction: some 10 ms.
const BATCH: usize = 512;
/// Events that the index may lag behind while the writer is busy. Beyond, each
/// commit is followed by a batch.
const LAG: usize = 4 * BATCH;

/// See the module. Shared by the writer's thread and the jobs that run there;
/// nobody else.
#[derive(Debug, Clone, Default)]
pub(super) struct Chores(Arc<Mutex<Backlog>>);

impl Chores {
    /// What the last server left to be done.
    pub(super) fn load(conn: &Connection) -> Result<Self, Fault> {
        Ok(Self(Arc::new(Mutex::new(Backlog::load(conn)?))))
    }

    /// These were committed.
    pub(super) fn note(&self, outcomes: &[Outcome]) {
        let mut backlog = self.backlog();
        for effect in outcomes.iter().flat_map(|outcome| &outcome.effects) {
            if let Effect::Appended { room, .. } = effect {
                backlog.add(*room);
            }
        }
    }

    /// One batch of the index; false if there was nothing to be read.
    pub(super) fn index(&self, conn: &mut Connection) -> Result<bool, Fault> {
        let mut backlog = self.backlog();
        if backlog.events() == 0 {
            return Ok(false);
        }
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let left = backlog.read(&tx, BATCH)?;
        tx.commit().map_err(Fault::Commit)?;
        *backlog = left;
        Ok(true)
    }

    fn backlog(&self) -> MutexGuard<'_, Backlog> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl worker::Chores for Chores {
    fn tend(&self, conn: &mut Connection, idle: bool) -> Option<Duration> {
        let events = self.backlog().events();
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
