//! The thread at the side: a message and all that answer it, read and answered
//! beside the room that it is in.
//!
//! Owns what is held of it, beyond what the room holds. Always holds: there is
//! one at the most, and it is of the open room; every answer to a message that
//! it has joins it when it comes; it has one hole at the most, between its
//! beginning and its newest messages, which is shown as such.

mod pages;

use super::desk::Desk;
use super::effect::{Effect, Load, LoadThread};
use super::fold;
use super::room::{Pane, Room};
use super::state::{State, Turn};
use super::threads::answers;
use chat_proto::{Entry, Event, RoomName, Seq};

/// Messages of a thread that are held; it ends there, and says so.
const MOST: usize = 1000;

/// The thread at the side.
#[derive(Debug, Clone)]
pub struct Side {
    /// Its messages and what is written in answer, like a room of its own.
    pub room: Room,
    /// It gets the keys, not the room.
    pub focused: bool,
    /// How much of it there is.
    pub known: Known,
    /// Where the server's page of its oldest messages ended.
    beginning: Seq,
}

/// How much of a thread is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// What was here already; the server has not been asked.
    Kept,
    /// The same, and the server was asked for all of it.
    Asked,
    /// All of it.
    Whole,
    /// Its beginning and its newest messages; or, where the server gives no
    /// more, its oldest.
    Cut,
    /// What was here already; the server gives no more.
    Refused,
}

impl Side {
    /// The message that it begins with.
    pub fn root(&self) -> Seq {
        self.room.thread.unwrap_or_default()
    }

    /// How many messages of it are known of that are not the first one.
    pub fn replies(&self) -> u64 {
        let log = &self.room.log;
        let held = log.entries.len() - usize::from(log.entry(self.root()).is_some());
        held as u64 + log.missing.unwrap_or(0)
    }

    /// Whether the messages between its beginning and its newest ones are told
    /// of by a line of their own.
    pub fn is_holed(&self) -> bool {
        self.room.log.missing.is_some()
    }

    fn is(&self, room: &RoomName, root: Seq) -> bool {
        self.room.name() == room && self.room.thread == Some(root)
    }
}

impl State {
    /// Where keys go: the thread at the side, or the open room.
    pub fn here(&self) -> Option<&Room> {
        match &self.side {
            Some(side) if side.focused => Some(&side.room),
            Some(_) | None => self.open_room(),
        }
    }

    pub(super) fn here_mut(&mut self) -> Option<&mut Room> {
        match &mut self.side {
            Some(side) if side.focused => Some(&mut side.room),
            Some(_) | None => self.rooms.get_mut(self.open.as_ref()?),
        }
    }

    /// Lets keys go to a pane, if it is there.
    pub(super) fn focus_pane(&mut self, pane: Pane) {
        if let Some(side) = &mut self.side {
            let focused = pane == Pane::Side;
            if side.focused != focused {
                self.completion = None;
            }
            side.focused = focused;
        }
    }

    /// From the room to the thread at its side, or back.
    pub(super) fn switch_pane(&mut self, turn: &mut Turn) {
        match &self.side {
            Some(side) if side.focused => self.focus_pane(Pane::Room),
            Some(_) => self.focus_pane(Pane::Side),
            None => self.say(turn, "no thread is open; t on a selected message opens one"),
        }
    }

    /// Opens the thread that the selected message began, or is in.
    pub(super) fn open_selected_thread(&mut self, turn: &mut Turn) {
        let selected = self.here_mut().and_then(|room| room.selected.take());
        if let Some(seq) = selected {
            self.open_thread(turn, seq);
        }
    }

    /// Opens the newest thread that is in sight.
    pub(super) fn open_newest_thread(&mut self, turn: &mut Turn) {
        let newest = self.open_room().and_then(|room| {
            let shown = room.shown.as_ref();
            let first = shown.and_then(|shown| shown.first)?;
            let last = shown.and_then(|shown| shown.last)?;
            let mut in_sight = room.log.entries.range(first..=last.max(first)).rev();
            let threaded = |(seq, entry): &(&Seq, &Entry)| {
                answers(entry).is_some() || room.log.replies(**seq).held > 0
            };
            in_sight.find(threaded).map(|(seq, _)| *seq)
        });
        match newest {
            Some(seq) => self.open_thread(turn, seq),
            None => self.say(
                turn,
                "nothing in sight is answered; select a message and press t to answer it apart",
            ),
        }
    }

    /// Opens the thread that a message of the open room is in.
    pub(super) fn open_thread(&mut self, turn: &mut Turn, seq: Seq) {
        let Some(room) = self.open_room() else {
            return;
        };
        let root = room.log.threads.root(seq);
        let name = room.name().clone();
        if self.side.as_ref().is_some_and(|side| side.is(&name, root)) {
            return self.focus_pane(Pane::Side);
        }
        self.close_side();
        self.begin_thread(turn, root);
    }

