//! A room as this client knows it: its standing, its log, where it is being
//! read, and what is being written into it.

use super::actions::Action;
use super::composer::{Composer, Draft, Editing};
use super::desk::Desk;
use super::figures::bounded;
use super::log::Log;
use super::outbox::Unsent;
use super::span::Spans;
use chat_proto::event::{Role, RoomKind};
use chat_proto::reply::RoomState;
use chat_proto::{Event, RoomName, Seq, UserName};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

/// One room, or one thread of it, as it is read and written in.
#[derive(Debug, Clone)]
pub struct Room {
    /// The message that begins the thread, where no more than that is read here.
    pub thread: Option<Seq>,
    /// Name, kind, topic, own role, and the figures of unread messages: the
    /// server's, carried on by what came since.
    pub state: RoomState,
    /// What is held of its log.
    pub log: Log,
    /// Where it is being read.
    pub place: Place,
    /// The place that the disk has, or is being told.
    pub(super) placed: Option<Anchor>,
    /// The first unread event at the time the room was entered: the "new" line
    /// stands before the first entry at or above it.
    pub new_from: Option<Seq>,
    /// The message that is selected with the keys.
    pub selected: Option<Seq>,
    /// What is being written.
    pub composer: Composer,
    /// The message that it answers.
    pub reply_to: Option<Seq>,
    /// The message whose text is being changed.
    pub editing: Option<Editing>,
    /// Who is in it.
    pub people: People,
    /// Who is typing, and until when (by the monotonic clock) that is shown.
    pub typing: Vec<(UserName, Duration)>,
    /// What of it was on the screen when it was last drawn.
    pub shown: Option<Viewport>,
    /// One may read here, but not write, as far as it is known.
    pub muted: bool,
    /// Why one is not in it any more, in words; may hold those of others.
    pub fate: Option<String>,
    /// One is not in it any more; it stays for what was written for it.
    pub gone: bool,
    /// The newest event that stood at the end of the screen.
    pub(super) seen: Seq,
    /// Marked unread by hand: what is shown does not move the marker.
    pub(super) held: bool,
    /// Up to here the figures of the server count.
    pub(super) counted: Seq,
    /// The last events that changed entries, to be applied to pages that
    /// were made before them.
    pub(super) changes: VecDeque<Event>,
    /// What entries have changed after this event is to be asked: it was passed
    /// over. Kept on the disk, so that no end of the program forgets it.
    pub(super) unchecked: Option<Seq>,
    /// What is to be written to the disk.
    pub(super) unsaved: Unsaved,
}

/// What of a room's log is to be written to the disk.
#[derive(Debug, Clone, Default)]
pub(super) struct Unsaved {
    /// The entries, by their place.
    pub(super) entries: BTreeSet<Seq>,
    /// What is held whole with them.
    pub(super) known: Spans,
    /// Changes of entries, loaded or not.
    pub(super) changes: Vec<Event>,
}

/// What is kept of a room on the disk beside its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomRow {
    /// As the server tells it; `head` is the cursor, the last event delivered here.
    pub state: RoomState,
    /// The oldest event that the server keeps, as far as known.
    pub first: Seq,
    /// Entries may have changed after this event without this client being told.
    pub unchecked: Option<Seq>,
}

/// Where a room is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// What stands at the upper edge; `None`: the newest stands at the lower edge.
    pub anchor: Option<Anchor>,
    /// Rows to move from there before drawing, upwards if negative. The view
    /// answers with the place it came to, and this becomes zero.
    pub scroll: i32,
}

/// The upper edge of the text area, said by what stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// The first entry of which a row is shown. An entry that is not loaded
    /// stands for the next one above it, or for the hole it lies in.
    pub seq: Seq,
    /// How many of its rows are above the edge; negative: so many rows of what
    /// stands before it (a day, a hole, the "new" line) are below the edge.
    pub row: i32,
}

/// What the view drew of a room, given back through `State::viewed`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewport {
    /// Which room.
    pub room: RoomName,
    /// The text area's columns.
    pub width: u16,
    /// The text area's rows.
    pub height: u16,
    /// The place after scrolling; `None` where the end came into sight.
    pub anchor: Option<Anchor>,
    /// The lowest `seq` in sight, be it of an entry or a hole.
    pub first: Option<Seq>,
    /// The highest `seq` in sight, be it of an entry or a hole.
    pub last: Option<Seq>,
    /// The newest row is in sight.
    pub end: bool,
}

/// What the view drew, given back through `State::viewed`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// What was in sight of the open room; `None`: nothing.
    pub room: Option<Viewport>,
    /// What was in sight of the thread at its side; `None`: nothing.
    pub side: Option<Viewport>,
    /// What lies under the mouse, topmost first.
    pub targets: Vec<Target>,
}

