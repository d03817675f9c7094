//! What has been read. The figures are the server's; the marker moves only to
//! what stood at the end of a focused screen, or by hand.

use super::requests::Asked;
use super::room::{Anchor, Place, Room, Seen, Viewport};
use super::state::{State, Turn};
use chat_proto::request::Read;
use chat_proto::{RoomName, Seq};
use std::collections::BTreeMap;
use std::time::Duration;

/// With more unread messages a room is entered at its end: nobody reads them
/// all. A key still goes to the first one.
const UNREAD_WALKED: u32 = 500;

/// The server is told of what was read at most this often.
const TELL_PAUSE: Duration = Duration::from_millis(300);

/// Markers: which the server has to be told of, and how the last marking by
/// hand is taken back.
#[derive(Debug, Clone, Default)]
pub(super) struct Marks {
    before: Vec<Mark>,
    /// What was read, and is not told yet.
    pub(super) owed: BTreeMap<RoomName, Seq>,
    told: Option<Duration>,
}

impl Marks {
    /// When the server is to be told of something.
    pub(super) fn due(&self) -> Option<Duration> {
        let some = !self.owed.is_empty();
        some.then(|| self.told.map_or(Duration::ZERO, |told| told + TELL_PAUSE))
    }
}

/// How a room stood before it was marked.
#[derive(Debug, Clone)]
struct Mark {
    room: RoomName,
    read: Seq,
    unread: u32,
    mentions: u32,
}

impl State {
    /// Takes notice of what the view drew, right after it was drawn.
    pub fn viewed(&mut self, seen: Seen, now: super::Now) -> Vec<super::Effect> {
        let mut turn = Turn::new(now);
        self.targets = seen.targets;
        if let (Some(viewport), Some(side)) = (seen.side, &mut self.side) {
            side.room.place = side.room.place_after(&viewport);
            side.room.shown = Some(viewport);
        }
        if let Some(viewport) = seen.room {
            self.viewed_room(&mut turn, viewport);
        }
        self.set_title(&mut turn);
        turn.effects
    }

    fn viewed_room(&mut self, turn: &mut Turn, viewport: Viewport) {
        let name = viewport.room.clone();
        let Some(room) = self.rooms.get_mut(&name) else {
            return;
        };
        let place = room.place_after(&viewport);
        let moved = room.placed != place.anchor;
        let arrived = viewport.end && room.shown.as_ref().is_some_and(|shown| !shown.end);
        room.place = place;
        room.placed = place.anchor;
        // A hole at the end shows nothing of what is in it.
        if viewport.end && room.log.loaded.around(room.log.head).is_some() {
            room.seen = room.seen.max(room.log.head);
        }
        // The "new" line has done its work once one has come down to the end.
        let size = |shown: &Viewport| (shown.width, shown.height);
        if arrived && room.shown.as_ref().map(size) == Some(size(&viewport)) {
            room.new_from = None;
        }
        room.shown = Some(viewport);
        if moved {
            self.saves.place(turn, &name);
        }
        self.fetch(turn);
        self.read_shown(turn);
    }

    /// Moves the marker of the open room to what was shown.
    pub(super) fn read_shown(&mut self, turn: &mut Turn) {
        if !self.focused || !self.link.is_live() {
            return;
        }
        let open = self.open_room();
        let Some(room) = open.filter(|room| !room.gone && !room.held) else {
            return;
        };
        let seen = room.seen.min(room.state.head);
        if seen <= room.state.read {
            return;
        }
        let (figures, exact) = self.figures_at(room, seen);
        let Some(room) = self.open_room_mut() else {
            return;
        };
        room.state.read = seen;
        figures.put(room);
        let (name, head) = (room.name().clone(), room.state.head);
        if !exact {
            self.doubts.doubt(&name, head);
        }
        self.saves.log(turn, &name);
        self.marks.owed.insert(name, seen);
        self.tell_read(turn);
    }

    /// Tells the server what was read, if it is time to.
    pub(super) fn tell_read(&mut self, turn: &mut Turn) {
        if self.marks.due().is_none_or(|due| turn.now.mono < due) {
            return;
        }
        self.marks.told = Some(turn.now.mono);
        for (room, seq) in std::mem::take(&mut self.marks.owed) {
            self.mark(turn, &room, seq, None);
        }
    }

    /// Focus came or went.
    pub(super) fn focus(&mut self, on: bool) {
        self.focused = on;
        if on {
            return;
        }
        // What comes from now on comes unseen, also at the end of the screen.
        if let Some(room) = self.open_room_mut() {
            room.new_from = room.new_from.filter(|_| room.state.unread > 0);
        }
    }

