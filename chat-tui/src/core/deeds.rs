//! What is done to messages that are in their logs: edits, deletions,
//! reactions, pins.
//!
//! A deed is kept like a message that is not sent yet: it is on the disk before
//! it counts, goes out when there is a connection, and leaves when the server
//! has answered. So one may act while offline; the message shows meanwhile what
//! is to become of it, and that it has not become so yet. Each deed may be
//! repeated without harm. Of each room one is under way at a time, so that
//! their order holds. A refused edit waits for its author, since there is a
//! text in it; all else that is refused is said and dropped.

use super::effect::Store;
use super::outbox::ItemNonce;
use super::refused::pause_before_again;
use super::requests::Asked;
use super::state::{State, Turn};
use chat_proto::request::{Delete, Edit, Pin, React};
use chat_proto::text::Emoji;
use chat_proto::{ErrorCode, ErrorReply, Request, RoomName, Seq, Text};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Deeds that wait at most; more are not begun, and words say so.
const WAITING_MOST: usize = 500;

/// Something to be done to a message, as it is kept on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// By which it is known here.
    pub id: ItemNonce,
    /// Where the message is.
    pub room: RoomName,
    /// The message.
    pub target: Seq,
    /// What is to be done.
    pub act: Act,
    /// Why the server refused it, in its words; only of an edit.
    pub refused: Option<String>,
}

/// What is to be done to a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    /// To give it another text.
    Edit(String),
    /// To delete it.
    Delete,
    /// To put an emoji to it, or take it away.
    React {
        /// The emoji.
        emoji: String,
        /// Put, or taken away.
        on: bool,
    },
    /// To pin it, or unpin it.
    Pin(bool),
}

/// A deed with how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The deed.
    pub deed: Deed,
    /// How far it has come.
    pub step: Step,
}

/// How far a deed has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is being written to the disk.
    Saving,
    /// It waits for its turn, or for the connection.
    Waiting,
    /// It was sent and is not yet answered.
    UnderWay,
    /// It is done by the event at this place, which has not come yet.
    Done(Seq),
    /// The server refused it; only its author can move it.
    Refused,
}

/// The deeds of all rooms that do not show in their logs yet, in the order done.
#[derive(Debug, Clone, Default)]
pub struct Deeds {
    /// In the order done.
    pub items: Vec<Pending>,
    /// Nothing is sent before this moment: the server asked for a pause.
    pub(super) hold: Option<Duration>,
}

impl Deeds {
    /// What is to be done to a message, in order.
    pub fn on<'a>(&'a self, room: &'a RoomName, target: Seq) -> impl Iterator<Item = &'a Pending> {
        let fits = move |item: &&Pending| item.deed.target == target && item.deed.room == *room;
        self.items.iter().filter(fits)
    }

    /// How many the server has not answered.
    pub fn waiting(&self) -> usize {
        let waits = |item: &&Pending| !matches!(item.step, Step::Done(_));
        self.items.iter().filter(waits).count()
    }

    /// The refused deed of a room that retry, edit and discard act on.
    pub fn refused<'a>(&'a self, room: &'a RoomName) -> Option<&'a Deed> {
        let refused = |item: &&Pending| item.step == Step::Refused && item.deed.room == *room;
        self.items.iter().find(refused).map(|item| &item.deed)
    }

    /// Whether a text waits to become that of a message of a room.
    pub(super) fn edits(&self, room: &RoomName) -> bool {
        let edits = |item: &Pending| matches!(item.deed.act, Act::Edit(_));
        let here = |item: &Pending| item.deed.room == *room && edits(item);
        self.items.iter().any(here)
    }

    pub(super) fn item(&mut self, id: &ItemNonce) -> Option<&mut Pending> {
        self.items.iter_mut().find(|item| item.deed.id == *id)
    }

    pub(super) fn remove(&mut self, id: &ItemNonce) {
        self.items.retain(|item| item.deed.id != *id);
    }