    fn begin_thread(&mut self, turn: &mut Turn, root: Seq) {
        let Some(room) = self.open_room() else {
            return;
        };
        let threads = &room.log.threads;
        let of_it = |entry: &&Entry| threads.root(entry.event.seq) == root;
        let entries = room.log.entries.range(root..).map(|(_, entry)| entry);
        let mut entries: Vec<_> = entries.filter(of_it).cloned().collect();
        // The newest, with room for what comes.
        entries.drain(..entries.len().saturating_sub(MOST / 2));
        let mut thread = Room::new(room.state.clone());
        thread.thread = Some(root);
        (thread.state.unread, thread.state.mentions) = (0, 0);
        thread.log.first = root;
        thread.muted = room.muted;
        thread.gone = room.gone;
        let mut side = Side {
            room: thread,
            focused: true,
            known: Known::Kept,
            beginning: root,
        };
        side.take(entries, true);
        let desk = side.room.desk();
        if let Some(draft) = self.drafts_aside.remove(&desk) {
            side.room.write_on(draft);
        }
        self.completion = None;
        self.side = Some(side);
        let load = LoadThread {
            room: desk.room,
            root,
            limit: MOST,
        };
        turn.effects.push(Effect::Load(Load::Thread(load)));
    }

    /// Closes the thread at the side; what is written there stays. False: there is none.
    pub(super) fn close_side(&mut self) -> bool {
        let Some(side) = self.side.take() else {
            return false;
        };
        self.completion = None;
        if let Some(draft) = side.room.draft() {
            self.drafts_aside.insert(side.room.desk(), draft);
        }
        true
    }

    /// One is not in a room any more: nor in its threads.
    pub(super) fn close_side_of(&mut self, room: &RoomName) {
        if self
            .side
            .as_ref()
            .is_some_and(|side| side.room.name() == room)
        {
            self.close_side();
        }
    }

    /// The message that the thread was thought to begin with answers another one.
    fn climb(&mut self, turn: &mut Turn, above: Seq) {
        let Some(side) = self.side.take() else {
            return;
        };
        let focused = side.focused;
        self.begin_thread(turn, above);
        let Some(higher) = &mut self.side else {
            return;
        };
        higher.focused = focused;
        higher.take(side.room.log.entries.into_values().collect(), false);
        if !higher.room.has_draft() {
            higher.room.composer = side.room.composer;
            higher.room.reply_to = side.room.reply_to;
            higher.room.editing = side.room.editing;
        }
        let old = Desk {
            thread: side.room.thread,
            ..higher.room.desk()
        };
        let new = higher.room.desk();
        self.saves.draft(turn, old);
        self.saves.draft(turn, new);
    }

    /// An event of a room was delivered.
    pub(super) fn thread_hears(&mut self, event: &Event) {
        let Some(side) = self
            .side
            .as_mut()
            .filter(|side| *side.room.name() == event.room)
        else {
            return;
        };
        let log = &mut side.room.log;
        if let Some(entry) = event
            .body
            .target()
            .and_then(|seq| log.entries.get_mut(&seq))
        {
            fold::apply(entry, event);
        }
        let entry = Entry::from(event.clone());
        let joins = answers(&entry).is_some_and(|to| log.entries.contains_key(&to));
        if joins {
            side.take(vec![entry], true);
        }
    }

    /// The logs are those of another history: no message has a thread there.
    /// What was written in answer goes where it can be seen.
    pub(super) fn forget_threads(&mut self, turn: &mut Turn) {
        self.close_side();
        for (desk, draft) in std::mem::take(&mut self.drafts_aside) {
            if let Some(room) = self.rooms.get_mut(&desk.room) {
                room.composer.append(&draft.text);
                self.saves.draft(turn, &desk.room);
            }
            self.saves.draft(turn, desk);
        }
    }

    /// The text begun at a desk; `None`: there is none.
    pub(super) fn draft_at(&self, desk: &Desk) -> Option<super::composer::Draft> {
        let side = self.side.as_ref().map(|side| &side.room);
        match (side.filter(|room| room.desk() == *desk), desk.thread) {
            (Some(thread), _) => thread.draft(),
            (None, Some(_)) => self.drafts_aside.get(desk).cloned(),
            (None, None) => self.rooms.get(&desk.room).and_then(Room::draft),
        }
    }

    /// Whether anything is begun in a room or in one of its threads.
    pub fn has_draft(&self, room: &Room) -> bool {
        let side = self.side.as_ref().map(|side| &side.room);
        let beside = side.filter(|thread| thread.name() == room.name());
        room.has_draft()
            || beside.is_some_and(Room::has_draft)
            || self
                .drafts_aside
                .keys()
                .any(|desk| desk.room == *room.name())
    }
}
