//! Texts that come from elsewhere into the composer: written in the person's
//! own editor, or found again among those that were sent. Each is one step of
//! undo: what stood there before comes back by it.

use super::actions::Action;
use super::desk::Desk;
use super::editing::text_of;
use super::effect::Effect;
use super::overlay::{Overlay, Sent};
use super::room::Room;
use super::state::{State, Turn};
use smol_str::SmolStr;

/// Entries of a log that are looked through for one's own texts.
const AMONG: usize = 2000;
/// Texts that are offered at most.
const TEXTS_MOST: usize = 500;

impl State {
    /// Gives the text of the open room to the person's editor.
    pub(super) fn open_editor(&mut self, turn: &mut Turn) {
        let Some(room) = self.here() else {
            return;
        };
        let edit = Effect::Edit {
            desk: room.desk(),
            text: room.composer.text().to_owned(),
        };
        turn.effects.push(edit);
    }

    /// The editor has ended. What it left, or why that does not count; then
    /// the text is as it was.
    pub(super) fn edited_elsewhere(
        &mut self,
        turn: &mut Turn,
        desk: Desk,
        text: Result<String, String>,
    ) {
        let text = match text {
            Ok(text) => text,
            Err(why) => return self.complain(turn, format!("{why}; the text is as it was")),
        };
        // What it was written for may be closed or gone meanwhile: the text is not.
        let side = self.side.as_mut().map(|side| &mut side.room);
        let room = match (side.filter(|room| room.desk() == desk), desk.thread) {
            (Some(thread), _) => thread,
            (None, Some(_)) => {
                self.drafts_aside.entry(desk.clone()).or_default().text = text;
                return self.saves.draft(turn, desk);
            }
            (None, None) => self
                .rooms
                .entry(desk.room.clone())
                .or_insert_with_key(Room::ghost),
        };
        if room.composer.text() != text {
            room.composer.replace(&text);
            self.saves.draft(turn, desk);
        }
    }

    /// Offers the texts that were sent.
    pub(super) fn open_sent(&mut self) {
        let all = self.sent_texts();
        self.overlays.push(Overlay::Sent(Sent::new(all)));
    }

    /// A text that was sent is to stand in the composer.
    pub(super) fn take_sent(&mut self, turn: &mut Turn, text: &str) {
        if let Some(room) = self.here_mut() {
            room.composer.replace(text);
            self.edited(turn);
        }
    }

    /// What is written in the open room is thrown away; one step of undo brings it back.
    pub(super) fn drop_text(&mut self, turn: &mut Turn) {
        let undo = self.settings.keys.way(Action::Undo);
        let Some(room) = self.open_room_mut() else {
            return;
        };
        if room.composer.is_empty() {
            return self.say(turn, "nothing is written here");
        }
        room.composer.clear();
        self.edited(turn);
        self.say(turn, format!("dropped; {undo} brings it back"));
    }

    /// Lets Up find what was sent in earlier runs, where nothing was sent in this one.
    pub(super) fn remember_sent(&mut self) {
        let earlier = match self.here() {
            Some(room) if !room.composer.has_history() => self.own_texts(room),
            Some(_) | None => return,
        };
        if let Some(room) = self.here_mut() {
            for text in earlier.iter().rev() {
                room.composer.recall_later(text);
            }
        }
    }

    /// What was sent, the newest first and each once: from the open room, then
    /// from the others.
    fn sent_texts(&self) -> Vec<SmolStr> {
        let here = self.here();
        let others = self
            .rooms
            .values()
            .filter(|room| here.is_none_or(|here| here.name() != room.name()));
        let mut texts: Vec<SmolStr> = Vec::new();
        let mut known = std::collections::BTreeSet::new();
        for room in here.into_iter().chain(others) {
            let sent = room.composer.history().cloned();
            for text in sent.chain(self.own_texts(room)) {
                if texts.len() < TEXTS_MOST && known.insert(text.clone()) {
                    texts.push(text);
                }
            }
        }
        texts
    }

    /// One's own messages that are loaded of a room, the newest first.
    fn own_texts(&self, room: &Room) -> Vec<SmolStr> {
        let entries = room.log.entries.values().rev().take(AMONG);
        let own = entries.filter(|entry| self.is_me(&entry.event.author));
        own.filter_map(text_of).map(SmolStr::from).collect()
    }
}