/// Which of the two that are read beside one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    /// The open room.
    Room,
    /// The thread at its side.
    Side,
}

impl Pane {
    /// Where a room, or a thread, is shown.
    pub fn of(room: &Room) -> Self {
        match room.thread {
            None => Self::Room,
            Some(_) => Self::Side,
        }
    }
}

/// A part of the screen that answers to the mouse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// First column.
    pub x: u16,
    /// First row.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
    /// What it is.
    pub is: Hit,
}

/// What a part of the screen is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hit {
    /// A row of the room list.
    Room(RoomName),
    /// A link.
    Link(String),
    /// An entry of the log.
    Entry(Pane, Seq),
    /// The sign that a message has answers.
    Thread(Seq),
    /// All of a pane; the wheel scrolls it.
    Pane(Pane),
    /// A reaction to a message, with its emoji.
    Reaction(Pane, Seq, SmolStr),
    /// A row of the topmost overlay, by its number.
    Row(usize),
    /// The sign that newer messages are below.
    ToEnd(Pane),
    /// The name of a key: a click presses the keys of this action.
    Keys(Action),
}

/// Who is in a room, as far as this client was told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct People {
    /// How many there are, where it is known.
    pub total: Option<u64>,
    /// Those known by name.
    pub known: BTreeMap<UserName, Standing>,
    /// The server was asked.
    pub(super) asked: bool,
}

/// How someone stands in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// What they may do.
    pub role: Role,
    /// Whether they have a connection.
    pub online: bool,
}

impl People {
    /// What someone may do, as far as it is known.
    pub fn role(&self, user: &UserName) -> Role {
        let standing = self.known.get(user);
        standing.map_or(Role::Member, |standing| standing.role)
    }
}

impl Room {
    /// A room of which only its standing is known.
    pub fn new(state: RoomState) -> Self {
        let state = bounded(state);
        Self {
            thread: None,
            log: Log::starting_at(state.head),
            place: Place::default(),
            placed: None,
            new_from: None,
            selected: None,
            composer: Composer::default(),
            reply_to: None,
            editing: None,
            people: People::default(),
            typing: Vec::new(),
            shown: None,
            muted: false,
            fate: None,
            gone: false,
            seen: Seq::ZERO,
            held: false,
            counted: state.head,
            changes: VecDeque::new(),
            unchecked: None,
            unsaved: Unsaved::default(),
            state,
        }
    }

    /// A room that one is not in, for what was written for it.
    pub(super) fn ghost(name: &RoomName) -> Self {
        let kind = if name.is_direct() {
            RoomKind::Direct
        } else {
            RoomKind::Public
        };
        let state = RoomState {
            room: name.clone(),
            kind,
            topic: String::new(),
            role: Role::Member,
            head: Seq::ZERO,
            read: Seq::ZERO,
            unread: 0,
            mentions: 0,
        };
        Self {
            gone: true,
            ..Self::new(state)
        }
    }

    /// Its name.
    pub fn name(&self) -> &RoomName {
        &self.state.room
    }

    /// Where what is written here is kept.
    pub fn desk(&self) -> Desk {
        Desk {
            room: self.name().clone(),
            thread: self.thread,
        }
    }

    /// Whether a message that is not in the log yet is shown here.
    pub fn awaits(&self, unsent: &Unsent) -> bool {
        let to = unsent.reply_to;
        self.thread.is_none() || to.is_some_and(|to| self.log.entry(to).is_some())
    }

    /// What is kept of it on the disk.
    pub(super) fn row(&self) -> RoomRow {
        let mut state = self.state.clone();
        state.head = self.log.head();
        let first = self.log.first();
        RoomRow {
            state,
            first,
            unchecked: self.unchecked,
        }
    }

    /// What is being written, to be kept; `None` if nothing is.
    pub fn draft(&self) -> Option<Draft> {
        let draft = Draft {
            text: self.composer.text().to_owned(),
            cursor: self.composer.cursor(),
            reply_to: self.reply_to,
            editing: self.editing.clone().map(Box::new),
        };
        self.has_draft().then_some(draft)
    }

    /// Writes on where another run, or another room of this name, has stopped.
    pub(super) fn write_on(&mut self, draft: Draft) {
        self.composer.show_draft(&draft);
        self.reply_to = draft.reply_to;
        self.editing = draft.editing.map(|editing| *editing);
    }

    /// Whether something is being written.
    pub fn has_draft(&self) -> bool {
        !self.composer.text().is_empty() || self.reply_to.is_some() || self.editing.is_some()
    }

    /// How many loaded entries lie below what was in sight.
    pub fn below(&self) -> usize {
        match &self.shown {
            Some(Viewport {
                end: false,
                last: Some(last),
                ..
            }) => self.log.entries.range(last.next()..).count(),
            Some(_) | None => 0,
        }
    }
}
