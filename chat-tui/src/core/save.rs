//! What is to be written to the disk, gathered for a moment: drafts within
//! 300 ms of a change, the log a little after it came. Losing the last moment
//! of a log costs nothing (the server has it); outbox items never wait here.

use super::desk::Desk;
use super::effect::Store;
use super::state::{State, Turn};
use chat_proto::RoomName;
use std::collections::BTreeSet;
use std::time::Duration;

/// Changes are gathered for so long.
const GATHER: Duration = Duration::from_millis(50);
/// Entries of one room that are gathered at most.
pub(super) const UNSAVED_MOST: usize = 256;

/// The rooms of which something is to be written.
#[derive(Debug, Clone, Default)]
pub(super) struct Saves {
    /// When it is to be written.
    pub(super) due: Option<Duration>,
    logs: BTreeSet<RoomName>,
    drafts: BTreeSet<Desk>,
    places: BTreeSet<RoomName>,
}

impl Saves {
    /// A room's log or figures have changed.
    pub(super) fn log(&mut self, turn: &Turn, room: &RoomName) {
        self.logs.insert(room.clone());
        self.soon(turn);
    }

    /// What is written in a room or a thread has changed.
    pub(super) fn draft(&mut self, turn: &Turn, desk: impl Into<Desk>) {
        self.drafts.insert(desk.into());
        self.soon(turn);
    }

    /// Where a room is read has changed.
    pub(super) fn place(&mut self, turn: &Turn, room: &RoomName) {
        self.places.insert(room.clone());
        self.soon(turn);
    }

    /// A draft is written by other means.
    pub(super) fn forget_draft(&mut self, desk: &Desk) {
        self.drafts.remove(desk);
    }

    fn soon(&mut self, turn: &Turn) {
        self.due.get_or_insert(turn.now.mono + GATHER);
    }
}

impl State {
    /// Writes everything that was gathered.
    pub(super) fn flush(&mut self, turn: &mut Turn) {
        for write in self.flushed() {
            turn.store(write);
        }
    }

    /// Everything that was gathered, to be written.
    pub(super) fn flushed(&mut self) -> Vec<Store> {
        self.saves.due = None;
        let mut writes = Vec::new();
        for name in std::mem::take(&mut self.saves.logs) {
            writes.extend(self.flushed_log(&name));
        }
        for name in std::mem::take(&mut self.saves.places) {
            let Some(room) = self.rooms.get(&name) else {
                continue;
            };
            let place = room.place.anchor;
            writes.push(Store::Place { room: name, place });
        }
        for desk in std::mem::take(&mut self.saves.drafts) {
            let draft = self.draft_at(&desk);
            writes.push(Store::Draft { desk, draft });
        }
        writes
    }

    /// Writes what was gathered of a room's log.
    pub(super) fn flush_log(&mut self, turn: &mut Turn, name: &RoomName) {
        for write in self.flushed_log(name) {
            turn.store(write);
        }
    }

    /// What was gathered of a room's log, to be written: the entries first, so
    /// that the cursor in the row is never ahead of them.
    fn flushed_log(&mut self, name: &RoomName) -> Vec<Store> {
        let in_memory_only = self.is_in_memory_only();
        let Some(room) = self.rooms.get_mut(name).filter(|room| !room.gone) else {
            return Vec::new();
        };
        let mut writes = Vec::new();
        let unsaved = std::mem::take(&mut room.unsaved);
        if !unsaved.known.is_empty() {
            let known: Vec<_> = unsaved.known.iter().collect();
            if !in_memory_only {
                known.iter().for_each(|span| room.log.cached.add(*span));
            }
            let held = |seq: &chat_proto::Seq| room.log.entry(*seq).cloned();
            let entries = unsaved.entries.iter().filter_map(held).collect();
            let room = name.clone();
            writes.push(Store::Log {
                room,
                entries,
                known,
            });
        }
        if !unsaved.changes.is_empty() {
            let (room, events) = (name.clone(), unsaved.changes);
            writes.push(Store::Changes { room, events });
        }
        writes.push(Store::Room(room.row()));
        writes
    }
}
