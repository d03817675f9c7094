//! One room's log in memory: its head, its ring, its readers.

use super::pace::{Pace, Turn};
use super::ring::Appended;
use super::{Frame, Ring};
use crate::people::Person;
use crate::session::Bell;
use crate::store::{Anchor, RoomId, Store, StoreError, UserId};
use chat_proto::limits::RESUME_EVENTS;
use chat_proto::{RoomName, Seq};
use slab::Slab;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::time::Instant;

/// A room that has, or had, readers on this node.
///
/// Locks: `ring`, `readers` and `pace` are held shortly, never across an await
/// and never one within the other; `filling` is held while the store is read.
#[derive(Debug)]
pub struct RoomLog {
    id: RoomId,
    name: RoomName,
    ring: Mutex<Ring>,
    readers: Mutex<Readers>,
    reader_count: AtomicUsize,
    /// How many people those readers are.
    people_count: AtomicUsize,
    pace: Mutex<Pace>,
    filling: tokio::sync::Mutex<()>,
    /// Counts rewritings, under the ring's lock: whoever reads the store
    /// meanwhile may hold what is gone by now, and reads again.
    rewritten: AtomicU64,
    /// Bytes in all rings of this node.
    budget: Arc<AtomicUsize>,
}

/// A session that reads a log.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Rung when there is more.
    pub bell: Arc<Bell>,
    /// The reader's own number for this log.
    pub slot: u32,
    /// Who reads.
    pub person: Arc<Person>,
}

#[derive(Debug, Default)]
struct Readers {
    by_key: Slab<Reader>,
    /// How many connections each person reads by.
    people: BTreeMap<UserId, u32>,
}

impl RoomLog {
    pub(super) fn new(id: RoomId, name: RoomName, budget: Arc<AtomicUsize>) -> Self {
        Self {
            id,
            name,
            ring: Mutex::default(),
            readers: Mutex::default(),
            reader_count: AtomicUsize::new(0),
            people_count: AtomicUsize::new(0),
            pace: Mutex::default(),
            filling: tokio::sync::Mutex::default(),
            rewritten: AtomicU64::new(0),
            budget,
        }
    }

    /// Which room, inwardly.
    pub fn id(&self) -> RoomId {
        self.id
    }

    /// Which room.
    pub fn name(&self) -> &RoomName {
        &self.name
    }

    /// The last event known here.
    pub fn head(&self) -> Seq {
        self.ring().head()
    }

    /// Reads the ring under its lock.
    pub fn with_ring<T>(&self, read: impl FnOnce(&Ring) -> T) -> T {
        read(&self.ring())
    }

    /// Takes the head that the store has, and rings the readers if it is news.
    pub fn advance(&self, head: Seq) {
        if self.change(|ring| ring.advance(head)) {
            self.ring_readers();
        }
    }

    /// Appends a committed event, and rings its readers if it is their turn.
    /// `None`: it was known.
    pub(super) fn publish(&self, seq: Seq, frame: Frame, now: Instant) -> Option<Turn> {
        if self.change(|ring| ring.append(seq, frame)) != Appended::Fresh {
            return None;
        }
        let turn = self.pace().turn(self.reader_count(), now);
        if turn == Turn::Now {
            self.ring_readers();
        }
        Some(turn)
    }

    /// Rings the readers for what came since they were rung last.
    pub(super) fn ring_late(&self, now: Instant) {
        self.pace().late(now);
        self.ring_readers();
    }

    /// Puts what is left of events in their place, where they are held.
    pub fn rewrite(&self, frames: impl Iterator<Item = (Seq, Frame)>) {
        self.change(|ring| {
            frames.for_each(|(seq, frame)| ring.rewrite(seq, frame));
            self.rewritten.fetch_add(1, Ordering::Relaxed);
        });
    }

    /// Changes with each [`RoomLog::rewrite`]; to be asked under the ring's
    /// lock ([`RoomLog::with_ring`]) where it decides something.
    pub fn rewritten(&self) -> u64 {
        self.rewritten.load(Ordering::Relaxed)
    }

    /// Nothing before `first` is kept any more.
    pub fn forget_before(&self, first: Seq) {
        self.change(|ring| {
            ring.forget_before(first);
            self.rewritten.fetch_add(1, Ordering::Relaxed);
        });
    }

    /// Asks the store for the oldest event that is kept, because one is not
    /// there; that is a fault if it should be.
    pub async fn lacks(&self, store: &dyn Store, lacking: Seq) -> Result<(), StoreError> {
        let page = store.history(self.id, Anchor::Newest, 1).await?;
        if page.first <= lacking {
            return Err(StoreError::Corrupt(format!(
                "the log of {} lacks {lacking}",
                self.name
            )));
        }
        self.forget_before(page.first);
        Ok(())
    }

    fn ring_readers(&self) {
        self.each_reader(|reader| reader.bell.ring_slot(reader.slot));
    }