    /// What is to be sent now: of each room the first that is not refused, if it waits.
    fn next(&self) -> Vec<Deed> {
        // One tried again may stand before the one that is under way.
        let under_way = self.items.iter().filter(|item| item.step == Step::UnderWay);
        let mut rooms: Vec<&RoomName> = under_way.map(|item| &item.deed.room).collect();
        let mut next = Vec::new();
        for item in &self.items {
            let over = matches!(item.step, Step::Done(_) | Step::Refused);
            if over || rooms.contains(&&item.deed.room) {
                continue;
            }
            rooms.push(&item.deed.room);
            if item.step == Step::Waiting {
                next.push(item.deed.clone());
            }
        }
        next
    }
}

impl Act {
    /// Whether it settles the same question, so that the later one counts alone.
    fn replaces(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Delete, _) | (Self::Edit(_), Self::Edit(_)) | (Self::Pin(_), Self::Pin(_)) => {
                true
            }
            (Self::React { emoji, .. }, Self::React { emoji: before, .. }) => emoji == before,
            (Self::Edit(_) | Self::React { .. } | Self::Pin(_), _) => false,
        }
    }

    /// What was to be done, for "… refused".
    fn words(&self) -> &'static str {
        match self {
            Self::Edit(_) => "not edited",
            Self::Delete => "not deleted",
            Self::React { on: true, .. } => "no reaction",
            Self::React { on: false, .. } => "the reaction stays",
            Self::Pin(true) => "not pinned",
            Self::Pin(false) => "not unpinned",
        }
    }
}

impl Deed {
    /// The request; `None` if a rule forbids it, which was checked before.
    fn request(&self) -> Option<Request> {
        let (room, target) = (self.room.clone().into(), self.target);
        Some(match &self.act {
            Act::Edit(text) => {
                let text = Text::parse(text, usize::MAX).ok()?;
                Edit { room, target, text }.into()
            }
            Act::Delete => Delete { room, target }.into(),
            Act::React { emoji, on } => {
                let (emoji, on) = (Emoji::parse(emoji).ok()?, Some(*on));
                React {
                    room,
                    target,
                    emoji,
                    on,
                }
                .into()
            }
            Act::Pin(on) => Pin {
                room,
                target,
                on: Some(*on),
            }
            .into(),
        })
    }
}

impl State {
    /// Does something to a message of a room: it counts once it is on the disk.
    pub(super) fn do_to(&mut self, turn: &mut Turn, room: &RoomName, target: Seq, act: Act) {
        let replaced: Vec<_> = self
            .deeds
            .on(room, target)
            .filter(|item| matches!(item.step, Step::Saving | Step::Waiting | Step::Refused))
            .filter(|item| act.replaces(&item.deed.act))
            .map(|item| item.deed.id.clone())
            .collect();
        for id in replaced {
            turn.store(Store::DeedOver(id.clone()));
            self.deeds.remove(&id);
        }
        if self.deeds.items.len() >= WAITING_MOST {
            let words =
                format!("{WAITING_MOST} changes wait for the server; no more until it is back");
            return self.complain(turn, words);
        }
        let deed = Deed {
            id: self.fresh_nonce(turn),
            room: room.clone(),
            target,
            act,
            refused: None,
        };
        turn.store(Store::Deed(deed.clone()));
        let step = Step::Saving;
        self.deeds.items.push(Pending { deed, step });
        if !self.link.is_live() {
            self.say(turn, "offline: it is done as soon as the server is back");
        }
    }

    /// Sends the first waiting deed of each room that has none under way.
    pub(super) fn pump_deeds(&mut self, turn: &mut Turn) {
        let held = self.deeds.hold.is_some_and(|until| turn.now.mono < until);
        if !self.link.is_live() || held {
            return;
        }
        self.deeds.hold = None;
        for deed in self.deeds.next() {
            let Some(request) = deed.request() else {
                let error = ErrorReply::new(ErrorCode::Invalid, "it is against the rules");
                self.deed_refused(turn, &deed.id, &error);
                continue;
            };
            self.ask(turn, Asked::Deed(deed.id.clone()), request);
            if let Some(item) = self.deeds.item(&deed.id) {
                item.step = Step::UnderWay;
            }
        }
    }

