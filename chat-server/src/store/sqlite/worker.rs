//! Threads that own a connection each and run jobs on it, one after another,
//! and chores in between.

use super::fault::Fault;
use crate::store::{Pending, StoreError};
use rusqlite::Connection;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// What is done on a connection without anybody's asking.
pub(super) trait Chores: Clone + Send + 'static {
    /// After each job, and again after the pause that it gives if no job comes
    /// before (`idle`). `None`: not before the next job.
    fn tend(&self, conn: &mut Connection, idle: bool) -> Option<Duration>;
    /// Before the connection is closed.
    fn last(&self, conn: &mut Connection);
}

/// One queue, and as many threads as connections. Dropping it waits until
/// what was asked is done.
#[derive(Debug)]
pub(super) struct Workers {
    /// `None` only while dropping.
    queue: Option<mpsc::Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    pub(super) fn start(
        name: &str,
        connections: Vec<Connection>,
        chores: &impl Chores,
    ) -> std::io::Result<Self> {
        let (queue, jobs) = mpsc::channel::<Job>();
        let jobs = Arc::new(Mutex::new(jobs));
        let threads = connections
            .into_iter()
            .map(|mut conn| {
                let (jobs, chores) = (Arc::clone(&jobs), chores.clone());
                std::thread::Builder::new()
                    .name(name.to_owned())
                    .spawn(move || {
                        let mut pause = chores.tend(&mut conn, true);
                        loop {
                            let idle = match next(&jobs, pause) {
                                Ok(job) => {
                                    job(&mut conn);
                                    false
                                }
                                Err(RecvTimeoutError::Timeout) => true,
                                Err(RecvTimeoutError::Disconnected) => break,
                            };
                            pause = chores.tend(&mut conn, idle);
                        }
                        chores.last(&mut conn);
                    })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            queue: Some(queue),
            threads,
        })
    }

    /// Runs it on the next free connection. It runs even if nobody waits for it any more.
    pub(super) fn run<T, F>(&self, work: F) -> Pending<'static, T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            // Nobody waits any more: what was done stays done.
            let _ = answer.send(work(conn));
        });
        let sent = self
            .queue
            .as_ref()
            .is_some_and(|queue| queue.send(job).is_ok());
        Box::pin(async move {
            if !sent {
                return Err(StoreError::Unavailable("its threads are gone".to_owned()));
            }
            match answered.await {
                Ok(result) => result.map_err(StoreError::from),
                Err(_) => Err(StoreError::Unknown("its thread is gone".to_owned())),
            }
        })
    }
}

/// Waiting for a job holds the lock; the other threads wait for that.
fn next(
    jobs: &Mutex<mpsc::Receiver<Job>>,
    pause: Option<Duration>,
) -> Result<Job, RecvTimeoutError> {
    let jobs = jobs.lock().unwrap_or_else(PoisonError::into_inner);
    match pause {
        Some(pause) => jobs.recv_timeout(pause),
        None => jobs.recv().map_err(RecvTimeoutError::from),
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}
