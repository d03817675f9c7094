//! What is done with the selected message.

use super::deeds::Act;
use super::editing::text_of;
use super::effect::Store;
use super::overlay::{Confirm, EmojiPicker, Overlay, Then};
use super::state::{State, Turn};
use chat_proto::event::Role;
use chat_proto::{Entry, RoomName, Seq, UserName};
use smol_str::SmolStr;

/// Emojis remembered as used last.
const RECENT_MOST: usize = 24;

impl State {
    /// The message that is selected.
    pub fn selected_message(&self) -> Option<&Entry> {
        let room = self.here()?;
        room.log.entry(room.selected?)
    }

    /// The selected message that still has a text, with its room; says so if there is none.
    fn selected_text(&mut self, turn: &Turn) -> Option<(RoomName, Seq)> {
        let entry = self.selected_message()?;
        if text_of(entry).is_none() {
            self.complain(turn, "it is deleted");
            return None;
        }
        Some((entry.event.room.clone(), entry.event.seq))
    }

    /// Asks whether the selected message is to be deleted.
    pub(super) fn delete_selected(&mut self, turn: &mut Turn) {
        let Some((room, target)) = self.selected_text(turn) else {
            return;
        };
        let Some(entry) = self.selected_message() else {
            return;
        };
        let mine = self.is_me(&entry.event.author);
        let role = self.here().map(|room| room.state.role);
        if !mine && role == Some(Role::Member) {
            let words = "only moderators and owners delete what others wrote";
            return self.complain(turn, words);
        }
        let author = if mine { "your" } else { "this" };
        let confirm = Confirm {
            question: format!("delete {author} message, for everyone and for good?"),
            detail: text_of(entry).unwrap_or_default().to_owned(),
            yes: "delete it",
            then: Then::Delete { room, target },
        };
        self.overlays.push(Overlay::Confirm(confirm));
    }

    /// Pins the selected message, or unpins it.
    pub(super) fn pin_selected(&mut self, turn: &mut Turn) {
        let Some((room, target)) = self.selected_text(turn) else {
            return;
        };
        let pinned = self.selected_message().is_some_and(|e| e.fold.pinned);
        let last = self
            .deeds
            .on(&room, target)
            .filter_map(|item| match item.deed.act {
                Act::Pin(on) => Some(on),
                Act::Edit(_) | Act::Delete | Act::React { .. } => None,
            });
        let pinned = last.last().unwrap_or(pinned);
        self.unselect();
        self.do_to(turn, &room, target, Act::Pin(!pinned));
    }

    /// Opens the choice of emojis for the selected message.
    pub(super) fn react_to_selected(&mut self, turn: &mut Turn) {
        let Some((room, target)) = self.selected_text(turn) else {
            return;
        };
        let mut used: Vec<SmolStr> = Vec::new();
        if let Some(entry) = self.selected_message() {
            used.extend(entry.fold.reactions.keys().map(SmolStr::from));
        }
        let recent = self
            .habits
            .emojis
            .iter()
            .filter(|emoji| !used.contains(emoji));
        let recent: Vec<_> = recent.cloned().collect();
        used.extend(recent);
        let mut picker = EmojiPicker {
            room,
            target,
            query: Default::default(),
            recent: used,
            found: Vec::new(),
            chosen: 0,
        };
        picker.find();
        self.overlays.push(Overlay::Emoji(picker));
    }

    /// Puts an emoji to a message, or takes it away where one has put it.
    pub(super) fn react(&mut self, turn: &mut Turn, room: &RoomName, target: Seq, emoji: &str) {
        let on = !self.has_reacted(room, target, emoji);
        if on {
            self.habits.emojis.retain(|known| known != emoji);
            self.habits.emojis.insert(0, emoji.into());
            self.habits.emojis.truncate(RECENT_MOST);
            turn.store(Store::Habits(self.habits.clone()));
        }
        self.unselect();
        let emoji = emoji.to_owned();
        self.do_to(turn, room, target, Act::React { emoji, on });
    }

    /// Whether one's own reaction stands, or is to stand.
    fn has_reacted(&self, room: &RoomName, target: Seq, emoji: &str) -> bool {
        let to_be = self
            .deeds
            .on(room, target)
            .filter_map(|item| match &item.deed.act {
                Act::React { emoji: of, on } if of == emoji => Some(*on),
                Act::React { .. } | Act::Edit(_) | Act::Delete | Act::Pin(_) => None,
            });
        let side = self.side.as_ref().map(|side| &side.room);
        let mut shown = self.rooms.get(room).into_iter().chain(side);
        let entry = shown.find_map(|shown| {
            let of_room = shown.name() == room;
            of_room.then(|| shown.log.entry(target)).flatten()
        });
        let names = entry.and_then(|entry| entry.fold.reactions.get(emoji));
        let me = self.me.name.as_ref().map(UserName::as_str);
        let stands = names.is_some_and(|names| names.iter().any(|name| Some(name.as_str()) == me));
        to_be.last().unwrap_or(stands)
    }

    /// Shows all that is known of the selected message.
    pub(super) fn inform_on_selected(&mut self) {
        if let Some(entry) = self.selected_message() {
            let (room, target) = (entry.event.room.clone(), entry.event.seq);
            self.overlays.push(Overlay::Info { room, target });
        }
    }

    /// Does what was asked about, now that it is wanted.
    pub(super) fn confirmed(&mut self, turn: &mut Turn, then: Then) {
        match then {
            Then::Delete { room, target } => {
                self.unselect();
                self.do_to(turn, &room, target, Act::Delete);
            }
            Then::Logout => self.log_out(turn),
            Then::Open(link) => self.open_now(turn, link),
            Then::Split(text) => self.send_parts(turn, &text),
            Then::Copy(text) => self.copy_now(turn, text, "copied".to_owned()),
            Then::Invite { room, user, typed } => self.invite_now(turn, room, user, typed),
        }
    }

    fn unselect(&mut self) {
        if let Some(room) = self.here_mut() {
            room.selected = None;
        }
    }
}
