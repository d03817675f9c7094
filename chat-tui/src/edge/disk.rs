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

use crate::core::effect::{Load, Store};
use crate::core::input::DiskInput;
use crate::core::outbox::ItemNonce;
use cache::{Cache, StoreError};
use chat_proto::RoomName;
use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

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
/// Writes of one transaction.
const BATCH_MAX: usize = 512;

impl Disk {
    /// Moves the cache to its thread; what it has to say comes out of the receiver.
    pub fn start(cache: Cache) -> std::io::Result<(Self, mpsc::UnboundedReceiver<DiskInput>)> {
        let (jobs, asked) = sync_channel(JOBS_MAX);
        // As many answers as jobs, which are bounded.
        let (tell, news) = mpsc::unbounded_channel();
        let thread = std::thread::Builder::new()
            .name("disk".to_owned())
            .spawn(move || {
                let worker = Worker {
                    cache,
                    tell,
                    complained: None,
                    lost: BTreeSet::new(),
                    owed: Vec::new(),
                    indexing: false,
                };
                worker.run(&asked);
            })?;
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

struct Worker {
    cache: Cache,
    tell: mpsc::UnboundedSender<DiskInput>,
    /// The failure told last; said once until all is mended.
    complained: Option<String>,
    /// Rooms whose cached log misses something that could not be written. What
    /// is cached of them is not carried on, and dropped as soon as it can be: a
    /// log cached as if nothing was missing, or changed, would lie.
    lost: BTreeSet<RoomName>,
    /// Ends of what waited, and of drafts, that could not be written; each once.
    owed: Vec<Store>,
    /// What an earlier version has cached is being indexed.
    indexing: bool,
}

impl Worker {
    fn run(mut self, jobs: &Receiver<Job>) {
        let mut writes = Vec::new();
        while let Some(first) = self.next(jobs) {
            let more = std::iter::from_fn(|| jobs.try_recv().ok());
            let batch: Vec<_> = std::iter::once(first).chain(more.take(BATCH_MAX)).collect();
            // Nobody waits for what was looked for before the last letter came.
            let newest = batch.iter().rposition(Job::is_search).unwrap_or(0);
            for (place, job) in batch.into_iter().enumerate() {
                if place < newest && job.is_search() {
                    continue;
                }
                if self.take(job, &mut writes) {
                    return;
                }
            }
            self.write(&mut writes);
        }
    }

    /// The next job. While there is none, what is not indexed yet is, once
    /// somebody has looked for something.
    fn next(&mut self, jobs: &Receiver<Job>) -> Option<Job> {
        while self.indexing {
            match jobs.try_recv() {
                Ok(job) => return Some(job),
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) => {}
            }
            match self.cache.index_some() {
                Ok(true) => {}
                Ok(false) => {
                    self.indexing = false;
                    self.say(DiskInput::Indexed);
                }
                // It is tried again with the next search.
                Err(_) => self.indexing = false,
            }
        }
        jobs.recv().ok()
    }

    /// Takes a job; true if it is the last one.
    fn take(&mut self, job: Job, writes: &mut Vec<Store>) -> bool {
        match job {
            Job::Store(write) => writes.push(write),
            Job::Mend(all) => {
                self.write(writes);
                let mended = self.mend(all);
                self.say(mended);
            }
            Job::Load(asked) => {
                self.write(writes);
                let loaded = load(&mut self.cache, asked);
                self.indexing |= matches!(loaded, DiskInput::Found { whole: false, .. });
                self.say(loaded);
            }
            Job::Flush(done) => {
                self.write(writes);
                let _ = done.send(());
            }
            Job::End => {
                self.write(writes);
                return true;
            }
            Job::Panic => panic!("asked to panic in the disk's thread"),
        }
        false
    }

    /// Writes all at once; if that fails, one by one, so that one bad write
    /// does not take others with it.
    fn write(&mut self, writes: &mut Vec<Store>) {
        if writes.is_empty() {
            return;
        }
        let mut writes = std::mem::take(writes);
        self.make_up();
        writes.retain(|write| !self.is_lost(write));
        let mut result = self.cache.store(&writes);
        if result.as_ref().is_err_and(StoreError::is_broken) {
            let note = self.cache.renew();
            self.say(DiskInput::Renewed(note));
            result = self.cache.store(&writes);
        }
        match result {
            Ok(()) => writes.iter().for_each(|write| self.written(write)),
            Err(_) => self.write_singly(&writes),
        }
    }

    fn write_singly(&mut self, writes: &[Store]) {
        for write in writes {
            if self.is_lost(write) {
                continue;
            }
            match self.cache.store(std::slice::from_ref(write)) {
                Ok(()) => self.written(write),
                Err(e) => {
                    self.lost.extend(log_of(write).cloned());
                    self.failed(write, &e);
                }
            }
        }
    }

    fn is_lost(&self, write: &Store) -> bool {
        log_of(write).is_some_and(|room| self.lost.contains(room))
    }

    /// Writes all that is only in memory so far, and says what came of it.
    fn mend(&mut self, mut writes: Vec<Store>) -> DiskInput {
        let before = self.complained.take();
        self.write(&mut writes);
        if !self.lost.is_empty() || !self.owed.is_empty() {
            self.complained = self.complained.take().or(before);
        }
        let failed = self.complained.as_deref().or(self.cache.trouble());
        match failed {
            None => DiskInput::Mended,
            Some(why) => DiskInput::Failed(why.to_owned()),
        }
    }

    /// Writes first what earlier failures have left undone.
    fn make_up(&mut self) {
        let forget = self.lost.iter().cloned().map(Store::Forget);
        let undone: Vec<_> = forget.chain(self.owed.iter().cloned()).collect();
        if !undone.is_empty() && self.cache.store(&undone).is_ok() {
            self.lost.clear();
            self.owed.clear();
        }
    }

    fn written(&mut self, write: &Store) {
        if let Some(nonce) = accepts(write) {
            let nonce = nonce.clone();
            self.say(match self.cache.trouble() {
                None => DiskInput::Accepted(nonce),
                Some(why) => DiskInput::NotAccepted {
                    nonce,
                    why: why.to_owned(),
                },
            });
        }
    }

    fn failed(&mut self, write: &Store, error: &StoreError) {
        let why = error.to_string();
        if let Some(end) = ends(write).filter(|end| !self.owed.contains(end)) {
            self.owed.push(end);
        }
        if let Some(nonce) = accepts(write) {
            self.say(DiskInput::NotAccepted {
                nonce: nonce.clone(),
                why: why.clone(),
            });
        }
        if self.complained.as_ref() != Some(&why) {
            self.say(DiskInput::Failed(why.clone()));
            self.complained = Some(why);
        }
    }

    fn say(&self, news: DiskInput) {
        // The loop is gone when the program ends; nobody is left to tell.
        let _ = self.tell.send(news);
    }
}

/// What of a write has to be made up for, however late: the end of something
/// that would else be there again after the next start.
fn ends(write: &Store) -> Option<Store> {
    match write {
        Store::Settle(_) | Store::DeedOver(_) | Store::Draft { draft: None, .. } => {
            Some(write.clone())
        }
        Store::Accept {
            ends: Some(desk), ..
        } => Some(Store::Draft {
            desk: desk.clone(),
            draft: None,
        }),
        _ => None,
    }
}

/// What counts as accepted once the write lasts.
fn accepts(write: &Store) -> Option<&ItemNonce> {
    match write {
        Store::Accept { unsent, .. } => Some(&unsent.nonce),
        Store::Deed(deed) => Some(&deed.id),
        Store::Device(_)
        | Store::Room(_)
        | Store::Forget(_)
        | Store::Reset
        | Store::Log { .. }
        | Store::Changes { .. }
        | Store::Draft { .. }
        | Store::Outbox(_)
        | Store::Settle(_)
        | Store::DeedOver(_)
        | Store::Habits(_)
        | Store::Place { .. }
        | Store::Open(_) => None,
    }
}

/// The room whose log a write carries on.
fn log_of(write: &Store) -> Option<&RoomName> {
    match write {
        Store::Log { room, .. } | Store::Changes { room, .. } => Some(room),
        // Its cursor must not pass what was not cached.
        Store::Room(row) => Some(&row.state.room),
        Store::Device(_)
        | Store::Forget(_)
        | Store::Reset
        | Store::Draft { .. }
        | Store::Accept { .. }
        | Store::Outbox(_)
        | Store::Settle(_)
        | Store::Deed(_)
        | Store::DeedOver(_)
        | Store::Habits(_)
        | Store::Place { .. }
        | Store::Open(_) => None,
    }
}

#[cfg(test)]
mod tests;
