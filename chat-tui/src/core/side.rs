//! The thread at the side: a message and all that answer it, read and answered
//! beside the room that it is in.
//!
//! Owns what is held of it, beyond what the room holds. Always holds: there is
//! one at the most, and it is of the open room; every answer to a message that
//! it has joins it when it comes; there are no holes in it: whether anything
//! is missing is said by [`Known`].

use super::desk::Desk;
use super::effect::{Effect, Load, LoadThread};
use super::fold;
use super::receive::history;
use super::requests::Asked;
use super::room::{Pane, Room};
use super::span::Span;
use super::state::{State, Turn};
use super::threads::answers;
use chat_proto::reply::History;
use chat_proto::request::GetHistory;
use chat_proto::{Entry, ErrorReply, Event, RoomName, Seq};

/// Messages of a thread that are held; it ends there, and says so.
const MOST: usize = 1000;
/// Messages of one page of it.
const PAGE: u32 = 200;

/// The thread at the side.
#[derive(Debug, Clone)]
pub struct Side {
    /// Its messages and what is written in answer, like a room of its own.
    pub room: Room,
    /// It gets the keys, not the room.
    pub focused: bool,
    /// How much of it there is.
    pub known: Known,
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
    /// Its oldest messages: there are too many.
    Cut,
    /// What was here already; the server gives no more.
    Refused,
}

impl Side {
    /// The message that it begins with.
    pub fn root(&self) -> Seq {
        self.room.thread.unwrap_or_default()
    }

    /// How many messages of it are held that are not the first one.
    pub fn replies(&self) -> usize {
        let held = self.room.log.entries.len();
        held - usize::from(self.room.log.entry(self.root()).is_some())
    }

    fn is(&self, room: &RoomName, root: Seq) -> bool {
        self.room.name() == room && self.room.thread == Some(root)
    }

    /// Takes messages that are not held yet, up to the bound.
    fn take(&mut self, entries: Vec<Entry>, newer: bool) {
        let log = &mut self.room.log;
        for entry in entries {
            let held = log.entries.contains_key(&entry.event.seq);
            if !held && log.entries.len() >= MOST {
                self.known = Known::Cut;
                return;
            }
            if newer || !held {
                log.head = log.head.max(entry.event.seq);
                log.entries.insert(entry.event.seq, entry);
            }
        }
        if let Some(span) = Span::new(log.first, log.head) {
            log.loaded.add(span);
        }
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
        let entries: Vec<_> = entries.filter(of_it).cloned().collect();
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

    /// Asks the server for all of the thread, once on a connection.
    pub(super) fn ask_thread(&mut self, turn: &mut Turn) {
        let live = self.link.is_live();
        let Some(side) = self
            .side
            .as_mut()
            .filter(|side| live && side.known == Known::Kept)
        else {
            return;
        };
        side.known = Known::Asked;
        let (room, root) = (side.room.name().clone(), side.root());
        let request = GetHistory {
            thread: Some(root),
            limit: std::num::NonZeroU32::new(PAGE),
            ..history(&room)
        };
        self.ask(turn, Asked::Thread { room, root }, request);
    }

    /// What was asked for will not come; or events were passed over.
    pub(super) fn thread_cut(&mut self) {
        if let Some(side) = &mut self.side {
            side.known = Known::Kept;
        }
    }

    /// The server does not give it.
    pub(super) fn thread_refused(&mut self, turn: &mut Turn, error: &ErrorReply) {
        if let Some(side) = &mut self.side {
            side.known = Known::Refused;
        }
        self.complain(turn, format!("the thread: {}", error.message));
    }

    /// The server has given a thread.
    pub(super) fn thread_came(
        &mut self,
        turn: &mut Turn,
        name: &RoomName,
        root: Seq,
        page: History,
    ) {
        let mut entries = page.events;
        if let Some(room) = self.rooms.get(name) {
            room.bring_up_to_date(&mut entries, page.head);
        }
        let begins = entries.first().and_then(answers);
        let Some(side) = self.side.as_mut().filter(|side| side.is(name, root)) else {
            return;
        };
        if let Some(above) = begins {
            return self.climb(turn, above);
        }
        side.known = if page.more_after {
            Known::Cut
        } else {
            Known::Whole
        };
        side.take(entries, true);
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

    /// The cache has given what it holds of a thread.
    pub(super) fn cached_thread_came(&mut self, asked: &LoadThread, mut entries: Vec<Entry>) {
        if let Some(room) = self.rooms.get(&asked.room) {
            room.bring_up_to_date(&mut entries, Seq::ZERO);
        }
        let side = self
            .side
            .as_mut()
            .filter(|side| side.is(&asked.room, asked.root));
        if let Some(side) = side {
            side.take(entries, false);
        }
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
