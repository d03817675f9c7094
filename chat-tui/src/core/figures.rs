//! How much is unread: the server's figures, carried on by what comes.
//!
//! What always holds: where an event says less than the figures need, since
//! what it changes is not loaded, they are not guessed but asked for.

use super::deliver::names;
use super::editing::text_of;
use super::requests::Asked;
use super::room::Room;
use super::state::{State, Turn};
use chat_proto::event::{EventBody, Role};
use chat_proto::limits::COUNT_CAP;
use chat_proto::reply::RoomState;
use chat_proto::request::Join;
use chat_proto::{Entry, Event, RoomName, Seq, UserName};
use std::collections::BTreeMap;
use std::collections::btree_map::Range;

/// Rooms whose figures are in doubt.
#[derive(Debug, Clone, Default)]
pub(super) struct Doubts {
    /// Each with the newest event that the figures have to count.
    since: BTreeMap<RoomName, Seq>,
    /// Those that the server is counting, and whether the marker moved after it was asked.
    asked: BTreeMap<RoomName, bool>,
}

/// Messages that are unread, and those of them that name one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Figures {
    pub(super) unread: u32,
    pub(super) mentions: u32,
}

impl Doubts {
    /// Another connection asks anew.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The figures of this room are no more than a guess.
    pub(super) fn doubt(&mut self, room: &RoomName, head: Seq) {
        self.since.insert(room.clone(), head);
    }

    /// The marker of this room is moved: what the server was asked before, it
    /// counts from where the marker was.
    pub(super) fn marker_moved(&mut self, room: &RoomName) {
        if let Some(moved) = self.asked.get_mut(room) {
            *moved = true;
        }
    }
}

impl State {
    /// Counts an event that the figures of its room do not hold yet.
    pub(super) fn count(&mut self, event: &Event) {
        let Some(room) = self.rooms.get(&event.room) else {
            return;
        };
        let figures = Figures::of(room);
        let Some(figures) = self.after(room, event, figures) else {
            return self.doubts.doubt(&event.room, event.seq);
        };
        if let Some(room) = self.rooms.get_mut(&event.room) {
            figures.put(room);
        }
    }

    /// The figures after an event; `None`: it changes an entry that is not loaded.
    fn after(&self, room: &Room, event: &Event, figures: Figures) -> Option<Figures> {
        let none = Figures::default();
        let new = |text: &str| Figures {
            unread: 1,
            mentions: u32::from(self.text_names_me(room, &event.author, text)),
        };
        let (before, after) = match &event.body {
            EventBody::Message(message) => {
                let counts = message
                    .text
                    .as_deref()
                    .filter(|_| !self.is_me(&event.author));
                (none, counts.map_or(none, new))
            }
            EventBody::Deleted { target } if *target > room.state.read => {
                (self.held(room, *target)?, none)
            }
            EventBody::Edited {
                target,
                text: Some(text),
            } if *target > room.state.read => match self.held(room, *target)? {
                Figures { unread: 0, .. } => (none, none),
                held => (held, new(text)),
            },
            EventBody::Deleted { .. }
            | EventBody::Edited { .. }
            | EventBody::Reacted { .. }
            | EventBody::Pinned { .. }
            | EventBody::Topic { .. }
            | EventBody::Member(_) => (none, none),
        };
        Some(figures.less(before).more(after))
    }

    /// What an entry counts for; `None`: it is not loaded.
    fn held(&self, room: &Room, seq: Seq) -> Option<Figures> {
        room.log.loaded.around(seq)?;
        let entry = room.log.entry(seq);
        Some(entry.map_or_else(Figures::default, |entry| self.weigh(room, entry)))
    }

    /// What an entry counts for while it is unread.
    fn weigh(&self, room: &Room, entry: &Entry) -> Figures {
        let author = &entry.event.author;
        match text_of(entry).filter(|_| !self.is_me(author)) {
            Some(text) => Figures {
                unread: 1,
                mentions: u32::from(self.text_names_me(room, author, text)),
            },
            None => Figures::default(),
        }
    }

    /// Whether a text of someone names one in a room.
    pub(super) fn text_names_me(&self, room: &Room, author: &UserName, text: &str) -> bool {
        let Some(me) = &self.me.name else {
            return false;
        };
        names(text, me.as_str())
            || names(text, "room") && room.people.role(author) >= Role::Moderator
    }