    /// Fills the ring with what a reader at `cursor` lacks. Readers that come
    /// at once wait for one query.
    /// True if that took a query of this reader's.
    pub async fn fill(&self, store: &dyn Store, cursor: Seq) -> Result<bool, StoreError> {
        let _one = self.filling.lock().await;
        loop {
            let rewritten = self.rewritten();
            let (start, head, first) =
                self.with_ring(|ring| (ring.start(), ring.head(), ring.first()));
            let from = head.minus(RESUME_EVENTS).max(first.minus(1));
            let lacking = start.since(from.next()) as usize;
            if cursor.next() >= start || lacking == 0 {
                return Ok(false);
            }
            let events = store.events(self.id, from, lacking).await?;
            if events.len() < lacking || events[0].seq != from.next() {
                self.lacks(store, from.next()).await?;
                continue;
            }
            let frames = events.iter().map(Frame::event).collect();
            let current = self.change(|ring| {
                let current = self.rewritten() == rewritten;
                if current {
                    ring.prepend(from.next(), frames);
                }
                current
            });
            if current {
                return Ok(true);
            }
        }
    }

    /// Adds a reader; the key takes it away again.
    pub fn subscribe(&self, reader: Reader) -> usize {
        let mut readers = self.readers();
        *readers.people.entry(reader.person.id()).or_default() += 1;
        let key = readers.by_key.insert(reader);
        self.count(&readers);
        key
    }

    /// Takes a reader away.
    pub fn unsubscribe(&self, key: usize) {
        let mut readers = self.readers();
        let Some(reader) = readers.by_key.try_remove(key) else {
            return;
        };
        if let Entry::Occupied(mut connections) = readers.people.entry(reader.person.id()) {
            *connections.get_mut() -= 1;
            if *connections.get() == 0 {
                connections.remove();
            }
        }
        self.count(&readers);
    }

    /// How many sessions read this log here.
    pub fn reader_count(&self) -> usize {
        self.reader_count.load(Ordering::Relaxed)
    }

    /// How many people read it here, however many connections each has.
    pub fn people_count(&self) -> usize {
        self.people_count.load(Ordering::Relaxed)
    }

    /// Calls with each reader, under the lock: be brief.
    pub fn each_reader(&self, mut call: impl FnMut(&Reader)) {
        let readers = self.readers();
        readers.by_key.iter().for_each(|(_, reader)| call(reader));
    }

    /// The sessions of the others who are in the room now: of those who lost it,
    /// one may still be reading what came before.
    pub fn bells_of_others(&self, user: UserId) -> Vec<Arc<Bell>> {
        let mut others = Vec::new();
        self.each_reader(|reader| {
            if reader.person.id() != user {
                others.push((Arc::clone(&reader.person), Arc::clone(&reader.bell)));
            }
        });
        others.retain(|(person, _)| person.stay(self.id).is_some());
        others.into_iter().map(|(_, bell)| bell).collect()
    }

    fn count(&self, readers: &Readers) {
        let (sessions, people) = (readers.by_key.len(), readers.people.len());
        self.reader_count.store(sessions, Ordering::Relaxed);
        self.people_count.store(people, Ordering::Relaxed);
    }

    /// Lets go of the ring's frames.
    pub(super) fn shrink(&self) {
        self.change(Ring::clear);
    }

    fn change<T>(&self, change: impl FnOnce(&mut Ring) -> T) -> T {
        let mut ring = self.ring();
        let before = ring.bytes();
        let result = change(&mut ring);
        let after = ring.bytes();
        if after >= before {
            self.budget.fetch_add(after - before, Ordering::Relaxed);
        } else {
            self.budget.fetch_sub(before - after, Ordering::Relaxed);
        }
        result
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn readers(&self) -> MutexGuard<'_, Readers> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::people::People;
    use crate::store::{TokenHash, UserRow};
    use chat_proto::UserName;

    #[test]
    fn people_are_counted_once_however_many_connections_they_have() {
        let (people, log) = (People::default(), log());
        let keys: Vec<_> = [1, 1, 2]
            .into_iter()
            .map(|user| log.subscribe(reader(&people, user)))
            .collect();
        assert_eq!((log.reader_count(), log.people_count()), (3, 2));
        log.unsubscribe(keys[0]);
        assert_eq!((log.reader_count(), log.people_count()), (2, 2));
        log.unsubscribe(keys[1]);
        log.unsubscribe(keys[1]);
        assert_eq!((log.reader_count(), log.people_count()), (1, 1));
    }

    #[test]
    fn who_lost_the_room_is_no_other_there_even_while_still_reading() {
        let (people, log) = (People::default(), log());
        for user in [1, 2, 3] {
            let reader = reader(&people, user);
            reader.person.enter(log.id(), Seq::ZERO, Seq::ZERO, None);
            log.subscribe(reader);
        }
        assert_eq!(log.bells_of_others(UserId(1)).len(), 2);
        people.with(UserId(2), |person| person.remove(log.id(), Seq::ZERO));
        assert_eq!(log.bells_of_others(UserId(1)).len(), 1);
    }

    pub(in crate::log) fn log() -> RoomLog {
        RoomLog::new(RoomId(1), RoomName::trusted("dev").unwrap(), Arc::default())
    }

    pub(in crate::log) fn reader(people: &People, user: i64) -> Reader {
        let row = UserRow {
            id: UserId(user),
            name: UserName::trusted("ada").unwrap(),
            guest: true,
        };
        let bell = Arc::new(Bell::default());
        let (person, _) = people.arrive(&row, TokenHash([0; 32]), &bell);
        Reader {
            bell,
            slot: 0,
            person,
        }
    }
}