    /// Marks the open room unread from the selected message on, or from the
    /// topmost one in sight.
    pub(super) fn mark_unread(&mut self, turn: &mut Turn) {
        let selected = self.here_mut().and_then(|room| room.selected.take());
        let Some(room) = self.open_room().filter(|room| !room.gone) else {
            return;
        };
        let shown = room.shown.as_ref().and_then(|shown| shown.first);
        let Some(from) = selected.or(shown) else {
            return;
        };
        let mark = room.mark();
        let read = from.minus(1);
        let (figures, _) = self.figures_at(room, read);
        let Some(room) = self.open_room_mut() else {
            return;
        };
        room.state.read = read;
        figures.put(room);
        room.new_from = Some(from);
        room.held = true;
        let name = room.name().clone();
        self.marks.before = vec![mark];
        self.mark(turn, &name, read, Some(true));
        self.say_marked(turn, "marked unread from here");
    }

    /// Marks all rooms read.
    pub(super) fn mark_all_read(&mut self, turn: &mut Turn) {
        let unread = |room: &&mut Room| !room.gone && room.state.unread > 0;
        let mut marks = Vec::new();
        for room in self.rooms.values_mut().filter(unread) {
            marks.push(room.mark());
            room.state.read = room.state.head;
            room.state.unread = 0;
            room.state.mentions = 0;
            room.new_from = None;
            room.held = false;
        }
        for mark in &marks {
            let head = self
                .rooms
                .get(&mark.room)
                .map_or(mark.read, |room| room.state.head);
            self.mark(turn, &mark.room, head, None);
        }
        let words = format!("{} rooms marked read", marks.len());
        self.marks.before = marks;
        self.say_marked(turn, &words);
    }

    /// Takes the last marking back.
    pub(super) fn undo_mark(&mut self, turn: &mut Turn) {
        let marks = std::mem::take(&mut self.marks.before);
        if marks.is_empty() {
            return self.say(turn, "no marking to take back");
        }
        for mark in marks {
            if let Some(room) = self.rooms.get_mut(&mark.room) {
                room.held = room.seen > mark.read;
                room.state.read = mark.read;
                room.state.unread = mark.unread;
                room.state.mentions = mark.mentions;
            }
            self.mark(turn, &mark.room, mark.read, Some(true));
        }
        self.say(turn, "the marking is taken back");
    }

    /// Goes to the first unread message of the open room.
    pub(super) fn jump_new(&mut self, turn: &mut Turn) {
        let Some(room) = self.open_room_mut() else {
            return;
        };
        let unread = (room.state.unread > 0).then(|| room.state.read.next());
        let Some(first) = room.new_from.or(unread) else {
            return self.say(turn, "nothing is unread here");
        };
        room.place = Place {
            anchor: Some(Anchor {
                seq: first,
                row: -1,
            }),
            scroll: 0,
        };
    }

    fn say_marked(&mut self, turn: &Turn, words: &str) {
        let undo = self.settings.keys.way(super::actions::Action::UndoMark);
        self.say(turn, format!("{words}; {undo} takes it back"));
    }

    fn mark(&mut self, turn: &mut Turn, name: &RoomName, seq: Seq, back: Option<bool>) {
        self.saves.log(turn, name);
        self.marks.owed.remove(name);
        self.doubts.marker_moved(name);
        if let Some(room) = self.rooms.get(name).filter(|_| back.is_some()) {
            // What lies above need not be loaded, and may be more than it was.
            self.doubts.doubt(name, room.state.head);
        }
        let room = name.clone().into();
        self.ask(turn, Asked::Read, Read { room, seq, back });
    }
}

impl Room {
    /// The place that a drawing has led to. One that could not be drawn yet,
    /// because what stands there is still being loaded, stays as it is.
    fn place_after(&self, viewport: &Viewport) -> Place {
        let held = |seq: Seq| self.log.loaded.around(seq).is_some();
        let waits = |anchor: Anchor| !held(anchor.seq) || viewport.end && !held(self.log.head);
        let anchor = match self.place.anchor {
            Some(anchor) if self.place.scroll == 0 && waits(anchor) => Some(anchor),
            Some(_) | None => viewport.anchor,
        };
        Place { anchor, scroll: 0 }
    }

    /// Enters the room: where it was left, or at what is new.
    pub(super) fn enter(&mut self) {
        self.held = false;
        self.selected = None;
        if self.state.unread > 0 {
            let first = self.state.read.next();
            self.new_from = Some(first);
            if self.place.anchor.is_none() && self.state.unread <= UNREAD_WALKED {
                self.place.anchor = Some(Anchor {
                    seq: first,
                    row: -1,
                });
            }
        } else {
            self.new_from = None;
        }
    }

    fn mark(&self) -> Mark {
        Mark {
            room: self.name().clone(),
            read: self.state.read,
            unread: self.state.unread,
            mentions: self.state.mentions,
        }
    }
}
