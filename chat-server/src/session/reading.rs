//! The logs that one session reads, each with its cursor.

use crate::log::RoomLog;
use crate::store::RoomId;
use chat_proto::Seq;
use slab::Slab;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One log that a session reads.
#[derive(Debug)]
pub(super) struct Reading {
    /// Which.
    pub log: Arc<RoomLog>,
    /// The last event that is on its way to the client.
    pub cursor: Seq,
    /// The marker as this connection knows it.
    pub read: Seq,
    /// The key by which the log knows the reader.
    pub key: usize,
    /// The user's time in the room ([`crate::people::Stay`]) that it belongs to.
    pub stay: u64,
    /// The event that removed the user from the room: the last one it gets.
    pub last: Option<Seq>,
}

impl Reading {
    /// How far this reader may see into a log with that head.
    pub(super) fn bound(&self, head: Seq) -> Seq {
        self.last.map_or(head, |last| last.min(head))
    }

    fn has_ended(&self) -> bool {
        self.last.is_some_and(|last| self.cursor >= last)
    }
}

/// All logs of a session, by slot: the number that the session gave the log.
#[derive(Debug, Default)]
pub(super) struct Readings(Slab<Reading>);

impl Readings {
    /// The slot that the next one added will have.
    pub(super) fn next_slot(&self) -> usize {
        self.0.vacant_key()
    }

    pub(super) fn add(&mut self, reading: Reading) {
        self.0.insert(reading);
    }

    pub(super) fn at(&self, slot: u32) -> Option<&Reading> {
        self.0.get(slot as usize)
    }

    pub(super) fn at_mut(&mut self, slot: u32) -> Option<&mut Reading> {
        self.0.get_mut(slot as usize)
    }

    pub(super) fn of_room(&self, room: RoomId) -> Option<&Reading> {
        self.iter()
            .map(|(_, reading)| reading)
            .find(|reading| reading.log.id() == room)
    }

    pub(super) fn of_room_mut(&mut self, room: RoomId) -> Option<&mut Reading> {
        self.0
            .iter_mut()
            .map(|(_, reading)| reading)
            .find(|reading| reading.log.id() == room)
    }

    /// Stops reading a room; nothing of it is delivered after this.
    pub(super) fn remove(&mut self, room: RoomId) {
        let found = self
            .iter()
            .find(|(_, reading)| reading.log.id() == room)
            .map(|(slot, _)| slot);
        if let Some(reading) = found.and_then(|slot| self.0.try_remove(slot)) {
            reading.log.unsubscribe(reading.key);
        }
    }

    /// Delivery of a room ends with this event, which may be on its way already.
    pub(super) fn end_with(&mut self, room: RoomId, last: Seq) {
        if let Some(reading) = self.of_room_mut(room) {
            reading.last = Some(last);
        }
        self.sweep();
    }

    /// The slot of each room.
    pub(super) fn slots(&self) -> BTreeMap<RoomId, u32> {
        self.iter()
            .map(|(slot, reading)| (reading.log.id(), slot as u32))
            .collect()
    }

    /// Stops reading a room whose delivery was to end anyway.
    pub(super) fn drop_ended(&mut self, room: RoomId) {
        if self
            .of_room(room)
            .is_some_and(|reading| reading.last.is_some())
        {
            self.remove(room);
        }
    }

    /// Stops reading the rooms whose last event is delivered.
    pub(super) fn sweep(&mut self) {
        let ended: Vec<_> = self
            .iter()
            .filter(|(_, reading)| reading.has_ended())
            .map(|(_, reading)| reading.log.id())
            .collect();
        for room in ended {
            self.remove(room);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &Reading)> {
        self.0.iter()
    }
}

impl Drop for Readings {
    fn drop(&mut self) {
        for (_, reading) in self.iter() {
            reading.log.unsubscribe(reading.key);
        }
    }
}
