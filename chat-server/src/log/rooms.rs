//! The logs of a node, and the memory that their rings share.

use super::late::Late;
use super::pace::Turn;
use super::{Frame, RoomLog};
use crate::store::{RoomId, RoomRow};
use chat_proto::{Event, Seq};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::time::Instant;

/// Bytes that all rings of a node may hold together.
const RINGS_BYTES: usize = 64 * 1024 * 1024;

/// Every room that has had a reader here since the start.
#[derive(Debug)]
pub struct Logs {
    by_id: Mutex<BTreeMap<RoomId, Arc<RoomLog>>>,
    bytes: Arc<AtomicUsize>,
    /// Held for writing from a commit's begin until its news are told.
    news: RwLock<()>,
    late: Late,
}

impl Logs {
    /// Without any log yet. Within a runtime.
    pub fn start() -> Self {
        Self {
            by_id: Mutex::default(),
            bytes: Arc::default(),
            news: RwLock::default(),
            late: Late::start(),
        }
    }

    /// The log of a room, and whether it is new here. Events committed before
    /// a new log was opened were not heard: the caller reads the head from the
    /// store once more, while the news stand [`still`](Self::still), and gives
    /// it to [`RoomLog::advance`].
    pub fn open(&self, room: &RoomRow) -> (Arc<RoomLog>, bool) {
        match self.lock().entry(room.id) {
            Entry::Occupied(known) => (Arc::clone(known.get()), false),
            Entry::Vacant(free) => {
                let log = Arc::new(RoomLog::new(
                    room.id,
                    room.name.clone(),
                    Arc::clone(&self.bytes),
                ));
                log.forget_before(room.first);
                (Arc::clone(free.insert(log)), true)
            }
        }
    }

    /// The log of a room that has had a reader here.
    pub fn known(&self, room: RoomId) -> Option<Arc<RoomLog>> {
        self.lock().get(&room).cloned()
    }

    /// While this is held, all that is committed has been told, and nothing is
    /// being committed. Else a head from the store could show a reader events
    /// that came after its removal, of which it has not been told yet.
    pub async fn still(&self) -> RwLockReadGuard<'_, ()> {
        self.news.read().await
    }

    /// To be held by whoever commits, until what was committed is told.
    pub async fn commit(&self) -> RwLockWriteGuard<'_, ()> {
        self.news.write().await
    }

    /// Hands a committed event to the readers of its room. A room that nobody
    /// has read here needs no log: whoever comes reads the head from the store.
    /// True if it was encoded for them.
    pub fn publish(&self, room: RoomId, event: &Event) -> bool {
        let Some(log) = self.known(room) else {
            return false;
        };
        if log.publish(event.seq, Frame::event(event), Instant::now()) == Some(Turn::Later) {
            self.late.add(log);
        }
        if self.bytes.load(Ordering::Relaxed) > RINGS_BYTES {
            self.give_way();
        }
        true
    }

    /// Of a room nothing before `first` is kept any more.
    pub fn forget_before(&self, room: RoomId, first: Seq) {
        if let Some(log) = self.known(room) {
            log.forget_before(first);
        }
    }

    /// What these events said is gone: rings hold what is left of them from now on.
    pub fn rewrite(&self, room: RoomId, events: &[Event]) {
        if let Some(log) = self.known(room) {
            log.rewrite(events.iter().map(|event| (event.seq, Frame::event(event))));
        }
    }

    /// Empties rings, those with the fewest readers first, down to half the budget.
    fn give_way(&self) {
        let mut logs: Vec<_> = self.lock().values().cloned().collect();
        logs.sort_by_key(|log| log.reader_count());
        for log in logs {
            if self.bytes.load(Ordering::Relaxed) <= RINGS_BYTES / 2 {
                return;
            }
            log.shrink();
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<RoomId, Arc<RoomLog>>> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
