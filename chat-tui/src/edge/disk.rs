//! The disk on a thread of its own: writes are gathered, done in order, and
//! answered once they last.
//!
//! What always holds: a read sees all writes asked for before it; an accepted
//! message is reported only after its transaction; the end leaves nothing behind.

pub mod cache;
mod index;
mod log;
mod mentions;
mod meta;
mod retries;
mod rooms;
pub mod schema;
pub mod slot;
mod threads;
mod typed;
mod values;
mod worker;
mod write;

use crate::core::effect::{Load, Store};
use crate::core::input::DiskInput;
use cache::Cache;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use worker::Worker;

/// The disk's thread, seen from the loop.
#[derive(Debug)]
pub struct Disk {
    jobs: SyncSender<Job>,
    thread: JoinHandle<()>,
}

/// A way to the disk for a program that is falling over.
#[derive(Debug, Clone)]
pub struct Flusher {
    jobs: SyncSender<Job>,
}

enum Job {
    Store(Store),
    /// Write all that earlier failures have left unwritten.
    Mend(Vec<Store>),
    Load(Load),
    /// Answer once all before this is written.
    Flush(SyncSender<()>),
    End,
    /// Stands for a bug in this thread.
    Panic,
}

impl Job {
    fn is_search(&self) -> bool {
        matches!(self, Self::Load(Load::Search(_)))
    }
}

/// Writes that wait. At this bound the loop waits for the disk, and with it
/// the network: a slow disk takes no memory.
const JOBS_MAX: usize = 4096;

impl Disk {
    /// Moves the cache to its thread; what it has to say comes out of the receiver.
    pub fn start(cache: Cache) -> std::io::Result<(Self, mpsc::UnboundedReceiver<DiskInput>)> {
        let (jobs, asked) = sync_channel(JOBS_MAX);
        // As many answers as jobs, which are bounded.
        let (tell, news) = mpsc::unbounded_channel();
        let thread = std::thread::Builder::new()
            .name("disk".to_owned())
            .spawn(move || Worker::new(cache, tell).run(&asked))?;
        Ok((Self { jobs, thread }, news))
    }

    /// Asks for a write.
    pub fn store(&self, write: Store) {
        self.ask(Job::Store(write));
    }

    /// Asks for all to be written that earlier failures have left unwritten.
    pub fn mend(&self, writes: Vec<Store>) {
        self.ask(Job::Mend(writes));
    }

    /// Asks for a read.
    pub fn load(&self, load: Load) {
        self.ask(Job::Load(load));
    }

    /// For the switch that tests what a panic in this thread does.
    pub fn panic(&self) {
        self.ask(Job::Panic);
    }

    /// A way to have everything written in an emergency.
    pub fn flusher(&self) -> Flusher {
        Flusher {
            jobs: self.jobs.clone(),
        }
    }

    /// Writes all that was asked and ends; false if that took longer than `patience`.
    pub fn finish(self, patience: Duration) -> bool {
        self.ask(Job::End);
        let deadline = Instant::now() + patience;
        while !self.thread.is_finished() {
            if Instant::now() >= deadline {
                return false;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        true
    }

    fn ask(&self, job: Job) {
        // The thread ends before its sender only by a panic, which ends the program.
        let _ = self.jobs.send(job);
    }
}

impl Flusher {
    /// Waits until all that was asked is written, or no longer than `patience`.
    pub fn flush(&self, patience: Duration) {
        let (done, written) = sync_channel(1);
        if self.jobs.try_send(Job::Flush(done)).is_ok() {
            let _ = written.recv_timeout(patience);
        }
    }
}

/// Answers a read from the cache, here and now.
pub fn load(cache: &mut Cache, load: Load) -> DiskInput {
    let loaded = match load {
        Load::Saved => cache.saved().map(|saved| DiskInput::Saved(Box::new(saved))),
        Load::Log(asked) => cache.log(&asked).map(|(entries, known)| DiskInput::Log {
            asked,
            entries,
            known,
        }),
        Load::Thread(asked) => cache
            .thread(&asked)
            .map(|entries| DiskInput::Thread { asked, entries }),
        Load::At(asked) => cache.first_from(&asked).map(|entry| DiskInput::At {
            asked,
            entry: entry.map(Box::new),
        }),
        Load::Search(asked) => {
            cache
                .search(&asked)
                .map(|(hits, whole)| DiskInput::Found { asked, hits, whole })
        }
        Load::Mentions(name) => cache.mentions(&name).map(DiskInput::Mentions),
    };
    loaded.unwrap_or_else(|e| DiskInput::Failed(e.to_string()))
}

#[cfg(test)]
mod tests;