    /// The server has done it. Until its event comes, the message shows it from here.
    pub(super) fn deed_done(&mut self, turn: &mut Turn, id: &ItemNonce, seq: Option<Seq>) {
        turn.store(Store::DeedOver(id.clone()));
        let Some(item) = self.deeds.item(id) else {
            return;
        };
        let room = self.rooms.get(&item.deed.room);
        let comes =
            room.is_some_and(|room| !room.gone && seq.is_some_and(|seq| seq > room.log.head));
        match seq.filter(|_| comes) {
            Some(seq) => item.step = Step::Done(seq),
            None => self.deeds.remove(id),
        }
    }

    /// The log of a room has come so far: what was done up to there shows in it.
    pub(super) fn deeds_shown(&mut self, room: &RoomName, head: Seq) {
        let shown = |item: &Pending| {
            item.deed.room == *room && matches!(item.step, Step::Done(seq) if seq <= head)
        };
        self.deeds.items.retain(|item| !shown(item));
    }

    /// The server refused it: for now, or for good.
    pub(super) fn deed_refused(&mut self, turn: &mut Turn, id: &ItemNonce, error: &ErrorReply) {
        let Some(item) = self.deeds.item(id) else {
            return;
        };
        if let Some(pause) = pause_before_again(error) {
            item.step = Step::Waiting;
            self.deeds.hold = Some(turn.now.mono + pause);
            return;
        }
        let words = format!("{}: {}", item.deed.act.words(), error.message);
        if let Act::Edit(_) = item.deed.act {
            item.step = Step::Refused;
            item.deed.refused = Some(error.message.clone());
            turn.store(Store::Deed(item.deed.clone()));
        } else {
            turn.store(Store::DeedOver(id.clone()));
            self.deeds.remove(id);
        }
        self.complain(turn, words);
    }

    /// The connection is gone: what was under way is to be asked again.
    pub(super) fn deeds_cut(&mut self) {
        for item in &mut self.deeds.items {
            if item.step == Step::UnderWay {
                item.step = Step::Waiting;
            }
        }
    }

    /// The refused edit of the open room is to be tried again. False: there is none.
    pub(super) fn retry_deed(&mut self, turn: &mut Turn) -> bool {
        let Some(mut deed) = self.refused_deed() else {
            return false;
        };
        deed.refused = None;
        if let Some(item) = self.deeds.item(&deed.id) {
            item.step = Step::Waiting;
            item.deed.refused = None;
        }
        turn.store(Store::Deed(deed));
        true
    }

    /// The refused edit of the open room goes back into the composer. False: there is none.
    pub(super) fn edit_deed_again(&mut self, turn: &mut Turn) -> bool {
        let Some(deed) = self.refused_deed() else {
            return false;
        };
        let Act::Edit(text) = deed.act else {
            return false;
        };
        self.begin_edit(turn, deed.target, text);
        turn.store(Store::DeedOver(deed.id.clone()));
        self.deeds.remove(&deed.id);
        true
    }

    /// The refused edit of the open room is thrown away. False: there is none.
    pub(super) fn discard_deed(&mut self, turn: &mut Turn) -> bool {
        let Some(deed) = self.refused_deed() else {
            return false;
        };
        if let (Act::Edit(text), Some(room)) = (deed.act, self.here_mut()) {
            room.composer.recall_later(&text);
            room.composer.keep_killed(text);
        }
        turn.store(Store::DeedOver(deed.id.clone()));
        self.deeds.remove(&deed.id);
        true
    }

    fn refused_deed(&self) -> Option<Deed> {
        self.deeds.refused(self.open.as_ref()?).cloned()
    }

    /// The messages are those of another history: nothing is done to whatever
    /// bears their numbers there. Texts of edits go where they can be seen.
    pub(super) fn drop_deeds(&mut self, turn: &mut Turn) {
        for item in std::mem::take(&mut self.deeds.items) {
            turn.store(Store::DeedOver(item.deed.id));
            if let (Act::Edit(text), Some(room)) =
                (item.deed.act, self.rooms.get_mut(&item.deed.room))
            {
                room.composer.append(&text);
                self.saves.draft(turn, &item.deed.room);
            }
        }
    }
}
