//! The disk's thread from within: it takes what is asked in order, and makes up
//! for what could not be written.

use super::cache::{Cache, StoreError};
use super::write::{About, ends};
use super::{Job, load};
use crate::core::effect::Store;
use crate::core::input::DiskInput;
use chat_proto::RoomName;
use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, TryRecvError};
use tokio::sync::mpsc;

/// Writes of one transaction.
const BATCH_MAX: usize = 512;

pub(super) struct Worker {
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
    /// One of this cache, with whom to tell.
    pub(super) fn new(cache: Cache, tell: mpsc::UnboundedSender<DiskInput>) -> Self {
        Self {
            cache,
            tell,
            complained: None,
            lost: BTreeSet::new(),
            owed: Vec::new(),
            indexing: false,
        }
    }

    /// Until the last job is done.
    pub(super) fn run(mut self, jobs: &Receiver<Job>) {
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
                    self.lost.extend(About::of(write).log().cloned());
                    self.failed(write, &e);
                }
            }
        }
    }

    fn is_lost(&self, write: &Store) -> bool {
        let log = About::of(write).log();
        log.is_some_and(|room| self.lost.contains(room))
    }

    /// Writes all that is only in memory so far, and says what came of it.
    fn mend(&mut self, mut writes: Vec<Store>) -> DiskInput {
        // A cache in memory has them, and nothing makes them last.
        if let Some(why) = self.cache.trouble() {
            return DiskInput::Failed(why.to_owned());
        }
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
        if let Some(nonce) = About::of(write).item() {
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
        if let Some(nonce) = About::of(write).item() {
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
