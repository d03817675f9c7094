//! The disk's thread, which is slow or full.

use super::{Job, Play};
use crate::core::effect::Store;
use crate::core::input::{DiskInput, Input};

const FULL: &str = "the disk is full";

impl Play {
    /// Does so many jobs as the disk's thread would, and tells what came of them.
    pub(in crate::core::tests::session) fn disk_does(&mut self, many: usize) {
        for _ in 0..many {
            let Some(job) = self.jobs.pop_front() else {
                return;
            };
            match job {
                Job::Load(load) => {
                    let read = self.disk.load(load);
                    self.told(read);
                }
                Job::Store(write) => self.write(write),
                Job::Mend(writes) => {
                    self.complained = false;
                    writes.into_iter().for_each(|write| self.write(write));
                    self.told(match self.complained {
                        true => DiskInput::Failed(FULL.to_owned()),
                        false => DiskInput::Mended,
                    });
                }
            }
        }
    }

    fn write(&mut self, write: Store) {
        if self.full {
            return self.refuse(&write);
        }
        for room in std::mem::take(&mut self.lost) {
            self.disk.store(Store::Forget(room));
        }
        for write in std::mem::take(&mut self.owed) {
            self.disk.store(write);
        }
        if let Some(answer) = self.disk.store(write) {
            self.told(answer);
        }
    }

    /// The disk is full.
    fn refuse(&mut self, write: &Store) {
        let why = FULL.to_owned();
        let nonce = match write {
            Store::Accept { unsent, .. } => Some(&unsent.nonce),
            Store::Deed(deed) => Some(&deed.id),
            _ => None,
        };
        match write {
            Store::Log { room, .. } | Store::Changes { room, .. } => {
                self.lost.insert(room.clone());
            }
            Store::Settle(_) | Store::DeedOver(_) | Store::Draft { draft: None, .. } => {
                self.owed.push(write.clone());
            }
            Store::Accept {
                ends: Some(desk), ..
            } => self.owed.push(Store::Draft {
                desk: desk.clone(),
                draft: None,
            }),
            Store::Room(row) => {
                self.lost.insert(row.state.room.clone());
            }
            _ => {}
        }
        if let Some(nonce) = nonce {
            let (nonce, why) = (nonce.clone(), why.clone());
            self.told(DiskInput::NotAccepted { nonce, why });
        }
        if !std::mem::replace(&mut self.complained, true) {
            self.told(DiskInput::Failed(why));
        }
    }

    /// The disk's news reach a process that still runs.
    fn told(&mut self, news: DiskInput) {
        if !self.ended {
            self.input(Input::Disk(news));
        }
    }
}