    /// The figures of a room once it is read up to an event: what is loaded
    /// above it where that is all there is, else what they were without what
    /// is passed over; and whether all that is passed over is loaded.
    pub(super) fn figures_at(&self, room: &Room, seq: Seq) -> (Figures, bool) {
        let log = &room.log;
        let end = log.head.max(room.counted);
        let whole = |from: Seq, to: Seq| {
            from > to
                || log
                    .loaded
                    .around(to)
                    .is_some_and(|span| span.contains(from))
        };
        let sum = |entries: Range<'_, Seq, Entry>| {
            let weights = entries.map(|(_, entry)| self.weigh(room, entry));
            weights.fold(Figures::default(), Figures::more)
        };
        if whole(seq.next(), end) {
            return (sum(log.entries.range(seq.next()..)), true);
        }
        let read = room.state.read.min(seq);
        let passed = sum(log.entries.range(read.next()..seq.next()));
        // What still comes may change what is passed over; the server has counted that.
        let exact = log.head >= room.counted && whole(read.next(), seq);
        (Figures::of(room).less(passed), exact)
    }

    /// Asks for the figures that are in doubt.
    pub(super) fn ask_figures(&mut self, turn: &mut Turn) {
        if self.doubts.since.is_empty() || !self.link.is_live() {
            return;
        }
        let asked = &self.doubts.asked;
        let open: Vec<_> = self
            .doubts
            .since
            .keys()
            .filter(|name| !asked.contains_key(*name) && !self.marks.owed.contains_key(*name))
            .cloned()
            .collect();
        for name in open {
            self.doubts.asked.insert(name.clone(), false);
            // In a room that one is in already, this moves and changes nothing.
            let join = Join {
                room: name.clone().into(),
                after: None,
                create: Some(false),
            };
            self.ask(turn, Asked::Figures(name), join);
        }
    }

    /// The server has counted.
    pub(super) fn figures_came(&mut self, turn: &Turn, told: RoomState) {
        let told = bounded(told);
        let name = &told.room;
        let moved = self.doubts.asked.remove(name).unwrap_or(false);
        let since = self.doubts.since.get(name);
        if moved || since.is_none_or(|since| *since > told.head) {
            // What has made them doubtful since is not in them: they are asked again.
            return;
        }
        self.doubts.since.remove(name);
        let Some(room) = self.rooms.get_mut(name).filter(|room| !room.gone) else {
            return;
        };
        room.state.read = told.read;
        room.counted = room.counted.max(told.head);
        let figures = Figures {
            unread: told.unread,
            mentions: told.mentions,
        };
        figures.put(room);
        let Some(room) = self.rooms.get(name) else {
            return;
        };
        // Delivered already, but after the server has counted.
        let later = room.log.entries.range(told.head.next()..);
        let figures = later.fold(figures, |sum, (_, entry)| sum.more(self.weigh(room, entry)));
        if let Some(room) = self.rooms.get_mut(name) {
            figures.put(room);
        }
        self.saves.log(turn, name);
    }

    /// The server has not counted; the next `welcome` will tell.
    pub(super) fn figures_refused(&mut self, name: &RoomName) {
        self.doubts.asked.remove(name);
        self.doubts.since.remove(name);
    }
}

/// A room's state with figures that can be added up, whatever the server says.
pub(super) fn bounded(mut state: RoomState) -> RoomState {
    state.unread = state.unread.min(COUNT_CAP);
    state.mentions = state.mentions.min(COUNT_CAP);
    state
}

impl Figures {
    /// Those of a room.
    pub(super) fn of(room: &Room) -> Self {
        Self {
            unread: room.state.unread,
            mentions: room.state.mentions,
        }
    }

    /// Makes them those of a room.
    pub(super) fn put(self, room: &mut Room) {
        room.state.unread = self.unread;
        room.state.mentions = self.mentions;
    }

    fn more(self, other: Self) -> Self {
        let sum = |one: u32, other: u32| one.saturating_add(other).min(COUNT_CAP);
        Self {
            unread: sum(self.unread, other.unread),
            mentions: sum(self.mentions, other.mentions),
        }
    }

    /// The cap stands for more than itself: less than that is still the cap.
    fn less(self, other: Self) -> Self {
        let rest = |one: u32, other: u32| match one {
            COUNT_CAP.. => one,
            few => few.saturating_sub(other),
        };
        Self {
            unread: rest(self.unread, other.unread),
            mentions: rest(self.mentions, other.mentions),
        }
    }
}
